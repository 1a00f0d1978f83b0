# SPDX-License-Identifier: AGPL-3.0-or-later
"""A receiver on this machine, allowed by the settings, and a city whose innovation office keeps webhooks."""

from uuid import uuid4

import pytest

from innovato.webhooks.models import Hook
from innovato.webhooks.services import keeping, sending
from tests import factories as make
from tests.webhooks.receiver import Receiver
from tests.workflow import factories_judging
from workflow.happenings import KINDS

AT = make.NOW


@pytest.fixture(autouse=True)
def nudged(monkeypatch) -> list:
    """How often the relay was woken; no broker is asked."""
    found = []
    monkeypatch.setattr("innovato.webhooks.services.handing.nudge", lambda: found.append(1))
    return found


@pytest.fixture(autouse=True)
def on_this_machine(settings):
    """Plain http to this machine is allowed, as the setting would in a closed network."""
    settings.INNOVATO_WEBHOOK_HTTP = True
    settings.INNOVATO_WEBHOOK_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def receiver():
    """A program that receives, and answers as it is told."""
    with Receiver() as found:
        yield found


@pytest.fixture
def city(db):
    """The city of the judges: its screener is the innovation office."""
    return factories_judging.city()


@pytest.fixture
def steady(monkeypatch):
    """Waits without chance."""
    monkeypatch.setattr(sending, "JITTER", 0)


@pytest.fixture
def hooked(city, receiver):
    """Makes a webhook to the receiver; answers with it and its secret."""

    def made(**fields) -> tuple[Hook, str]:
        values = {"name": "Portale", "address": receiver.address, "kinds": list(KINDS), "department_id": None, "at": AT}
        return keeping.create(**{"by": city.screener, "uuid": uuid4()} | values | fields)

    return made
