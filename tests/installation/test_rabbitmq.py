# SPDX-License-Identifier: AGPL-3.0-or-later
"""On RabbitMQ, as in production: a task waits in a quorum queue, the worker carries it out, nothing is left over."""

import os
import signal
import subprocess
import sys
import time
import uuid

import pytest
from amqp.exceptions import PreconditionFailed
from kombu import Connection

from tests.architecture.files import ROOT

pytestmark = pytest.mark.broker
TASK = "innovato.tasks.purge_embedded_broker"
SEND = f"from innovato.celery import app; app.send_task('{TASK}')"
WORKER = ["-m", "celery", "-A", "innovato", "worker", "-P", "threads", "-c", "4", "-l", "INFO"]


@pytest.fixture
def production(rabbitmq_url, tmp_path):
    """The environment of an installation with a queue of its own; the queue is deleted afterwards."""
    queue = f"innovato-test-{uuid.uuid4().hex}"
    mine = {
        "INNOVATO_DEMO": "1",
        "CELERY_BROKER_URL": rabbitmq_url,
        "INNOVATO_QUEUE": queue,
        "INNOVATO_VAR_DIR": str(tmp_path),
    }
    yield os.environ | mine | {"DJANGO_SETTINGS_MODULE": "innovato.settings"}
    with Connection(rabbitmq_url) as connection:
        connection.channel().queue_delete(queue)


def waiting(env: dict[str, str]) -> int:
    """How many messages wait in the queue."""
    with Connection(env["CELERY_BROKER_URL"]) as connection:
        return connection.channel().queue_declare(env["INNOVATO_QUEUE"], passive=True).message_count


def test_a_task_waits_in_a_queue_that_survives_and_is_then_carried_out(production):
    subprocess.run([sys.executable, "-c", SEND], cwd=ROOT, env=production, check=True)
    assert waiting(production) == 1
    with Connection(production["CELERY_BROKER_URL"]) as connection, pytest.raises(PreconditionFailed, match="'quorum'"):
        connection.channel().queue_declare(production["INNOVATO_QUEUE"], durable=True, auto_delete=False)
    worker = subprocess.Popen([sys.executable, *WORKER], cwd=ROOT, env=production, stderr=subprocess.PIPE, text=True)
    said = heard(worker, f"Task {TASK}", "succeeded")
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=30)
    assert "succeeded" in said
    assert waiting(production) == 0


def heard(worker: subprocess.Popen, *words: str) -> str:
    """The first line of the worker that has all the words; an empty text when it ends or a minute passes without it."""
    deadline = time.monotonic() + 60
    for line in worker.stderr:
        if all(word in line for word in words):
            return line
        if time.monotonic() > deadline:
            break
    return ""
