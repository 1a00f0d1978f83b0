# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of moves itself: what the handbook names is there, nothing is a dead end, the picture follows the table."""

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import translation

from workflow import diagram, rules
from workflow.rules import MOVES
from workflow.states import TERMINAL, IdeaState

# (move, from, to), as the domain's page has it, and those of decision records 0003, 0010 and 0012.
EXPECTED = """
submit draft screening | submit needs_changes screening | request_changes screening needs_changes
resume_screening needs_changes screening
admit screening admitted | refuse_admission screening inadmissible | merge screening merged | merge admitted merged
undo_admission admitted screening | undo_refusal inadmissible screening | undo_merge merged screening
open_voting admitted voting | conclude_voting voting review | conclude_voting voting not_selected
return_to_admitted voting admitted | return_to_admitted review admitted | return_to_admitted not_selected admitted
select not_selected review | complete_review review decision | reopen_review decision review
approve_pilot decision piloting | decline decision declined | defer decision deferred | resume deferred decision
request_reexamination declined decision | request_reexamination inadmissible screening
conclude_pilot piloting adopted | conclude_pilot piloting closed | verify adopted verified
withdraw draft withdrawn | withdraw screening withdrawn | withdraw needs_changes withdrawn | withdraw admitted withdrawn
"""


def expected() -> set[tuple[str, str, str]]:
    return {tuple(row.split()) for row in EXPECTED.replace("\n", "|").split("|") if row.strip()}


def test_the_table_has_exactly_the_moves_of_the_domain():
    assert {(a.move, a.source, a.target) for a in diagram.arrows()} == expected()
    assert set(MOVES) - {move for move, _, _ in expected()} == {"transfer", "redact", "extend_pilot"}


def test_no_dead_end_no_unreachable_state_no_move_for_nobody():
    assert diagram.faults() == []
    out = StringIO()
    call_command("check_workflow", stdout=out)
    assert "every state can be reached and left" in out.getvalue()


@pytest.mark.parametrize("move", ["resume", "withdraw", "conclude_pilot"])
def test_the_check_finds_what_is_missing_when_a_move_is_gone(monkeypatch, move):
    monkeypatch.delitem(rules.MOVES, move)
    assert diagram.faults() != []


def test_every_state_has_a_place_in_the_picture_of_its_own():
    assert set(diagram.PLACES) == set(IdeaState)
    assert len(set(diagram.PLACES.values())) == len(IdeaState)
    assert set(diagram.PLACES) >= TERMINAL


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_picture_on_the_help_page_is_the_one_the_table_draws(language):
    drawn = settings.BASE_DIR / "innovato" / "static" / "img" / f"workflow-{language}.svg"
    with translation.override(language):
        assert drawn.read_text(encoding="utf-8") == diagram.draw()
