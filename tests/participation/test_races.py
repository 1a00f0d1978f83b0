# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several workers at once: a period is prepared by one of them, and the chain of releases has no gap and no fork."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from innovato.participation import catalogue
from innovato.participation.models import Release, ReleaseJob
from innovato.participation.services import jobs
from tests.participation import factories as make

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WORKERS = 4


def at_once(work, arguments) -> list:
    """Run `work` for each argument in threads of their own, each with its own connection."""

    def alone(argument):
        try:
            return work(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(alone, arguments))


def test_four_workers_reach_for_a_period_and_one_gets_it():
    held = at_once(lambda _: jobs.claim(period=make.QUARTER, at=make.AT), range(WORKERS))
    assert len([job for job in held if job]) == 1
    assert ReleaseJob.objects.get().attempts == 1


def test_four_workers_release_side_by_side_into_one_chain():
    periods = [catalogue.quarter_of(date(2020 + n // 4, 1 + 3 * (n % 4), 1)) for n in range(3 * WORKERS)]
    at_once(lambda period: make.release(period=period), periods)
    assert list(Release.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 3 * WORKERS + 1))
    said = StringIO()
    call_command("verify_releases", stdout=said)
    assert said.getvalue() == f"{3 * WORKERS} releases, the chain holds\n"
