# SPDX-License-Identifier: AGPL-3.0-or-later
"""The state machine of an idea: from where to where each move goes. Who may make it stands in `rules`."""

from django.db import models
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from workflow.states import IdeaState as S


class IdeaMachine(ConcurrentTransitionMixin, models.Model):
    """The protected state and its moves. Only `services.moves` calls the methods, holding the idea's lock."""

    state = FSMField(choices=S.choices, default=S.DRAFT, protected=True, db_index=True)

    class Meta:
        abstract = True

    @transition(state, source=[S.DRAFT, S.NEEDS_CHANGES], target=S.SCREENING)
    def submit(self):
        """An author hands the idea in, the first time or after the changes asked for."""

    @transition(state, source=S.SCREENING, target=S.NEEDS_CHANGES)
    def request_changes(self):
        """The office asks for changes; the clock pauses."""

    @transition(state, source=S.NEEDS_CHANGES, target=S.SCREENING)
    def resume_screening(self):
        """The days for an answer are over: the office answers to the text as it stands."""

    @transition(state, source=S.SCREENING, target=S.ADMITTED)
    def admit(self):
        """The idea is published and waits for its ballot."""

    @transition(state, source=S.SCREENING, target=S.INADMISSIBLE)
    def refuse_admission(self):
        """The idea is outside the rules, with reasons."""

    @transition(state, source=[S.SCREENING, S.ADMITTED], target=S.MERGED)
    def merge(self):
        """The idea goes on inside another one."""

    @transition(state, source=S.ADMITTED, target=S.SCREENING)
    def undo_admission(self):
        """The screener takes the admission back while its notice is still held."""

    @transition(state, source=S.INADMISSIBLE, target=S.SCREENING)
    def undo_refusal(self):
        """The screener takes the refusal back while its notice is still held."""

    @transition(state, source=S.MERGED, target=S.SCREENING)
    def undo_merge(self):
        """The idea stands alone again and is screened anew."""

    @transition(state, source=S.ADMITTED, target=S.VOTING)
    def open_voting(self):
        """Its ballot opens; the text is frozen from here."""

    @transition(state, source=S.VOTING, target=S.REVIEW)
    def conclude_voting_selected(self):
        """The ballot chose it."""

    @transition(state, source=S.VOTING, target=S.NOT_SELECTED)
    def conclude_voting_not_selected(self):
        """The ballot chose others."""

    @transition(state, source=[S.VOTING, S.REVIEW, S.NOT_SELECTED], target=S.ADMITTED)
    def return_to_admitted(self):
        """Its ballot was annulled, while it was open or in the hours for objections after it closed."""

    @transition(state, source=S.NOT_SELECTED, target=S.REVIEW)
    def select(self):
        """The office plays a wild card."""

    @transition(state, source=S.REVIEW, target=S.DECISION)
    def complete_review(self):
        """The required scorecards are in, or the lead reviewer says why not."""

    @transition(state, source=S.DECISION, target=S.REVIEW)
    def reopen_review(self):
        """Whoever decides asks for the scorecards that are missing."""

    @transition(state, source=S.DECISION, target=S.PILOTING)
    def approve_pilot(self):
        """The pilot starts."""

    @transition(state, source=S.DECISION, target=S.DECLINED)
    def decline(self):
        """No, with reasons."""

    @transition(state, source=S.DECISION, target=S.DEFERRED)
    def defer(self):
        """Later, on a date."""

    @transition(state, source=S.DEFERRED, target=S.DECISION)
    def resume(self):
        """The date has come, or the decider does not wait for it."""

    @transition(state, source=S.DECLINED, target=S.DECISION)
    def request_reexamination_of_decision(self):
        """An author asks another person to decide again."""

    @transition(state, source=S.INADMISSIBLE, target=S.SCREENING)
    def request_reexamination_of_admission(self):
        """An author asks another person to screen again."""

    @transition(state, source=S.PILOTING, target=S.ADOPTED)
    def conclude_pilot_adopted(self):
        """It works: it becomes practice."""

    @transition(state, source=S.PILOTING, target=S.CLOSED)
    def conclude_pilot_closed(self):
        """It was tried and taught something."""

    @transition(state, source=S.ADOPTED, target=S.VERIFIED)
    def verify(self):
        """The benefit was checked months later by somebody else."""

    @transition(state, source=[S.DRAFT, S.SCREENING, S.NEEDS_CHANGES, S.ADMITTED], target=S.WITHDRAWN)
    def withdraw(self):
        """The authors take it back."""
