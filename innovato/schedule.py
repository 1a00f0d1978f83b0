# SPDX-License-Identifier: AGPL-3.0-or-later
"""The clock's appointments: which background task runs when. Nothing between 02:00 and 03:00, which some nights lack."""

from celery.schedules import crontab

EVERY_MINUTE = {
    "campaign stages follow their dates": "workflow.tasks.advance_stages",
    "ballots open, close and are sealed": "voting.tasks.advance_ballots",
    "turnout of closed ballots is released": "voting.tasks.release_turnout",
    "notices leave by mail": "innovato.notifications.tasks.relay",
    "other programs are to be told what happened": "workflow.tasks.hand_out",
    "webhooks deliver": "innovato.webhooks.tasks.relay",
    "files go on, files expire": "innovato.exports.tasks.tidy",
    "reports leave on their schedule": "innovato.exports.tasks.send_reports",
    "pipeline figures follow the events": "workflow.tasks.refresh_pipeline",
}


def beat_schedule(*, embedded: bool) -> dict:
    """Celery's schedule: the minute ticks, the nightly tidying and, for the embedded broker only, its purge."""
    schedule = {
        name: {"task": task, "schedule": crontab(), "options": {"expires": 55}} for name, task in EVERY_MINUTE.items()
    }
    schedule["expired sessions are deleted"] = {
        "task": "innovato.tasks.clear_expired_sessions",
        "schedule": crontab(hour=4, minute=30),
    }
    schedule["participation figures are released"] = {
        "task": "workflow.tasks.release_participation",
        "schedule": crontab(hour="0,1,3-23", minute=20),
        "options": {"expires": 3000},
    }
    schedule["answers kept for calls sent twice are forgotten after a day"] = {
        "task": "innovato.organisation.tasks.forget_kept_answers",
        "schedule": crontab(hour="0,1,3-23", minute=40),
    }
    schedule["people hear that a task or a delegation of theirs is over"] = {
        "task": "workflow.tasks.tell_endings",
        "schedule": crontab(hour=6, minute=10),
    }
    schedule["what has been kept long enough goes"] = {
        "task": "innovato.retention.tasks.run_retention",
        "schedule": crontab(hour=3, minute=50),
    }
    if embedded:
        schedule["delivered messages leave the embedded broker"] = {
            "task": "innovato.tasks.purge_embedded_broker",
            "schedule": crontab(hour=4, minute=10),
        }
    return schedule
