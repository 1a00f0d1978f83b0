# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sheet on which an idea is written: its form filled in, and all that stands around it on the page."""

import uuid as uuids
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from workflow.context import actor_of
from workflow.forms.kept import blank_data, kept_data
from workflow.forms.proposing import IdeaForm
from workflow.forms.together import offered
from workflow.models import Campaign, Idea
from workflow.selectors import proposing as selectors
from workflow.selectors.offices import Offices
from workflow.services.coauthors import OPEN_TO_AUTHORS
from workflow.services.filetypes import ENDINGS
from workflow.states import IdeaState
from workflow.views.answers import key_or_none
from workflow.views.proposing import rescue

PAGE = "workflow/proposing/edit.html"


@dataclass
class Sheet:
    """One page on which somebody writes. `uuid` names the draft from the first look on, before there is a row;
    `page` names this very page, so that its own saves are never somebody else's."""

    request: HttpRequest
    at: datetime
    uuid: uuids.UUID
    page: str
    idea: Idea | None
    campaigns: list[Campaign]
    offices: Offices
    file_errors: list[str] = field(default_factory=list)
    joined: Idea | None = None

    @classmethod
    def of(cls, request: HttpRequest, idea: Idea | None, *, at: datetime, uuid: uuids.UUID | None = None) -> "Sheet":
        """The sheet of an idea, or of a new one (`uuid` is then the name its page already has)."""
        posted = request.POST.get("campaign", "")
        return cls(
            request=request,
            at=at,
            uuid=idea.uuid if idea else (uuid or uuids.uuid4()),
            page=_name(request.POST.get("page", "")) or uuids.uuid4().hex,
            idea=idea,
            campaigns=selectors.offered_campaigns(request.user, idea, at, wanted=key_or_none(posted)),
            offices=Offices(timezone.localtime(at).date()),
        )

    def form(self, data=None) -> IdeaForm:
        """The form filled in with what was posted, or with what is kept."""
        if data is None:
            data = kept_data(self.idea, self.offices) if self.idea else blank_data(self._first_campaign())
        return IdeaForm(
            data,
            idea=self.idea,
            campaigns=self.campaigns,
            themes=self.themes,
            offices=self.offices,
            adding="do" in self.request.POST,
        )

    def _first_campaign(self) -> Campaign:
        wanted = self.request.GET.get("bando", "")
        return next((row for row in self.campaigns if row.slug == wanted), self.campaigns[0])

    @cached_property
    def themes(self) -> list:
        """The themes of the campaigns on offer."""
        return selectors.themes_for(self.campaigns)

    @property
    def campaign(self) -> Campaign | None:
        """The campaign the idea is in, or would be."""
        return self.idea.campaign if self.idea else self._first_campaign()

    @property
    def address(self) -> str:
        """Where the whole form is posted."""
        if self.idea is None:
            return reverse("workflow:idea_new")
        return reverse("workflow:idea_edit", kwargs={"ref": self.idea.ref})

    @property
    def autosave_address(self) -> str:
        """Where the form is kept while typing: the first time this makes the draft."""
        if self.idea is None:
            return reverse("workflow:idea_new")
        return reverse("workflow:idea_autosave", kwargs={"ref": self.idea.ref})

    def read_again(self) -> None:
        """Take the idea as it stands now."""
        self.idea = selectors.writable_ideas().get(pk=self.idea.pk)

    def context(self, form: IdeaForm, **more) -> dict:
        """What the page's templates show."""
        idea = self.idea
        authorships = [a for a in idea.authorships.all() if a.status != "declined"] if idea else []
        return {
            "sheet": self,
            "form": form,
            "idea": idea,
            "campaign": self.campaign,
            "owner": rescue.signature_of(self.request.user),
            "version": idea.version if idea else 1,
            "gaps": selectors.gaps(idea) if idea else None,
            "authorships": authorships,
            "has_room": idea is None or len(authorships) < idea.campaign.max_authors,
            "may_leave": any(a.person_id == self.request.user.pk and not a.is_lead for a in authorships),
            "people_offered": offered(form.colleagues),
            "changes": selectors.changes_asked(idea) if idea and idea.state == IdeaState.NEEDS_CHANGES else None,
            "screening_days": settings.INNOVATO_SCREENING_DAYS,
            "most_files": settings.INNOVATO_ATTACHMENT_MAX_COUNT,
            "most_megabytes": settings.INNOVATO_ATTACHMENT_MAX_BYTES // (1024 * 1024),
            "accepted_files": ",".join(f".{ending}" for ending in ENDINGS),
            "may_be_blind": any(campaign.blind_authors for campaign in self.campaigns),
            **similar_context(
                str(form.data.get("title", "")),
                str(form.data.get("problem", "")),
                actor=actor_of(self.request),
                idea=idea,
            ),
            **more,
        }


def similar_context(title: str, problem: str, *, actor, idea: Idea | None) -> dict:
    """What the panel of similar ideas shows."""
    return {
        "similar": selectors.similar_ideas(title, problem, actor=actor, idea=idea),
        "open_to_authors": OPEN_TO_AUTHORS,
    }


def _name(text: str) -> str:
    """The page's name as it was posted; empty for anything that is none."""
    return text if len(text) == 32 and text.isascii() and text.isalnum() else ""


def version_of(text: str) -> int:
    """The version as it was posted; -1, which no idea has, for anything that is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def uuid_of(text: str) -> uuids.UUID | None:
    """The draft's name as it was posted; None for anything that is none."""
    try:
        return uuids.UUID(hex=text) if len(text) == 32 else None
    except ValueError:
        return None
