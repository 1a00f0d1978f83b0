# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files are let in by what they are, kept under a name of our own, and gone with their row."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import factories as make
from tests.workflow.factories_writing import HTML, JPEG, PDF, SVG, archive, docx, odf, ooxml, png, xlsx
from workflow.errors import BadFile, Missing, NotAllowed, WrongState
from workflow.models import Attachment
from workflow.services import attachments, filetypes, handing_in
from workflow.services.attachments import clean_name

pytestmark = pytest.mark.django_db
NOW = make.NOW


@pytest.fixture
def city():
    return make.department("Città")


@pytest.fixture
def author(city):
    return make.person("Giulia", "Ferrero", home=city)


@pytest.fixture
def idea(author, city):
    return make.idea(author, make.campaign(city))


def attach(idea, by, data, name="prova.bin"):
    return attachments.attach(idea_id=idea.pk, by=by, file=SimpleUploadedFile(name, data), at=NOW)


def stored(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("data", "content_type", "name"),
    [
        (PDF, "application/pdf", "prova.pdf"),
        (png(), "image/png", "prova.png"),
        (JPEG, "image/jpeg", "prova.jpg"),
        (odf(), "application/vnd.oasis.opendocument.text", "prova.odt"),
        (odf("spreadsheet"), "application/vnd.oasis.opendocument.spreadsheet", "prova.ods"),
        (docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "prova.docx"),
        (xlsx(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "prova.xlsx"),
    ],
)
def test_seven_kinds_are_let_in_by_their_bytes_whatever_the_name_says(idea, author, data, content_type, name):
    for given in (name, "prova.exe", name.upper()):
        row = attach(idea, author, data, given)
        assert (row.content_type, row.size) == (content_type, len(data))
        assert row.name.lower() == (name if given != "prova.exe" else f"prova.exe.{name.split('.')[1]}")
        with row.file.open("rb") as file:
            assert file.read() == data
        attachments.detach(idea_id=idea.pk, by=author, uuid=row.uuid, at=NOW)


EICAR = filetypes.EICAR
REFUSED = {
    "nothing": b"",
    "text": b"ciao",
    "html": HTML,
    "svg": SVG,
    "svg with a byte order mark": b"\xef\xbb\xbf" + SVG,
    "gif": b"GIF89a" + b"\x00" * 50,
    "a program": b"MZ" + b"\x00" * 200,
    "the virus test": EICAR,
    "the virus test behind a pdf": PDF + EICAR,
    "the virus test inside a document": docx(**{"word/media/a.com": EICAR}),
    "a pdf cut short": PDF[:20],
    "a pdf with an archive behind": PDF + archive({"a.txt": "a"}),
    "a pdf that is also a page": b"%PDF-1.4\n<html><script>1</script>%%EOF",
    "a picture cut short": png()[:40],
    "a picture with a page behind": png() + HTML,
    "a picture with an archive behind": png() + archive({"a.txt": "a"}),
    "a picture of a billion dots": png(65_000, 65_000),
    "a photo with a page behind": JPEG + HTML,
    "a photo with an archive behind": JPEG + archive({"a.txt": "a"}),
    "a photo with a page in its head": JPEG[:20] + b"<script>alert(1)</script>" + JPEG[20:],
    "a photo cut short": JPEG[:60],
    "an archive": archive({"a.txt": "a"}),
    "an archive with a program in front": b"MZ" + archive({"a.txt": "a"}),
    "a damaged document": docx()[:-30],
    "a document with something behind": docx() + b"x",
    "a document with macros": ooxml(**{"word/vbaProject.bin": b"x"}),
    "a document that says it has macros": ooxml("wordprocessingml.document.macroEnabled"),
    "an open document with macros": odf(**{"Basic/script-lc.xml": "<x/>"}),
    "a presentation": ooxml("presentationml.presentation", "ppt/presentation.xml"),
    "an open presentation": odf("presentation"),
    "an open document without contents": archive({"mimetype": "application/vnd.oasis.opendocument.text"}),
    "an open document with another type": archive({"mimetype": "text/html", "content.xml": "<x/>"}),
    "a jar": archive({"META-INF/MANIFEST.MF": "x", "A.class": "x"}),
    "a document with a way out": docx(**{"../../etc/cron.d/x": b"x"}),
    "a document with an absolute name": docx(**{"/etc/passwd": b"x"}),
    "a document that unpacks into a gigabyte": docx(**{"word/media/zero.bin": b"\x00" * (80 * 1024 * 1024)}),
    "a list of parts of a hundred megabytes": archive({"[Content_Types].xml": b" " * (2 * 1024 * 1024)}),
    "random bytes": bytes(range(256)) * 20,
}


@pytest.mark.parametrize("what", REFUSED)
def test_everything_else_is_refused_in_words_and_leaves_nothing(idea, author, uploads, what):
    with pytest.raises(BadFile) as refused:
        attach(idea, author, REFUSED[what], "foto.png")
    assert len(str(refused.value)) > 10
    assert not Attachment.objects.exists() and stored(uploads) == []


def test_an_encrypted_member_a_lying_size_and_too_many_members_are_refused():
    locked = bytearray(docx())
    at = locked.find(b"PK\x01\x02")
    locked[at + 8] |= 1
    lying = bytearray(docx())
    at = lying.find(b"PK\x01\x02")
    lying[at + 24 : at + 28] = (10).to_bytes(4, "little")
    many = docx(**{f"word/{n}.xml": b"" for n in range(filetypes.MOST_MEMBERS)})
    for data in (bytes(locked), bytes(lying), many):
        with pytest.raises(BadFile):
            filetypes.sniff(io.BytesIO(data), len(data))


def test_overlapping_members_that_share_their_bytes_are_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("[Content_Types].xml", b"x" * 500)
        first = target.infolist()[0]
        for n in range(20):
            copy = zipfile.ZipInfo(f"word/{n}.xml")
            copy.header_offset, copy.CRC = first.header_offset, first.CRC
            copy.compress_size = copy.file_size = first.file_size
            target.filelist.append(copy)
            target.NameToInfo[copy.filename] = copy
    data = out.getvalue()
    with pytest.raises(BadFile):
        filetypes.sniff(io.BytesIO(data), len(data))


def test_the_largest_file_is_let_in_and_one_byte_more_is_not(idea, author, settings):
    most = settings.INNOVATO_ATTACHMENT_MAX_BYTES
    full = PDF[:9] + b" " * (most - len(PDF)) + PDF[9:]
    assert attach(idea, author, full).size == most == 10 * 1024 * 1024
    with pytest.raises(BadFile) as refused:
        attach(idea, author, PDF[:9] + b" " + full[9:])
    assert str(refused.value) == "Il file supera i 10 MB: riducilo e riprova."


def test_a_sixth_file_is_refused_and_its_bytes_do_not_stay(idea, author, uploads):
    for _ in range(5):
        attach(idea, author, PDF)
    with pytest.raises(BadFile, match="è il massimo"):
        attach(idea, author, PDF)
    assert (idea.attachments.count(), len(stored(uploads))) == (5, 5)


def test_only_authors_attach_and_only_while_the_text_may_change(idea, author, city, uploads):
    draft_of_others = make.idea(make.person(home=city), idea.campaign)
    published = make.idea(make.person(home=city), idea.campaign, state="admitted")
    handed_in = make.idea(author, idea.campaign, state="screening")
    for row, refused in ((draft_of_others, Missing), (published, NotAllowed), (handed_in, WrongState)):
        with pytest.raises(refused):
            attach(row, author, PDF)
        with pytest.raises(refused):
            attachments.detach(idea_id=row.pk, by=author, uuid=draft_of_others.uuid, at=NOW)
    assert stored(uploads) == []
    attach(make.idea(author, idea.campaign, state="needs_changes"), author, PDF)


def test_the_bytes_lie_under_a_name_of_our_own_for_their_owner_only(idea, author, uploads):
    row = attach(idea, author, PDF, "../../Relazione segreta.pdf")
    path = stored(uploads)[0]
    assert (row.name, path.name) == ("Relazione segreta.pdf", row.uuid.hex)
    assert path.stat().st_mode & 0o777 == 0o600
    assert row.sha256 == __import__("hashlib").sha256(PDF).hexdigest()


def test_a_file_taken_away_is_gone_once_that_is_committed(idea, author, django_capture_on_commit_callbacks):
    row = attach(idea, author, PDF)
    with django_capture_on_commit_callbacks(execute=True):
        attachments.detach(idea_id=idea.pk, by=author, uuid=row.uuid, at=NOW)
        assert default_storage.exists(row.file.name)
    assert not default_storage.exists(row.file.name)
    attachments.detach(idea_id=idea.pk, by=author, uuid=row.uuid, at=NOW)


def test_a_deleted_draft_takes_its_files_along(idea, author, django_capture_on_commit_callbacks):
    row = attach(idea, author, PDF)
    with django_capture_on_commit_callbacks(execute=True):
        handing_in.withdraw(idea_id=idea.pk, by=author, at=NOW + timedelta(minutes=1))
    assert not idea.attachments.exists() and not default_storage.exists(row.file.name)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Relazione.pdf", "Relazione.pdf"),
        ("C:\\Utenti\\giulia\\Relazione.PDF", "Relazione.PDF"),
        ("../../etc/passwd", "passwd.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("a\u202efdp.exe", "afdp.exe.pdf"),
        ("a\u200bb.pdf", "ab.pdf"),
        ("caffe\u0300.pdf", "caff\u00e8.pdf"),
        ("due  spazi\t.pdf", "due spazi.pdf"),
        ("<script>.pdf", "_script_.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("....", "allegato.pdf"),
        ("", "allegato.pdf"),
        (None, "allegato.pdf"),
        ("\ud800.pdf", "allegato.pdf"),
        ("relazione.docx", "relazione.pdf"),
        ("v1.2 finale", "v1.2 finale.pdf"),
        ("🏛️ atto.pdf", "🏛️ atto.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names_are_cleaned(given, kept):
    assert clean_name(given, filetypes.PDF) == kept
    assert len(clean_name(given, filetypes.PDF)) <= 120
