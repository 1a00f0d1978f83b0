# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading ideas: the list (idea_list.py), one idea's page, its history, following, asking to look again."""

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from innovato.organisation.auth import signed_in
from workflow import rules, search
from workflow.beneficiaries import labels_of
from workflow.context import actor_of
from workflow.errors import Incomplete, WorkflowError
from workflow.forms.comments import CommentForm
from workflow.forms.ideas import ReexaminationForm
from workflow.models import Idea
from workflow.selectors import history as histories
from workflow.selectors import idea_page as pages
from workflow.selectors import versions as texts
from workflow.selectors.comments import discussion
from workflow.selectors.what_next import reexamination_until, what_next
from workflow.services import following, identity
from workflow.services import reexamination as reexaminations
from workflow.states import PUBLISHED, IdeaState
from workflow.views import answers
from workflow.views.idea_actions import actions_for
from workflow.views.idea_list import idea_list

__all__ = ["follow", "history", "idea", "idea_list", "reexamination", "reveal_authors"]

SHOWN_EVENTS = 6
NEAR = 3
BALLOT_STATES = frozenset({IdeaState.ADMITTED, IdeaState.VOTING, IdeaState.NOT_SELECTED, IdeaState.REVIEW})


@signed_in
@require_safe
@vary_on_headers("HX-Request")
def idea(request: HttpRequest, ref: str) -> HttpResponse:
    """One idea with its path, text, discussion and what this person can do. A merged one leads on to its target."""
    found = _find(request, ref)
    if "vicine" in request.GET and request.htmx:
        return render(request, "workflow/ideas/_near.html", {"near": _near(request, found), "idea": found})
    if found.state == IdeaState.MERGED and "originale" not in request.GET:
        target = _target(request, found)
        if target is not None:
            said = _("«%(title)s» continua in questa idea: chi la proponeva è tra chi propone questa.")
            messages.info(request, said % {"title": found.title})
            return redirect("workflow:idea", ref=target.ref)
    return render(request, "workflow/ideas/idea.html", _context(request, found))


def _find(request: HttpRequest, ref: str) -> Idea:
    rows = pages.page_rows(person_id=request.user.pk, at=timezone.now())
    return answers.idea_or_404(request, ref, rows)


def _target(request: HttpRequest, merged: Idea) -> Idea | None:
    """The idea in which a merged one goes on, if this person sees it; through several merges to the last one."""
    target, seen = merged.merged_into, {merged.pk}
    while target is not None and target.state == IdeaState.MERGED and target.pk not in seen:
        seen.add(target.pk)
        target = target.merged_into
    return target if target is not None and rules.can_see(actor_of(request), target) else None


def _context(request: HttpRequest, idea: Idea, *, revealed: bool = False, reexamination_form=None) -> dict:
    """Everything the page shows."""
    actor, at = actor_of(request), timezone.now()
    if actor.access.capabilities:  # only then do the rules ask who stepped back, and for every move
        prefetch_related_objects([idea], "recusals")
    events = list(histories.events_of(idea))
    reader = histories.Reader.of(actor, idea, revealed=revealed)
    lines = histories.timeline(idea, events, reader)
    mine = actor.person_id in idea.author_ids()
    moves = rules.moves_open_to(actor, idea, at)
    talk = discussion(idea, actor=actor, at=at, since=answers.key_or_none(request.GET.get("da", "")))
    if "request_reexamination" not in moves:
        reexamination_form = None
    elif reexamination_form is None:
        reexamination_form = ReexaminationForm()
    return {
        "idea": idea,
        "mine": mine,
        "published": idea.state in PUBLISHED,
        "shows_ballot": idea.state in BALLOT_STATES,
        **_authors(request, idea, reader),
        "steps": pages.step_dates(idea, events),
        "next_text": what_next(idea, at=at, mine=mine),
        "actions": actions_for(actor, idea, moves),
        "invited": any(a.person_id == actor.person_id and a.status == "invited" for a in idea.authorships.all()),
        "beneficiaries": labels_of(idea.beneficiaries),
        "attachments": [file for file in idea.attachments.all() if rules.may_read_file(actor, idea, file)],
        "decision": pages.standing_decision(idea),
        "cards": pages.cards_for(idea, actor),
        "asked": _asked(idea, lines),
        "lines": lines[::-1][:SHOWN_EVENTS],
        "more_lines": max(0, len(lines) - SHOWN_EVENTS),
        "reexamination_form": reexamination_form,
        "reexamination_until": reexamination_until(idea),
        "talk": talk,
        "comment_form": CommentForm() if talk.open else None,
        "near": _near(request, idea) if "vicine" in request.GET else None,
        "may_follow": not mine and (idea.state in PUBLISHED or idea.is_followed),
    }


def _asked(idea: Idea, lines: list) -> str:
    """What the office wants changed, for who may read it, while the answer is awaited."""
    if idea.state != IdeaState.NEEDS_CHANGES:
        return ""
    return next((line.reason for line in reversed(lines) if line.kind == "request_changes"), "")


def _authors(request: HttpRequest, idea: Idea, reader: histories.Reader) -> dict:
    """The names of who proposes, or that they are hidden and whether this person may ask for them."""
    signed = [a for a in idea.authorships.all() if a.status == "accepted"]
    return {
        "authors": [a.person for a in signed] if reader.names else [],
        "names_hidden": not reader.names,
        "may_reveal": not reader.names and rules.may_reveal_authors(actor_of(request), idea),
    }


def _near(request: HttpRequest, idea: Idea) -> list:
    """Ideas that say something like this one."""
    text = f"{idea.title}\n{idea.problem}\n{idea.proposal}"
    known = [idea.pk, *([idea.merged_into_id] if idea.merged_into_id else [])]
    return search.similar(text, NEAR, visible_to=actor_of(request), excluding=known)


@signed_in
@require_safe
def history(request: HttpRequest, ref: str) -> HttpResponse:
    """Everything that happened to an idea, as far as this person may know, and how its text changed."""
    idea = _find(request, ref)
    actor = actor_of(request)
    reader = histories.Reader.of(actor, idea)
    lines = histories.timeline(idea, list(histories.events_of(idea)), reader)
    versions = texts.versions_for(idea, insider=reader.insider, names=reader.names)
    compared = _compared(versions, request.GET.get("versione", ""))
    context = {"idea": idea, "lines": lines, "versions": versions, "reader": reader, **compared}
    return render(request, "workflow/ideas/history.html", context)


def _compared(versions: list, asked: str) -> dict:
    """The version asked for (else the last) beside the one before it; empty where there is nothing to compare."""
    if len(versions) < 2:
        return {}
    numbers = [str(version.number) for version in versions]
    place = numbers.index(asked) if asked in numbers[1:] else len(versions) - 1
    old, new = versions[place - 1], versions[place]
    return {"old": old, "new": new, "changes": texts.changes_between(old.content, new.content)}


@signed_in
@require_POST
def follow(request: HttpRequest, ref: str) -> HttpResponse:
    """Follow an idea, or no longer (`segui` is 1 or 0). Safe to repeat."""
    idea = _find(request, ref)
    wanted = request.POST.get("segui") != "0"
    try:
        if wanted:
            following.follow(idea_id=idea.pk, by=request.user, at=timezone.now())
        else:
            following.unfollow(idea_id=idea.pk, by=request.user)
    except WorkflowError as error:
        return answers.refused(request, error, idea=idea)
    if not request.htmx:
        said = _("Ora segui quest’idea: ti diciamo che cosa succede.") if wanted else _("Non segui più quest’idea.")
        return answers.to_idea(request, idea, said)
    return render(request, "workflow/ideas/_follow.html", {"idea": _find(request, ref), "swapped": True})


@signed_in
@require_POST
def reveal_authors(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the names a blind campaign hides, to the innovation office; every look is written down."""
    idea = _find(request, ref)
    try:
        identity.reveal_authors(idea_id=idea.pk, by=request.user, at=timezone.now())
    except WorkflowError as error:
        return answers.refused(request, error, idea=idea)
    if request.htmx:
        reader = histories.Reader.of(actor_of(request), idea, revealed=True)
        return render(request, "workflow/ideas/_authors.html", {"idea": idea, **_authors(request, idea, reader)})
    return render(request, "workflow/ideas/idea.html", _context(request, idea, revealed=True))


@signed_in
@require_POST
def reexamination(request: HttpRequest, ref: str) -> HttpResponse:
    """An author asks, once, that another person looks at a refusal again."""
    idea = _find(request, ref)
    form = ReexaminationForm(request.POST)
    if form.is_valid():
        try:
            reexaminations.request_reexamination(
                idea_id=idea.pk,
                by=request.user,
                at=timezone.now(),
                version=answers.posted_version(request),
                text=form.cleaned_data["text"],
            )
        except Incomplete as error:
            answers.add_errors(form, error)
        except WorkflowError as error:
            return answers.refused(request, error, idea=idea)
        else:
            said = _("Riesame chiesto: risponde una persona diversa da chi ha deciso.")
            return answers.done(request, reverse("workflow:idea", kwargs={"ref": idea.ref}), said)
    return answers.form_again(request, "workflow/ideas/idea.html", _context(request, idea, reexamination_form=form))
