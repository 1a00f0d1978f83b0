# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ideas and campaigns through the API: lists and single ones, and what happened to an idea."""

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import Http404
from rest_framework.response import Response

from innovato.api import pagination
from innovato.api.operations import operation
from innovato.organisation.models import Department
from workflow import rules, search
from workflow.api import inputs, shapes
from workflow.api.base import FloorView, tag_of
from workflow.models import Authorship, Campaign, Idea
from workflow.selectors import history
from workflow.selectors.idea_page import standing_decision
from workflow.selectors.ideas import with_ballot_dates
from workflow.selectors.what_next import what_next


class Campaigns(FloorView):
    """GET: every campaign, the newest first; `stage`."""

    asks = inputs.CampaignsAsked

    @operation(answers=shapes.CampaignRow, pages=True)
    def get(self, request):
        """Every campaign, the newest first. One query besides the session's."""
        rows = Campaign.objects.select_related("sponsor").defer("text")
        if stage := self.asked.get("stage"):
            rows = rows.filter(stage=stage)
        page = pagination.key_page(rows, after=self.asked["cursor"])
        return pagination.answer(request, page, shapes.CampaignRow(page.rows, many=True).data)


class OneCampaign(FloorView):
    """GET: one campaign with its rules and rubric."""

    @operation(answers=shapes.CampaignDetail)
    def get(self, request, slug):
        """One campaign with its rules and rubric. Four queries besides the session's."""
        rows = Campaign.objects.select_related("sponsor")
        found = rows.prefetch_related("eligible_departments", "themes", "criteria").filter(slug=slug).first()
        if found is None:
            raise Http404
        return Response(shapes.CampaignDetail(found).data)


class Ideas(FloorView):
    """GET: the ideas that exist for me; `state`, `campaign`, `theme`, `department`, `q`, `ordering`."""

    asks = inputs.IdeasAsked

    @operation(answers=shapes.IdeaRow, pages=True, who="Everybody: the ideas that exist for them.")
    def get(self, request):
        """The ideas that exist for me.

        Two queries besides the session's and the rights'; one more for a department, one or two for a search.
        """
        rows = asked_rows(with_names(Idea.objects.visible_to(self.actor).kept()), self.asked)
        rows = rows.defer("problem", "proposal", "benefit", "reexamination_text", "campaign__text")
        newest = self.asked["ordering"] == "newest"
        page = pagination.key_page(rows, after=self.asked["cursor"], newest=newest)
        results = shapes.IdeaRow(page.rows, many=True, context={"actor": self.actor}).data
        return pagination.answer(request, page, results)


def with_names(rows: QuerySet[Idea]) -> QuerySet[Idea]:
    """What an idea is shown with: where it belongs and who signs it. One query besides the ideas'."""
    signed = Authorship.objects.select_related("person")
    rows = rows.select_related("campaign", "theme", "department", "submitted_from")
    return rows.prefetch_related(Prefetch("authorships", signed))


def asked_rows(rows: QuerySet[Idea], asked: dict) -> QuerySet[Idea]:
    """The ideas that the filters of an address let through."""
    if asked["state"]:
        rows = rows.filter(state__in=asked["state"])
    if asked["theme"]:
        rows = rows.filter(theme__code__in=asked["theme"])
    if campaign := asked.get("campaign"):
        rows = rows.filter(campaign__slug=campaign)
    if asked["department"] is not None:
        above = Department.objects.values_list("path", flat=True).get(pk=asked["department"])
        rows = rows.filter(department__path__startswith=above)
    return search.matching(rows, asked["q"])


class OneIdea(FloorView):
    """GET: one idea with its text, the decision that stands and what happens next."""

    @operation(answers=shapes.IdeaDetail, tagged=True, who="Who sees the idea.")
    def get(self, request, ref):
        """One idea with its text, the decision that stands and what happens next. A constant number of queries."""
        return self.shown(ref)

    def shown(self, ref: str) -> Response:
        """The idea as this reader sees it, with the tag that a change has to name."""
        rows = with_ballot_dates(with_names(Idea.objects.select_related("pilot", "merged_into")), self.at)
        idea = self.idea(ref, rows.prefetch_related("departments_touched", "merged_into__authorships"))
        mine = self.actor.person_id in idea.author_ids()
        target = idea.merged_into if idea.merged_into and rules.can_see(self.actor, idea.merged_into) else None
        context = {
            "actor": self.actor,
            "target": target,
            "decision": standing_decision(idea),
            "next_step": what_next(idea, at=self.at, mine=mine),
        }
        return Response(shapes.IdeaDetail(idea, context=context).data, headers={"ETag": tag_of(idea)})


class IdeaEvents(FloorView):
    """GET: what happened to an idea, the oldest first, as far as I may know it."""

    asks = inputs.ListAsked

    @operation(answers=shapes.EntryShape, pages=True, who="Who sees the idea.")
    def get(self, request, ref):
        """What happened to an idea, the oldest first.

        An idea has few events: they are read together, the page is cut from them.
        """
        idea = self.idea(ref, with_names(Idea.objects.select_related("merged_into")))
        events = list(history.events_of(idea))
        for event in events:
            if event.idea_id == idea.pk:
                event.idea = idea
            else:
                event.idea.merged_into = idea
        prefetch_related_objects([event.idea for event in events if event.idea_id != idea.pk], "authorships")
        lines = history.timeline(idea, events, history.Reader.of(self.actor, idea))
        after = self.asked["cursor"]
        rest = [line for line in lines if after is None or line.number > after]
        shown = rest[: pagination.ROWS]
        following = shown[-1].number if len(rest) > len(shown) else None
        page = pagination.Page(shown, following)
        return pagination.answer(request, page, shapes.EntryShape(shown, many=True, context={"actor": self.actor}).data)
