# SPDX-License-Identifier: AGPL-3.0-or-later
"""Changes that were asked for and never came: the office goes on with the text as it stands, by the clock or by hand."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from innovato.notifications.models import Notice
from tests import factories as make
from tests.workflow.factories_judging import REASON, again, city, holder
from tests.workflow.factories_writing import COMPLETE
from workflow import search
from workflow.errors import NotAllowed, TooLate, WrongState
from workflow.models import IdeaEvent, IdeaVersion
from workflow.rules import actor_for
from workflow.services import due, handing_in, screening, writing
from workflow.states import IdeaState

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OVER = make.NOW + 16 * DAY + timedelta(seconds=1)


@pytest.fixture
def here():
    return city()


def asked(here, *, at=make.NOW, **fields):
    """An idea with a complete text of which the office asked changes at `at`, with all its ten days left."""
    fields = COMPLETE | {"due_on": date(2026, 12, 3), "clock_started_on": date(2026, 11, 19)} | fields
    idea = make.idea(here.author, here.call, state="screening", theme=make.theme(), at=at, **fields)
    IdeaVersion.objects.create(idea=idea, number=1, content=handing_in.frozen_content(idea), by=here.author, at=at)
    screening.request_changes(idea_id=idea.pk, by=here.screener, at=at, note=REASON)
    return idea


def test_the_clock_ends_the_wait_after_the_days_given_and_not_before(here):
    idea = asked(here)
    assert due.end_waits(at=make.NOW + 16 * DAY) == 0
    assert due.end_waits(at=OVER) == 1
    assert due.end_waits(at=OVER) == 0
    now = again(idea)
    assert (now.state, now.clock_paused_at, now.due_on) == ("screening", None, date(2026, 12, 21))
    event = IdeaEvent.objects.get(kind="resume_screening")
    assert (event.by, event.from_state, event.to_state) == (None, "needs_changes", "screening")
    told = set(Notice.objects.filter(key__startswith=f"event:{event.number}:").values_list("kind", "recipient"))
    assert told == {("answer_lapsed", here.author.pk), ("screening_received", here.screener.pk)}


def test_the_office_may_go_on_itself_once_the_days_are_over(here):
    idea = asked(here)
    with pytest.raises(TooLate, match="ancora tempo"):
        due.resume_screening(idea_id=idea.pk, by=here.screener, at=make.NOW + 15 * DAY)
    for stranger in (here.author, here.manager):
        with pytest.raises(NotAllowed):
            due.resume_screening(idea_id=idea.pk, by=stranger, at=OVER)
    assert due.resume_screening(idea_id=idea.pk, by=here.screener, at=OVER).by == here.screener
    with pytest.raises(WrongState):
        due.resume_screening(idea_id=idea.pk, by=here.screener, at=OVER)


def test_a_screener_does_not_go_on_with_an_own_idea(here):
    own = holder("Rita", "Verdi", "screen_ideas", here.root)
    here.author = own
    idea = asked(here)
    with pytest.raises(NotAllowed, match="tua idea"):
        due.resume_screening(idea_id=idea.pk, by=own, at=OVER)


def test_what_the_authors_saved_counts_and_what_they_left_empty_stands_as_handed_in(here):
    idea = asked(here)
    content = {"proposal": "Un messaggio due giorni prima.", "benefit": "", "theme_id": None}
    writing.save_draft(idea_id=idea.pk, by=here.author, content=content, at=make.NOW + DAY)
    due.end_waits(at=OVER)
    now = again(idea)
    assert now.proposal == "Un messaggio due giorni prima."
    assert (now.benefit, now.theme) == (COMPLETE["benefit"], idea.theme)
    last = IdeaVersion.objects.get(idea=idea, number=2)
    assert (last.content["proposal"], last.by) == (now.proposal, None)
    found = search.similar("messaggio due giorni prima", 3, visible_to=actor_for(here.screener))
    assert [near.idea for near in found] == [now]


def test_a_text_that_did_not_change_is_no_new_version(here):
    idea = asked(here)
    due.end_waits(at=OVER)
    assert IdeaVersion.objects.filter(idea=idea).count() == 1


def test_the_page_offers_to_go_on_only_when_the_days_are_over(here):
    fresh, old = asked(here, at=timezone.now()), asked(here, at=timezone.now() - 20 * DAY)
    client = Client()
    client.force_login(here.screener)
    assert "Riprendi la verifica" not in client.get(f"/verifica/{fresh.ref}/").content.decode()
    assert "Riprendi la verifica" in client.get(f"/verifica/{old.ref}/").content.decode()
    version = again(old).version
    assert client.post(f"/verifica/{old.ref}/riprendi/", {"version": version - 1}).status_code == 409
    assert client.post(f"/verifica/{fresh.ref}/riprendi/", {"version": again(fresh).version}).status_code == 409
    assert client.post(f"/verifica/{old.ref}/riprendi/", {"version": version}).status_code == 302
    assert again(old).state == IdeaState.SCREENING
    assert client.get(f"/verifica/{old.ref}/riprendi/").status_code == 405


def test_the_idea_s_page_says_what_was_asked_to_authors_and_office_only(here):
    idea = asked(here)
    for person, reads in ((here.author, True), (here.screener, True), (here.manager, False)):
        client = Client()
        client.force_login(person)
        page = client.get(f"/idee/{idea.ref}/")
        assert page.status_code == 200
        assert (REASON in page.content.decode()) is reads
