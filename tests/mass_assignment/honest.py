# SPDX-License-Identifier: AGPL-3.0-or-later
"""What honest people send to the API in the city for pages: who, about what, and a body that changes something."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

from innovato.notifications.models import Notice
from tests.workflow.factories_judging import REASON
from workflow.models import Idea

LONG = f"{REASON} {REASON}"
OPEN, WHOLE = "/api/v1/", {"version": None}


def calls(here: SimpleNamespace) -> dict[str, tuple]:
    """(who, values of the address's places, body) by the name of the operation."""
    ideas, soon = here.ideas, here.today + timedelta(days=3)
    pilot, ballot = ideas["piloting"].pilot, here.ballots["voting"]
    option, card = ballot.options.order_by("pk").first(), here.beginner
    indicator, milestone = pilot.indicators.order_by("pk").first(), pilot.milestones.order_by("pk").first()
    days = {"starts_on": soon.isoformat(), "ends_on": (soon + timedelta(days=4)).isoformat()}
    text = {"title": "Un armadio per le chiavi di tutti", "problem": LONG}
    points = [{"criterion": row.pk, "value": 3, "comment": REASON} for row in ideas["review"].campaign.criteria.all()]
    plan = {
        "objective": LONG, "where": "Sportello", "department": here.office.code, "owner": str(here.colleague.uuid),
        "budget": "100.00", "reason": REASON, "starts_on": soon.isoformat(),
        "ends_on": (soon + timedelta(days=90)).isoformat(),
        "indicators": [{"name": "Attese", "unit": "minuti", "direction": "down", "baseline": "30", "target": "10",
                        "threshold": "20", "method": "Cronometro"}],
        "milestones": [{"due_on": soon.isoformat(), "text": "Avvio", "who": "Ufficio"}],
        "members": [{"person": str(here.colleague.uuid), "role": "coordina", "hours_per_week": "2"}],
    }  # fmt: skip
    card_body = {"points": points, "recommendation": "pilot", "advice": LONG, "text_for_author": LONG}

    def move(state: str, who, **body):
        idea = ideas[state] if isinstance(state, str) else state
        return who, {"ref": idea.ref}, WHOLE | body

    return {
        "put_own_paper": (here.colleague, {"id": ballot.pk}, {"choices": [option.code], "client_nonce": "00" * 16}),
        "put_own_objection": (here.colleague, {"id": here.ballots["counted"].pk}, {"text": LONG}),
        "put_objection_answer": (here.guarantor, {"id": here.ballots["counted"].pk, "number": 1}, {"answer": LONG}),
        "patch_one_comment": (here.author, {"id": here.own_comment.pk}, {"body": LONG}),
        "post_comment_removal": (here.screener, {"id": here.own_comment.pk}, {"reason": REASON}),
        "post_comment_reports": (here.newcomer, {"id": here.own_comment.pk}, {"reason": REASON}),
        "post_delegations": (
            here.director, {}, {"deputy": str(here.colleague.uuid), "capabilities": ["decide_ideas"], "reason": REASON,
                                "department": here.root.code} | days,
        ),
        "post_delegation_acceptance": (here.asked_of.deputy, {"id": here.asked_of.pk}, {}),
        "post_delegation_refusal": (here.asked_of.deputy, {"id": here.asked_of.pk}, {}),
        "post_delegation_end": (here.lent.delegator, {"id": here.lent.pk}, {}),
        "post_ideas": (here.author, {}, text | {"campaign": here.open.slug}),
        "patch_one_idea": (here.author, {"ref": ideas["draft"].ref}, text),
        "post_idea_comments": (here.newcomer, {"ref": ideas["admitted"].ref}, {"kind": "question", "body": LONG}),
        "put_idea_follow": (here.newcomer, {"ref": ideas["admitted"].ref}, {}),
        "post_move_admit": move(here.waiting, here.screener, note=REASON, department=here.office.code),
        "post_move_request_changes": move(here.waiting, here.screener, text=LONG),
        "post_move_refuse_admission": move(here.waiting, here.screener, reason_code="cost", text=LONG),
        "post_move_merge": move(here.next, here.screener, target=here.near.number, text=LONG),
        "post_move_transfer": move(here.waiting, here.screener, department=here.elsewhere.code, reason=LONG),
        "post_move_undo_admission": move(here.undoable, here.screener),
        "post_move_resume_screening": move("needs_changes", here.screener),
        "post_move_select": move("not_selected", here.screener, reason=LONG),
        "post_move_complete_review": move("review", here.lead, reason=LONG),
        "post_move_reopen_review": move(here.late, here.manager),
        "post_move_approve_pilot": move("decision", here.manager, reason=LONG),
        "post_move_decline": move("decision", here.manager, reason_code="cost", reason=LONG),
        "post_move_defer": move(
            "decision", here.manager, reason=LONG, revisit_on=(here.today + timedelta(days=60)).isoformat()
        ),
        "post_move_resume": move("deferred", here.manager),
        "post_move_request_reexamination": move("declined", here.author, text=LONG),
        "post_move_extend_pilot": move(
            "piloting", here.manager, reason=LONG, ends_on=(pilot.ends_on + timedelta(days=30)).isoformat()
        ),
        "post_move_conclude_pilot": move("piloting", here.manager, outcome="closed", lessons=LONG, scale_plan=LONG),
        "post_move_verify": move("adopted", here.verifier, benefit=LONG, note=REASON),
        "post_move_submit": move("draft", here.author),
        "post_move_withdraw": move("draft", here.author),
        "put_idea_plan": (here.manager, {"ref": ideas["decision"].ref}, plan),
        "put_my_card": (card, {"ref": ideas["review"].ref}, card_body),
        "post_card_declaration": (here.untouched, {"ref": ideas["review"].ref}, {}),
        "post_card_recusal": (here.untouched, {"ref": ideas["review"].ref}, {"reason": LONG}),
        "post_card_submission": (card, {"ref": ideas["review"].ref}, {}),
        "put_notice_read": (here.author, {"id": Notice.objects.filter(recipient=here.author, read_at=None).first().pk}, {}),
        "put_one_milestone": (
            pilot.owner, {"ref": ideas["piloting"].ref, "id": milestone.pk}, {"done": milestone.done_on is None},
        ),
        "post_pilot_readings": (
            pilot.owner, {"ref": ideas["piloting"].ref},
            {"indicator": indicator.pk, "measured_on": here.today.isoformat(), "value": "12", "note": "ok"},
        ),
        "post_pilot_spending": (
            pilot.owner, {"ref": ideas["piloting"].ref},
            {"spent_on": here.today.isoformat(), "amount": "1.00", "description": "Cartelli"},
        ),
    }  # fmt: skip


ELSEWHERE = {
    "ref": lambda: Idea.objects.order_by("pk").last().ref,
    "id": lambda: 1,
    "uuid": uuid4,
    "move": lambda: "admit",
}
