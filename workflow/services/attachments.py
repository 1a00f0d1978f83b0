# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that come with an idea: checked by what they are, stored under a name of our own, deleted with their row.

In a blind campaign a file can still name its author in its own data (who saved it, where): the form says so, and the
office redacts before it admits.
"""

import hashlib
import unicodedata
import uuid as uuids
from contextlib import ExitStack
from datetime import datetime

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovato.organisation.models import Person
from workflow import rules
from workflow.errors import BadFile
from workflow.models import Attachment, Idea
from workflow.services import moves
from workflow.services.filetypes import ENDINGS, FileType, sniff
from workflow.services.writing import check_may_write

LONGEST_NAME = Attachment._meta.get_field("name").max_length
NOT_IN_NAMES = frozenset('<>:"|?*/\\')


def attach(*, idea_id: int, by: Person, file: File, at: datetime) -> Attachment:
    """Keep one file with an idea that `by` may change. `file.size` and `file.name` are the upload's.

    Raises Missing, NotAllowed, WrongState as `writing.check_may_write` does, and BadFile: empty, too large, one too many,
    not what may be attached. Nothing of a refused file stays.
    """
    check_size(file.size)
    kind = sniff(file, file.size)
    with ExitStack() as undo, transaction.atomic():
        idea = moves.lock(idea_id)
        check_may_write(rules.actor_for(by), idea)
        _check_room(idea)
        row = Attachment(
            idea=idea,
            name=clean_name(file.name, kind),
            content_type=kind.content_type,
            size=file.size,
            sha256=_fingerprint(file),
            by=by,
            at=at,
        )
        row.file.save("", file, save=False)
        undo.callback(default_storage.delete, row.file.name)
        row.save()
        undo.pop_all()
    return row


def check_size(size: int) -> None:
    """Raise BadFile for nothing at all or one byte too many."""
    most = settings.INNOVATO_ATTACHMENT_MAX_BYTES
    if not size:
        raise BadFile(_("Il file è vuoto."))
    if size > most:
        raise BadFile(_("Il file supera i %(mb)d MB: riducilo e riprova.") % {"mb": most // (1024 * 1024)})


def _check_room(idea: Idea) -> None:
    most = settings.INNOVATO_ATTACHMENT_MAX_COUNT
    if idea.attachments.count() >= most:
        raise BadFile(
            ngettext("C’è già %(n)d file: è il massimo.", "Ci sono già %(n)d file: è il massimo.", most) % {"n": most}
        )


def _fingerprint(file: File) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def clean_name(name: str | None, kind: FileType) -> str:
    """The name that colleagues read: no path, no invisible or direction marks, at most 120 code points, a true ending."""
    stem, dot, ending = shown_name(name).rstrip(" .").rpartition(".")
    if not dot or ending.lower() not in ENDINGS:
        stem, ending = f"{stem}{dot}{ending}", ""
    if ending.lower() not in kind.endings:
        ending = kind.endings[0]
    stem = stem.strip(" .") or _("allegato")
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


def shown_name(name: str | None) -> str:
    """The last part of an uploader's name as it can be repeated on a page: one line, no path, no invisible marks."""
    last = unicodedata.normalize("NFC", (name or "").replace("\\", "/")).rsplit("/", 1)[-1]
    seen = "".join("_" if char in NOT_IN_NAMES else char for char in last if _is_visible(char))
    return " ".join(seen.split())


def _is_visible(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@transaction.atomic
def detach(*, idea_id: int, by: Person, uuid: uuids.UUID, at: datetime) -> None:
    """Take a file away; its bytes go once this is committed. Safe to repeat. Raises Missing, NotAllowed, WrongState."""
    idea = moves.lock(idea_id)
    check_may_write(rules.actor_for(by), idea)
    _remove(idea.attachments.filter(uuid=uuid))


def remove_all(idea: Idea) -> None:
    """Take every file of an idea away, in the caller's transaction; the bytes go once it is committed."""
    _remove(idea.attachments.all())


def _remove(rows) -> None:
    names = list(rows.values_list("file", flat=True))
    rows.delete()
    transaction.on_commit(lambda: [default_storage.delete(name) for name in names])
