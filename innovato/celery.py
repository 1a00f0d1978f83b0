# SPDX-License-Identifier: AGPL-3.0-or-later
"""The background worker and the clock: one Celery application, configured by the settings named CELERY_*."""

import os

from celery import Celery
from celery.beat import EmbeddedService
from celery.signals import beat_init, worker_init, worker_ready, worker_shutdown
from django.conf import settings

from innovato.checks import refuse_unsafe_production

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innovato.settings")

app = Celery("innovato")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
worker_init.connect(refuse_unsafe_production, weak=False)
beat_init.connect(refuse_unsafe_production, weak=False)


@worker_ready.connect
def start_clock_in_worker(**_signal) -> None:
    """Carry the clock along as a thread where settings ask for it; as a process of its own it would weigh 50 MB."""
    if settings.INNOVATO_CLOCK_IN_WORKER:
        clock = EmbeddedService(app, thread=True)
        clock.start()
        worker_shutdown.connect(lambda **_signal: clock.stop(), weak=False)
