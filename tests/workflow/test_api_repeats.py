# SPDX-License-Identifier: AGPL-3.0-or-later
"""Calls sent twice: with a key one effect and one answer, for a day; never another call's answer; papers never."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from innovato.organisation.models import KeptAnswer
from innovato.organisation.services import kept_answers
from innovato.organisation.tasks import forget_kept_answers
from tests import factories as make
from tests.workflow.api_support import assert_problem, client_of, send
from tests.workflow.factories_judging import city
from tests.workflow.test_api_writing import upload
from workflow.models import Attachment, Comment, Idea

KEY = "6f1c2f6e-0c5b-4b6e-9a60-2f9d1a1f9a01"


@pytest.fixture
def here():
    here = city()
    here.idea = make.idea(here.author, here.call, state="admitted", department=here.office)
    here.address = f"ideas/{here.idea.ref}/comments/"
    return here


def comment(who, here, body="Quanto costa?", key=KEY, **more):
    headers = {"Idempotency-Key": key} if key else {}
    return send(who, here.address, {"kind": "question", "body": body}, headers=headers, **more)


@pytest.mark.django_db
def test_the_same_call_with_the_same_key_has_one_effect_and_one_answer(here):
    first, again = comment(here.colleague, here), comment(here.colleague, here)
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    assert Comment.objects.count() == 1
    assert again.headers["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers
    reordered = send(
        here.colleague, here.address, b'{"body":"Quanto costa?",  "kind":"question"}', headers={"Idempotency-Key": KEY}
    )
    assert reordered.json() == first.json() and Comment.objects.count() == 1


@pytest.mark.django_db
def test_another_body_or_address_with_the_same_key_is_refused(here):
    comment(here.colleague, here)
    assert_problem(comment(here.colleague, here, "Altro"), 422, "key_reused")
    other = make.idea(here.author, here.call, state="admitted")
    sent = {"kind": "question", "body": "Quanto costa?"}
    answer = send(here.colleague, f"ideas/{other.ref}/comments/", sent, headers={"Idempotency-Key": KEY})
    assert_problem(answer, 422, "key_reused")
    assert Comment.objects.count() == 1


@pytest.mark.django_db
def test_a_key_is_ones_own_and_without_one_nothing_is_kept(here):
    comment(here.colleague, here)
    comment(here.stranger, here)
    comment(here.stranger, here, key=None)
    assert Comment.objects.count() == 3 and KeptAnswer.objects.count() == 2


@pytest.mark.django_db
def test_a_call_that_is_refused_gives_its_key_back(here):
    assert_problem(comment(here.colleague, here, ""), 422)
    assert not KeptAnswer.objects.exists()
    assert comment(here.colleague, here).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "a b", "x" * 101, "è", "a\tb"])
def test_a_key_that_is_none_is_refused(here, key):
    headers = {"Idempotency-Key": key}
    answer = send(here.colleague, here.address, {"kind": "question", "body": "?"}, headers=headers)
    assert_problem(answer, 400, "bad_key")
    assert not Comment.objects.exists()


@pytest.mark.django_db
def test_a_file_and_a_move_are_kept_too_and_their_effect_stays_one(here):
    draft = make.idea(here.author, here.call)
    answers = [upload(here.author, draft, headers={"Idempotency-Key": KEY}) for _ in range(2)]
    assert answers[0].json() == answers[1].json() and Attachment.objects.count() == 1
    assert_problem(upload(here.author, draft, b"%PDF-1.4 altro\n%%EOF", headers={"Idempotency-Key": KEY}), 422)
    moves = [
        send(here.author, f"ideas/{draft.ref}/moves/withdraw/", {}, headers={"Idempotency-Key": "m"}) for _ in range(2)
    ]
    assert [move.status_code for move in moves] == [200, 200] and moves[0].json() == moves[1].json()
    assert draft.events.filter(kind="withdraw").count() == 1


@pytest.mark.django_db
def test_after_a_day_a_key_is_new_and_the_clock_forgets_it(here):
    comment(here.colleague, here)
    with time_machine.travel(timezone.now() + timedelta(hours=23)):
        forget_kept_answers()
        assert comment(here.colleague, here).headers["Idempotency-Replayed"]
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert "Idempotency-Replayed" not in comment(here.colleague, here).headers
        KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
        forget_kept_answers()
        forget_kept_answers()
    assert not KeptAnswer.objects.exists() and Comment.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_key_is_only_taken_with_its_effect():
    with pytest.raises(RuntimeError):
        kept_answers.take(person=make.person(), key="x", fingerprint="x", at=timezone.now())


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_at_once_have_one_effect_and_one_answer(here):
    together = Barrier(4)

    def one(_number):
        client = client_of(here.colleague)
        together.wait()
        try:
            return comment(client, here)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(one, range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({repr(answer.json()) for answer in answers}) == 1 and Comment.objects.count() == 1
    assert Idea.objects.get(pk=here.idea.pk).comment_count == 1
