# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing ideas through the API: drafts, changes that name the version they saw, versions, files, following."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests import factories as make
from tests.workflow.api_support import API, BAD_BODIES, BAD_VALUES, assert_problem, client_of, get, send, stored
from tests.workflow.factories_judging import city
from tests.workflow.factories_writing import HTML, PDF, complete_draft
from workflow.models import Follow, Idea, IdeaVersion
from workflow.services import handing_in

pytestmark = pytest.mark.django_db
TEXT = {
    "title": "Una cassa in ogni sportello",
    "problem": "Si fanno due code.",
    "proposal": "Un POS per sportello.",
    "benefit": "Venti minuti in meno.",
    "beneficiaries": ["staff", "citizens"],
    "how_measured": "Minuti di attesa",
    "estimated_cost": "1200.50",
    "duration_months": 4,
    "no_personal_data": True,
}


@pytest.fixture
def here():
    here = city()
    here.theme = make.theme()
    here.draft = complete_draft(here.author, here.call, theme=here.theme)
    return here


def change(who, idea, body, tag="same", **more):
    headers = {} if tag is None else {"If-Match": f'"{idea.version}"' if tag == "same" else tag}
    return send(who, f"ideas/{idea.ref}/", body, "patch", headers=headers, **more)


# Drafts ------------------------------------------------------------------------------------------------------------


def test_a_draft_is_begun_written_and_handed_in(here):
    now = timezone.now()
    call = make.campaign(here.root, at=now)
    browser = client_of(here.author)
    begun = send(browser, "ideas/", {"campaign": call.slug, "title": "Una cassa"})
    assert begun.status_code == 201 and begun.json()["state"] == "draft"
    ref, tag = begun.json()["ref"], begun.headers["ETag"]
    whole = TEXT | {"theme": here.theme.code, "department": here.office.code}
    answer = send(browser, f"ideas/{ref}/", whole, "patch", headers={"If-Match": tag})
    assert answer.status_code == 200, answer.content
    shown = answer.json()
    assert {name: shown[name] for name in TEXT} == TEXT | {"beneficiaries": ["citizens", "staff"]}
    assert shown["theme"]["code"] == here.theme.code and shown["department"]["code"] == here.office.code
    assert answer.headers["ETag"] == f'"{shown["version"]}"' != tag
    assert send(browser, f"ideas/{ref}/moves/submit/", {}).json()["state"] == "screening"


def test_a_draft_needs_a_campaign_that_is_there(here):
    for body in ({}, {"campaign": "nessuno"}, {"campaign": None}, {"campaign": "a b"}):
        assert "campaign" in assert_problem(send(here.author, "ideas/", body), 422)["errors"]
    assert Idea.objects.count() == 1


def test_what_is_left_out_of_a_change_stays(here):
    answer = change(here.author, here.draft, {"benefit": "Meno attese."})
    assert answer.status_code == 200
    after = Idea.objects.get(pk=here.draft.pk)
    assert after.benefit == "Meno attese." and after.title == here.draft.title and after.theme == here.theme


def test_only_declared_members_change(here):
    every = {field.name: 1 for field in Idea._meta.get_fields()} | {field.attname: 1 for field in Idea._meta.fields}
    sent = {name: value for name, value in every.items() if name not in {*TEXT, "theme", "department", "campaign"}}
    del sent["departments_touched"]
    before = Idea.objects.filter(pk=here.draft.pk).values().get()
    assert change(here.author, here.draft, sent | {"title": "Altro"}).status_code == 200
    after = Idea.objects.filter(pk=here.draft.pk).values().get()
    assert {name for name in after if after[name] != before[name]} == {"title", "version", "saved_at", "saved_by_id"}


def test_a_change_names_the_version_it_saw(here):
    assert_problem(change(here.author, here.draft, {"title": "A"}, None), 428, "version_missing")
    for tag in ('"0"', f'W/"{here.draft.version}"x', "1", ""):
        if tag != f'W/"{here.draft.version}"x':
            assert_problem(change(here.author, here.draft, {"title": "A"}, tag), 412, "changed")
    assert change(here.author, here.draft, {"title": "A"}, '"0", "1"').status_code == 200
    assert_problem(change(here.author, here.draft, {"title": "B"}), 412, "changed")
    assert change(here.author, here.draft, {"title": "C"}, "*").status_code == 200


def test_who_may_not_write_hears_so_before_anything_is_read(here):
    assert_problem(change(here.colleague, here.draft, b"{"), 404)
    shown = make.idea(here.author, here.call, state="admitted")
    assert_problem(change(here.colleague, shown, b"{"), 403, "not_allowed")
    assert_problem(change(here.author, shown, b"{"), 409, "wrong_state")


def test_bad_bodies_and_values_change_nothing(here):
    browser, before = client_of(here.author), stored()
    for label, body in BAD_BODIES.items():
        if label not in {"nothing", "a large version", "a negative version", "an endless number"}:
            assert change(browser, here.draft, body).status_code in (400, 413, 422), label
    for name in (*TEXT, "theme", "department", "departments_touched"):
        for label, value in BAD_VALUES.items():
            answer = change(browser, here.draft, {name: value, "theme": "nessuno"}, "*")
            assert answer.status_code in (400, 422), (name, label, answer.content)
    assert stored() == before


def test_a_theme_of_another_campaign_is_none(here):
    other = make.theme("Altro", campaign=make.campaign(here.root))
    assert_problem(change(here.author, here.draft, {"theme": other.code}), 422, "incomplete")


# Versions, following -----------------------------------------------------------------------------------------------


def test_versions_are_for_authors_and_office_others_read_the_admitted_one(here):
    now = timezone.now()
    call = make.campaign(here.root, at=now)
    idea = complete_draft(here.author, call, theme=here.theme)
    handing_in.submit(idea_id=idea.pk, by=here.author, at=now)
    idea = Idea.objects.get(pk=idea.pk)
    assert [row["number"] for row in get(here.author, f"ideas/{idea.ref}/versions/").json()["results"]] == [1]
    assert_problem(get(here.colleague, f"ideas/{idea.ref}/versions/"), 404)
    Idea.objects.filter(pk=idea.pk).update(
        state="admitted", published_at=now + timedelta(hours=1), department=here.office
    )
    IdeaVersion.objects.create(idea=idea, number=2, content=idea.versions.get().content, at=now - timedelta(days=1))
    assert [row["number"] for row in get(here.colleague, f"ideas/{idea.ref}/versions/").json()["results"]] == [2]
    assert get(here.author, f"ideas/{idea.ref}/versions/1/").json()["content"]["title"] == idea.title
    assert_problem(get(here.colleague, f"ideas/{idea.ref}/versions/1/"), 404)


def test_following_is_put_and_taken_back_as_often_as_one_likes(here):
    idea = make.idea(here.author, here.call, state="admitted")
    browser, address = client_of(here.colleague), f"ideas/{idea.ref}/follow/"
    assert get(browser, address).json() == {"following": False, "since": None}
    for _turn in range(2):
        assert send(browser, address, b"", "put").json()["following"] is True
    assert [row["ref"] for row in get(browser, "follows/").json()["results"]] == [idea.ref]
    for _turn in range(2):
        assert send(browser, address, b"", "delete").status_code == 204
    assert not Follow.objects.exists()
    assert_problem(send(here.author, f"ideas/{here.draft.ref}/follow/", b"", "put"), 409)


# Files -------------------------------------------------------------------------------------------------------------


def upload(who, idea, data=PDF, name="piano.pdf", **more):
    file = SimpleUploadedFile(name, data, "application/pdf")
    return client_of(who).post(f"{API}ideas/{idea.ref}/attachments/", {"file": file}, **more)


def test_a_file_is_added_listed_fetched_and_taken_away(here):
    added = upload(here.author, here.draft)
    assert added.status_code == 201, added.content
    row = added.json()
    address = f"ideas/{here.draft.ref}/attachments/"
    assert get(here.author, address).json()["results"] == [row] and row["content_type"] == "application/pdf"
    content = get(here.author, f"{address}{row['id']}/content/")
    assert b"".join(content) == PDF and content.headers["Content-Security-Policy"].startswith("sandbox")
    assert "attachment" in content.headers["Content-Disposition"] and "no-store" in content.headers["Cache-Control"]
    for who in (here.colleague, here.screener):
        assert_problem(get(who, f"{address}{row['id']}/content/"), 404)
    assert send(here.author, f"{address}{row['id']}/", b"", "delete").status_code == 204
    assert_problem(get(here.author, f"{address}{row['id']}/"), 404)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("vuoto.pdf", b""),
        ("pagina.png", HTML),
        ("a\0b.pdf", b"x"),
        ("../../x.pdf", b"MZ"),
        ("grande.pdf", b"%PDF" + b"0" * 2**24),
    ],
)
def test_a_file_that_may_not_be_attached_is_refused(here, name, data):
    answer = upload(here.author, here.draft, data, name)
    assert_problem(answer, answer.status_code)
    assert answer.status_code in (400, 413, 422) and not here.draft.attachments.exists()


def test_a_file_comes_as_a_form_and_only_from_who_may_write(here):
    address = f"ideas/{here.draft.ref}/attachments/"
    assert_problem(send(here.author, address, {"file": "x"}), 415)
    assert_problem(send(here.author, address, b"--x", content_type="multipart/form-data; boundary=x"), 422)
    assert_problem(send(here.author, address, b"x", content_type="multipart/form-data"), 400)
    assert_problem(upload(here.colleague, here.draft), 404)
    assert_problem(upload(here.colleague, make.idea(here.author, here.call, state="admitted")), 403)
