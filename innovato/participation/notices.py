# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whom a refused release is told: HR, who can have the breakdown dropped. The notice names the period, never a figure."""

from datetime import datetime

from django.urls import reverse
from django.utils.http import urlencode

from innovato.notifications import kinds, services
from innovato.notifications.kinds import Group
from innovato.organisation.capabilities import Capability
from innovato.organisation.selectors import people_with
from innovato.participation.catalogue import Period, PeriodKind

kinds.register("release_refused", group=Group.TASKS, mail=True)


def refused(period: Period, *, at: datetime) -> None:
    """Not all tables of a period could be released safely: in the caller's transaction, once for a period."""
    year = str(period.first_day.year) if period.kind != PeriodKind.BALLOT else ""
    quarter = str(period.quarter) if period.kind == PeriodKind.QUARTER else ""
    address = f"{reverse('participation:overview')}?{urlencode({'periodo': period.key})}#preparazioni"
    services.notify(
        kind="release_refused",
        recipients=people_with(Capability.VIEW_PARTICIPATION, None).values_list("pk", flat=True),
        context={"title": period.title or period.key, "url": address, "year": year, "quarter": quarter},
        key=f"release-refused:{period.key}",
        at=at,
    )
