# SPDX-License-Identifier: AGPL-3.0-or-later
"""The discussion: who writes, who is told, fifteen minutes to correct, reports and removals, and bad input."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from innovato.notifications.models import Notice
from tests import factories as make
from workflow.errors import Incomplete, Missing, NotAllowed, TooLate, WrongState
from workflow.models import Comment, CommentReport, Idea, IdeaEvent
from workflow.services import comments
from workflow.states import PUBLISHED, IdeaState

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return make.department("Città")


@pytest.fixture
def author(city):
    return make.person("Davide", "Conti", home=city)


@pytest.fixture
def writer(city):
    return make.person("Elena", "Massa", home=city)


@pytest.fixture
def reader(city):
    return make.person("Omar", "Haddad", home=city)


@pytest.fixture
def screener(city):
    who = make.person("Laura", "Pautasso", home=city)
    make.grant(who, "screen_ideas", city)
    return who


@pytest.fixture
def idea(author, city):
    return make.idea(author, make.campaign(city), state="review")


def write(idea, who, body="Vale anche per le scuole?", at=make.NOW, **fields) -> Comment:
    return comments.add_comment(idea_id=idea.pk, by=who, at=at, kind="question", body=body, **fields)


def told(kind="comment_added") -> list[tuple]:
    return sorted(Notice.objects.filter(kind=kind).values_list("recipient__first_name", "context__reply"))


def count_of(idea) -> int:
    return Idea.objects.values_list("comment_count", flat=True).get(pk=idea.pk)


def client_of(who) -> Client:
    client = Client()
    client.force_login(who)
    return client


def test_a_comment_tells_the_authors_and_an_answer_also_whoever_is_answered(idea, author, writer, reader):
    first = write(idea, writer)
    assert told() == [("Davide", None)]
    answer = write(idea, reader, parent_id=first.pk)
    assert told() == [("Davide", None), ("Davide", None), ("Elena", True)]
    assert write(idea, author, parent_id=answer.pk).parent == first
    assert count_of(idea) == 3
    assert told().count(("Elena", True)) == 2
    write(idea, author)
    assert len(told()) == 4, "nobody is told of an own comment"


def test_a_notice_leads_to_the_comment_and_carries_its_words(idea, writer):
    comment = write(idea, writer, "Una riga.\nUn’altra.")
    context = Notice.objects.get().context
    assert context["url"] == f"/idee/{idea.ref}/?da={comment.pk}#commento-{comment.pk}"
    assert (context["note_text"], context["by_name"]) == ("Una riga.\nUn’altra.", "Elena Massa")


@pytest.mark.parametrize("state", [str(state) for state in IdeaState if state not in PUBLISHED | {IdeaState.MERGED}])
def test_only_published_ideas_are_discussed(author, writer, city, state):
    idea = make.idea(author, make.campaign(city), state=state)
    with pytest.raises(WrongState, match="pubblicata"):
        write(idea, author)
    with pytest.raises(Missing):
        write(idea, writer)
    assert client_of(writer).post(f"/idee/{idea.ref}/commenti/", {"body": "x", "kind": "question"}).status_code == 404
    assert not Comment.objects.exists() and not Notice.objects.exists()


def test_an_answer_belongs_to_a_comment_of_the_same_idea(idea, author, writer):
    other = make.idea(author, idea.campaign, state="review")
    elsewhere = write(other, writer)
    with pytest.raises(Missing):
        write(idea, writer, parent_id=elsewhere.pk)
    assert client_of(writer).get(f"/idee/{idea.ref}/commenti/?risposta={elsewhere.pk}").status_code == 404


@pytest.mark.parametrize("body", ["", "   \n ", "x" * 3001])
def test_an_empty_or_endless_comment_is_refused_beside_the_field(idea, writer, body):
    with pytest.raises(Incomplete):
        write(idea, writer, body)
    response = client_of(writer).post(f"/idee/{idea.ref}/commenti/", {"body": body, "kind": "question"})
    assert response.status_code == 422 and not Comment.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {"body": "Con \x00 dentro", "kind": "question"},
        {"body": "Va bene", "kind": "\x00"},
        {"body": "Va bene", "kind": "insulto"},
        {"body": "Va bene"},
        {},
    ],
)
def test_what_a_form_never_sends_is_answered_in_words(idea, writer, data):
    for headers in ({}, {"HX-Request": "true", "HX-Target": "discussione"}):
        response = client_of(writer).post(f"/idee/{idea.ref}/commenti/", data, headers=headers)
        assert response.status_code == 422
    assert not Comment.objects.exists()


@pytest.mark.parametrize("parent", ["x", "-1", "99999999999999999999", "\x00", "4242"])
def test_an_answer_to_nothing_is_not_found(idea, writer, parent):
    response = client_of(writer).post(
        f"/idee/{idea.ref}/commenti/", {"body": "x", "kind": "question", "parent": parent}
    )
    assert response.status_code == 404 and not Comment.objects.exists()


def test_three_thousand_emoji_are_three_thousand_characters(idea, writer):
    response = client_of(writer).post(f"/idee/{idea.ref}/commenti/", {"body": "🚲" * 3000, "kind": "suggestion"})
    assert response.status_code == 302 and Comment.objects.get().body == "🚲" * 3000


def test_an_own_comment_is_corrected_for_fifteen_minutes(idea, writer, reader, screener):
    comment = write(idea, writer)
    in_time, late = make.NOW + timedelta(minutes=14, seconds=59), make.NOW + timedelta(minutes=15)
    for who in (reader, screener):
        with pytest.raises(NotAllowed):
            comments.edit_comment(comment_id=comment.pk, by=who, at=in_time, body="Altro")
    comments.edit_comment(comment_id=comment.pk, by=writer, at=in_time, body="Corretto")
    with pytest.raises(TooLate):
        comments.edit_comment(comment_id=comment.pk, by=writer, at=late, body="Tardi")
    comment.refresh_from_db()
    assert (comment.body, comment.edited_at) == ("Corretto", in_time)


def test_a_report_tells_the_office_once_and_never_who_reported(idea, writer, reader, screener):
    comment = write(idea, writer)
    for _ in range(2):
        comments.report_comment(comment_id=comment.pk, by=reader, at=make.NOW, reason="Nomina un cittadino.")
    assert CommentReport.objects.count() == 1
    assert [name for name, _ in told("comment_reported")] == ["Laura"]
    assert "Haddad" not in str(Notice.objects.get(kind="comment_reported").context)
    with pytest.raises(NotAllowed):
        comments.report_comment(comment_id=comment.pk, by=writer, at=make.NOW, reason="Mio")


def test_the_office_takes_a_comment_away_with_a_reason_that_stands_in_its_place(idea, writer, reader, screener):
    comment = write(idea, writer, "Il signor Rossi non ha pagato.")
    comments.report_comment(comment_id=comment.pk, by=reader, at=make.NOW, reason="Nomina un cittadino.")
    for who in (reader, writer):
        with pytest.raises(NotAllowed):
            comments.remove_comment(comment_id=comment.pk, by=who, at=make.NOW, reason="No")
    comments.remove_comment(comment_id=comment.pk, by=screener, at=make.NOW, reason="Contiene dati di un cittadino.")
    page = client_of(reader).get(f"/idee/{idea.ref}/").content.decode()
    assert "signor Rossi" not in page and "Contiene dati di un cittadino." in page
    assert count_of(idea) == 0 and [name for name, _ in told("comment_removed")] == ["Elena"]
    assert CommentReport.objects.get().handled_at == make.NOW
    assert list(IdeaEvent.objects.values_list("kind", "by")) == [("comment_removed", screener.pk)]
    for service, words in (
        (comments.remove_comment, {"reason": "Di nuovo"}),
        (comments.edit_comment, {"body": "Torno"}),
    ):
        with pytest.raises(WrongState):
            service(comment_id=comment.pk, by=screener, at=make.NOW, **words)
    assert count_of(idea) == 0


def test_an_author_of_the_idea_does_not_take_comments_away_even_from_the_office(screener, writer, city):
    own = make.idea(screener, make.campaign(city), state="review")
    comment = write(own, writer)
    with pytest.raises(NotAllowed):
        comments.remove_comment(comment_id=comment.pk, by=screener, at=make.NOW, reason="Non mi piace")


def test_the_office_may_leave_a_reported_comment(idea, writer, reader, screener):
    comment = write(idea, writer)
    comments.report_comment(comment_id=comment.pk, by=reader, at=make.NOW, reason="Non mi piace")
    page = client_of(screener).get(f"/commenti/{comment.pk}/rimuovi/").content.decode()
    assert "Non mi piace" in page and "Lascia il commento" in page
    assert client_of(screener).post(f"/commenti/{comment.pk}/rimuovi/", {"lascia": "1"}).status_code == 302
    comment.refresh_from_db()
    assert comment.removed_at is None and CommentReport.objects.get().handled_at is not None


def test_in_a_blind_campaign_an_author_who_comments_is_not_marked_as_one(author, reader, city):
    blind = make.idea(author, make.campaign(city, blind_authors=True), state="review")
    write(blind, author, "Rispondo io.")
    page = client_of(reader).get(f"/idee/{blind.ref}/").content.decode()
    assert "Davide Conti" in page and "Propone l’idea" not in page
    assert "Propone l’idea" in client_of(author).get(f"/idee/{blind.ref}/").content.decode()


@pytest.mark.parametrize("verb", ["modifica", "segnala", "rimuovi"])
def test_comments_under_an_idea_one_may_not_see_do_not_exist(author, writer, city, verb):
    idea = make.idea(author, make.campaign(city), state="screening")
    comment = Comment.objects.create(idea=idea, author=author, body="x", at=make.NOW)
    for pk in (comment.pk, 4242, 99999999999999999999999):
        assert client_of(writer).get(f"/commenti/{pk}/{verb}/").status_code == 404
        assert client_of(writer).post(f"/commenti/{pk}/{verb}/", {"reason": "x", "body": "x"}).status_code == 404


def test_the_forms_work_as_pages_and_as_parts(idea, writer, reader, screener):
    comment = write(idea, writer, at=timezone.now())
    places = {
        f"/idee/{idea.ref}/commenti/?risposta={comment.pk}": reader,
        f"/commenti/{comment.pk}/modifica/": writer,
        f"/commenti/{comment.pk}/segnala/": reader,
        f"/commenti/{comment.pk}/rimuovi/": screener,
    }
    for url, who in places.items():
        page = client_of(who).get(url)
        part = client_of(who).get(url, headers={"HX-Request": "true"})
        assert "<html" in page.content.decode() and "<html" not in part.content.decode()
        assert (page.status_code, part.status_code) == (200, 200)
    assert client_of(reader).get(f"/commenti/{comment.pk}/rimuovi/").status_code == 403


def test_htmx_gets_the_discussion_after_a_comment_and_the_conversation_after_an_answer(idea, writer, reader):
    url, htmx = f"/idee/{idea.ref}/commenti/", {"HX-Request": "true", "HX-Target": "discussione"}
    whole = client_of(writer).post(url, {"body": "Prima", "kind": "question"}, headers=htmx)
    comment = Comment.objects.get()
    assert 'id="discussione"' in whole.content.decode() and f"commento-{comment.pk}" in whole["HX-Trigger-After-Swap"]
    answer = {"body": "Seconda", "parent": comment.pk}
    part = client_of(reader).post(url, answer, headers=htmx | {"HX-Target": f"azione-{comment.pk}"})
    assert part["HX-Retarget"] == f"#conversazione-{comment.pk}"
    assert "Prima" in part.content.decode() and "Seconda" in part.content.decode()


def test_without_scripts_every_form_leads_back_to_the_comment(idea, writer):
    response = client_of(writer).post(f"/idee/{idea.ref}/commenti/", {"body": "Ciao", "kind": "question"}, follow=True)
    assert response.redirect_chain[0][0].endswith(f"#commento-{Comment.objects.get().pk}")
    assert "Commento pubblicato." in response.content.decode()


def test_the_latest_conversations_are_shown_and_the_earlier_ones_on_request(idea, writer, reader):
    old = [write(idea, writer, f"Numero {number:02}.") for number in range(14)]
    write(idea, reader, "Una risposta.", parent_id=old[0].pk)
    page = client_of(reader).get(f"/idee/{idea.ref}/").content.decode()
    assert "Numero 03." not in page and "Numero 04." in page and "Mostra i 5 commenti precedenti" in page
    earlier = f"/idee/{idea.ref}/commenti/?prima={old[4].pk}"
    for headers in ({}, {"HX-Request": "true"}):
        part = client_of(reader).get(earlier, headers=headers).content.decode()
        assert "Numero 00." in part and "Una risposta." in part and "Numero 04." not in part
    linked = client_of(reader).get(f"/idee/{idea.ref}/?da={old[1].pk}").content.decode()
    assert "Numero 01." in linked and "Numero 13." in linked and "Mostra i 2 commenti precedenti" in linked
    latest = client_of(reader).get(f"/idee/{idea.ref}/?da={old[13].pk}").content.decode()
    assert "Numero 04." in latest and "Numero 03." not in latest and "Mostra i 5 commenti precedenti" in latest


@pytest.mark.parametrize("place", ["x", "-1", "%00", "", "99999999999999999999"])
def test_a_nonsense_place_in_the_discussion_is_not_found(idea, reader, place):
    assert client_of(reader).get(f"/idee/{idea.ref}/commenti/?prima={place}").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow(idea, writer, screener, rows, django_assert_num_queries):
    for _ in range(rows):
        first = write(idea, writer)
        write(idea, screener, parent_id=first.pk)
    client = client_of(writer)
    with django_assert_num_queries(8):
        client.get(f"/idee/{idea.ref}/commenti/?prima={first.pk + 1}")


@translation.override("it")  # what the page activates must not stay for the next test
def test_the_pages_read_in_english(idea, writer, reader):
    comment = write(idea, writer, at=timezone.now())
    client = client_of(writer)
    client.cookies["django_language"] = "en"
    assert '<html lang="en"' in client.get(f"/commenti/{comment.pk}/modifica/").content.decode()
