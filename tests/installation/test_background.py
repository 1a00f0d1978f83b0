# SPDX-License-Identifier: AGPL-3.0-or-later
"""The worker and the clock: what is scheduled exists, nothing falls into the night hour, the embedded broker is swept."""

import sqlite3
from contextlib import closing

import pytest
from celery import Celery
from celery.schedules import crontab

from innovato import broker
from innovato.celery import app
from innovato.schedule import EVERY_MINUTE, beat_schedule


def test_every_appointment_of_the_clock_is_a_task_that_exists():
    app.loader.import_default_modules()
    assert {entry["task"] for entry in beat_schedule(embedded=True).values()} - set(app.tasks) == set()


def test_nothing_is_scheduled_in_the_hour_that_some_nights_lack():
    at_fixed_hours = [
        entry["schedule"] for entry in beat_schedule(embedded=True).values() if entry["schedule"] != crontab()
    ]
    assert at_fixed_hours
    assert [when for when in at_fixed_hours if 2 in when.hour] == []


def test_a_minute_tick_that_waited_too_long_is_dropped_for_the_next():
    schedule = beat_schedule(embedded=False)
    assert {schedule[name]["options"]["expires"] for name in EVERY_MINUTE} == {55}


def test_only_the_embedded_broker_is_swept():
    sweep = "innovato.tasks.purge_embedded_broker"
    assert sweep in {entry["task"] for entry in beat_schedule(embedded=True).values()}
    assert sweep not in {entry["task"] for entry in beat_schedule(embedded=False).values()}


def test_tasks_are_promised_once_carried_out_and_hold_plain_values_only():
    assert app.conf.task_acks_late and app.conf.task_reject_on_worker_lost and app.conf.task_ignore_result
    assert app.conf.worker_prefetch_multiplier == 1
    assert (app.conf.task_serializer, list(app.conf.accept_content)) == ("json", ["json"])


@pytest.fixture
def embedded(settings, tmp_path) -> Celery:
    """A Celery application on an embedded broker of its own, made ready."""
    settings.CELERY_BROKER_URL = f"sqla+sqlite:///{tmp_path / 'broker.sqlite3'}"
    previous = app.conf.broker_url
    app.conf.broker_url = settings.CELERY_BROKER_URL
    broker.prepare()
    yield app
    app.conf.broker_url = previous


def rows(settings) -> list[int]:
    with closing(sqlite3.connect(settings.CELERY_BROKER_URL.removeprefix(broker.EMBEDDED))) as connection:
        return [visible for (visible,) in connection.execute("SELECT visible FROM kombu_message ORDER BY id")]


def test_the_embedded_broker_forgets_what_it_delivered_and_keeps_what_it_did_not(embedded, settings):
    with embedded.connection_for_write() as connection:
        queue = connection.SimpleQueue(embedded.conf.task_default_queue)
        for number in range(3):
            queue.put({"number": number})
        queue.get(timeout=2).ack()
        queue.close()
    assert rows(settings) == [0, 1, 1]
    assert broker.purge() == 1
    assert broker.purge() == 0
    assert rows(settings) == [1, 1]


def test_the_embedded_broker_is_made_ready_twice_without_harm(embedded, settings):
    broker.prepare()
    assert rows(settings) == []


def test_a_server_as_broker_is_left_alone(settings):
    settings.CELERY_BROKER_URL = "amqp://guest:guest@127.0.0.1:1//"
    broker.prepare()
    assert broker.purge() == 0
