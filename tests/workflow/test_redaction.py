# SPDX-License-Identifier: AGPL-3.0-or-later
"""In a blind campaign the office covers what tells who proposes; nobody who may not know finds it anywhere."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from innovato.notifications.models import Notice
from tests import factories as make
from tests.workflow.factories_judging import again, city, holder
from tests.workflow.factories_writing import PDF
from workflow import search
from workflow.errors import Conflict, Incomplete, NotAllowed, TooLate, WrongState
from workflow.models import Attachment, IdeaEvent, IdeaVersion
from workflow.selectors.versions import versions_for
from workflow.services import assignment, handing_in, redaction

pytestmark = pytest.mark.django_db
SECRET = "Ferruccio Zanardelli"
LATER = make.NOW + timedelta(hours=1)


@pytest.fixture
def here():
    here = city()
    here.call = make.campaign(here.root, blind_authors=True)
    return here


def written(here, state="admitted", **fields):
    """An idea that names its author three times, its text kept as a version, with one file."""
    texts = {
        "title": f"Il metodo di {SECRET}",
        "problem": f"Lavoro all’Economato. Io, ferruccio\n zanardelli, lo vedo ogni giorno. {SECRET}",
    }
    idea = make.idea(here.author, here.call, state=state, **texts | fields)
    IdeaVersion.objects.create(
        idea=idea, number=1, content=handing_in.frozen_content(idea), by=here.author, at=make.NOW
    )
    search.index_idea(idea)
    here.file = Attachment(
        idea=idea, name="curriculum.pdf", content_type="application/pdf", size=len(PDF), sha256="0" * 64,
        by=here.author, at=make.NOW,
    )  # fmt: skip
    here.file.file.save("", ContentFile(PDF), save=False)
    here.file.save()
    return idea


def cover(idea, who, *passages, at=LATER, **more):
    return redaction.redact(idea_id=idea.pk, by=who, at=at, passages=passages, **more)


def browser(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_every_place_is_covered_and_the_event_does_not_repeat_it(here):
    idea = written(here)
    event = cover(idea, here.screener, SECRET)
    now = again(idea)
    assert now.title == "Il metodo di […]"
    assert now.problem == "Lavoro all’Economato. Io, […], lo vedo ogni giorno. […]"
    assert (now.state, now.version) == ("admitted", 2)
    assert (event.data["passages"], event.data["files"]) == (3, 0) and "Zanardelli" not in str(event.data)
    notice = Notice.objects.get(kind="text_redacted")
    assert notice.recipient == here.author and "Zanardelli" not in str(notice.context)


@pytest.mark.parametrize(
    ("passages", "field"),
    [
        ([], "passages"),
        (["  "], "passages"),
        (["Io"], "passages"),
        (["Mario Nessuno"], "passages"),
        (["x" * 5000], "passages"),
        ([f"Ferruccio {n}" for n in range(60)], "passages"),
    ],
)
def test_what_cannot_be_covered_is_said_and_changes_nothing(here, passages, field):
    idea = written(here)
    with pytest.raises(Incomplete) as error:
        cover(idea, here.screener, *passages)
    assert set(error.value.fields) == {field}
    assert again(idea).title == idea.title and not IdeaEvent.objects.exists()


def test_only_the_office_covers_only_in_blind_campaigns_and_not_while_votes_are_given(here):
    for stranger in (here.author, here.manager, here.reviewers[0]):
        with pytest.raises(NotAllowed):
            cover(written(here), stranger, SECRET)
    own = holder("Rita", "Verdi", "screen_ideas", here.root)
    idea = written(here)
    idea.authorships.update(person=own)
    with pytest.raises(NotAllowed, match="tua idea"):
        cover(idea, own, SECRET)
    with pytest.raises(WrongState):
        cover(written(here, "voting"), here.screener, SECRET)
    with pytest.raises(Conflict):
        cover(written(here), here.screener, SECRET, version=7)
    here.call = make.campaign(here.root)
    with pytest.raises(TooLate, match="i nomi di chi propone si vedono"):
        cover(written(here), here.screener, SECRET)


def test_search_list_page_and_versions_no_longer_show_it_to_whoever_may_not_know(here):
    idea = written(here, "review", due_on=make.NOW.date())
    assignment.assign_reviewers(idea_id=idea.pk, at=make.NOW)
    cover(idea, here.screener, SECRET, files=[here.file.uuid])
    for person in (here.colleague, here.reviewers[0], here.manager):
        client = browser(person)
        pages = [f"/idee/{idea.ref}/", f"/idee/{idea.ref}/storia/", "/idee/", f"/idee/?q={SECRET}"]
        pages += [f"/valutazioni/{idea.ref}/"] if person in here.reviewers else []
        for page in pages:
            shown = client.get(page).content.decode().replace(f'value="{SECRET}"', "")
            assert "Il metodo di […]" in shown or page.endswith(SECRET)
            assert f"/idee/{idea.ref}/" not in shown or not page.endswith(SECRET)
            assert "Io, Ferruccio" not in shown and "curriculum" not in shown
        assert client.get(f"/idee/{idea.ref}/allegati/{here.file.uuid}/").status_code == 404
    for person in (here.author, here.screener):
        client = browser(person)
        file = client.get(f"/idee/{idea.ref}/allegati/{here.file.uuid}/")
        assert b"".join(file.streaming_content) == PDF
        history = client.get(f"/idee/{idea.ref}/storia/").content.decode()
        assert "Zanardelli" in history and "in parte coperta" in history


def test_once_names_are_shown_everybody_reads_what_was_covered(here):
    idea = written(here)
    cover(idea, here.screener, SECRET)
    hidden = versions_for(idea, insider=False, names=False)
    assert [version.number for version in hidden] == [2] and hidden[0].redacted
    assert [version.number for version in versions_for(idea, insider=False, names=True)] == [1, 2]


def test_the_page_covers_and_says_what_is_wrong_beside_the_field(here):
    idea = written(here)
    client = browser(here.screener)
    address = f"/verifica/{idea.ref}/copri/"
    assert f'href="{address}"' in client.get(f"/idee/{idea.ref}/").content.decode()
    assert client.get(address).status_code == 200
    wrong = client.post(address, {"version": 1, "passages": "Mario Nessuno", "files": ["x"]})
    assert wrong.status_code == 422 and "ricarica la pagina" in wrong.content.decode()
    wrong = client.post(address, {"version": 1, "passages": "Mario Nessuno"})
    assert wrong.status_code == 422 and "non c’è nel testo" in wrong.content.decode()
    right = client.post(address, {"version": 1, "passages": SECRET, "files": [here.file.uuid.hex]})
    assert (right.status_code, right["Location"]) == (302, f"/idee/{idea.ref}/")
    assert again(idea).title == "Il metodo di […]" and Attachment.objects.get().withheld
    assert browser(here.colleague).get(address).status_code == 403
