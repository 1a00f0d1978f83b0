# SPDX-License-Identifier: AGPL-3.0-or-later
"""A manager of the demo who is away these days, and the colleague who decides meanwhile."""

from innovato.organisation.capabilities import Capability
from voting.demo.timeline import Life
from voting.demo.town import Town
from workflow.services import delegating

AWAY, DEPUTY = "silvia", "fabio"
GIVEN, FIRST, LAST = 6, 3, -18  # days before today


def life_of_delegation(town: Town) -> Life:
    """Given some days before it begins, accepted the same day, in force today."""
    by, to = town.named[AWAY], town.named[DEPUTY]
    at = yield town.ago(GIVEN, 11, 20)
    given = delegating.give(
        to=to, capabilities=[Capability.DECIDE_IDEAS], department=by.home_department,
        starts_on=town.day(FIRST), ends_on=town.day(LAST), reason="Ferie", by=by, at=at,
    )  # fmt: skip
    at = yield town.ago(GIVEN, 15, 5)
    for row in given:
        delegating.accept(delegation_id=row.pk, by=to, at=at)
