# SPDX-License-Identifier: AGPL-3.0-or-later
"""In a blind campaign the office covers what tells who proposes an idea: words of its text, whole files.

The page, the lists, the search and the API show the covered text. What was covered stays in the versions, which authors and
office read always and everybody once the names are no longer hidden.
"""

import re
import uuid as uuids
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from innovato.organisation.models import Person
from workflow import rules, search
from workflow.errors import Incomplete
from workflow.models import Idea, IdeaEvent, IdeaVersion
from workflow.services import moves
from workflow.services.handing_in import frozen_content

COVER = "[…]"
TEXTS = ("title", "problem", "proposal", "benefit", "how_measured")
SHORTEST_PASSAGE = len(COVER)  # a text never grows past its limit
MOST_PASSAGES = 50


@transaction.atomic
def redact(
    *,
    idea_id: int,
    by: Person,
    at: datetime,
    version: int | None = None,
    passages: Sequence[str] = (),
    files: Iterable[uuids.UUID] = (),
) -> IdeaEvent:
    """Cover every place where one of `passages` stands (small and capital letters alike) and withhold `files`.

    Raises Incomplete for nothing to cover, a passage that is too short or stands nowhere, a file that is not there; and
    as `moves.check` does. The event says how much was covered, never what.
    """
    idea = moves.lock(idea_id)
    actor = rules.actor_for(by)
    moves.check(idea, "redact", actor=actor, at=at, version=version)
    wanted = list(dict.fromkeys(" ".join(passage.split()) for passage in passages if passage.strip()))
    to_withhold = idea.attachments.filter(uuid__in=set(files), withheld=False)
    _check(wanted, set(files), idea)
    values, covered = _covered(idea, wanted)
    withheld = to_withhold.update(withheld=True)
    if not covered and not withheld:
        raise Incomplete({"passages": _("Non c’è niente di nuovo da coprire.")})
    data = {"passages": covered, "files": withheld}
    event = moves.make(idea, "redact", actor=actor, at=at, data=data, values=values)
    number = (idea.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    content = frozen_content(idea)
    IdeaVersion.objects.create(idea=idea, number=number, content=content, redacted=True, by=by, at=at)
    search.index_idea(idea)
    return event


def _check(wanted: list[str], files: set, idea: Idea) -> None:
    if not wanted and not files:
        raise Incomplete({"passages": _("Scrivi almeno un passaggio, o scegli un allegato.")})
    if len(wanted) > MOST_PASSAGES:
        raise Incomplete({"passages": _("Al massimo %(n)d passaggi per volta.") % {"n": MOST_PASSAGES}})
    for passage in wanted:
        if len(passage) < SHORTEST_PASSAGE:
            raise Incomplete({"passages": _("«%(text)s» è troppo corto: servono 3 caratteri.") % {"text": passage}})
        if not any(_pattern(passage).search(getattr(idea, name)) for name in TEXTS):
            shown = passage if len(passage) <= 60 else f"{passage[:60]}…"
            raise Incomplete({"passages": _("«%(text)s» non c’è nel testo: copialo così com’è.") % {"text": shown}})
    if idea.attachments.filter(uuid__in=files).count() != len(files):
        raise Incomplete({"files": _("Questo allegato non c’è più: ricarica la pagina.")})


def _covered(idea: Idea, wanted: list[str]) -> tuple[dict[str, str], int]:
    """The texts with the passages covered, longest first, and at how many places."""
    values, places = {}, 0
    for name in TEXTS:
        text = getattr(idea, name)
        for passage in sorted(wanted, key=len, reverse=True):
            text, here = _pattern(passage).subn(COVER, text)
            places += here
        if text != getattr(idea, name):
            values[name] = text
    return values, places


def _pattern(passage: str) -> re.Pattern:
    """The passage wherever it stands, whatever blanks or line breaks lie between its words."""
    return re.compile(r"\s+".join(re.escape(word) for word in passage.split()), re.IGNORECASE)
