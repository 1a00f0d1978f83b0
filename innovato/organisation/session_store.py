# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sessions as rows that end by themselves: after a while without a request, and in any case some hours after signing in.

The session's own data say when the person signed in; the row's expiry is the end of the idle time. It moves on at most
twelve times in that time, so that reading page after page costs a write every few minutes only.
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db.models import QuerySet
from django.utils import timezone

from innovato.compiled import Compiled, columns, row_of

BEGAN = "_began"
STEPS = 12
WARNING_SECONDS = 120


def idle_limit() -> timedelta:
    """How long a session lives without a request."""
    return timedelta(minutes=settings.INNOVATO_SESSION_IDLE_MINUTES)


def whole_limit() -> timedelta:
    """How long a session lives whatever happens."""
    return timedelta(hours=settings.INNOVATO_SESSION_HOURS)


def first_look(session) -> int:
    """After how many seconds a page should ask how much of the session is left, so as to warn two minutes before.

    The same number in page after page, until the last moment draws near.
    """
    idle = int(idle_limit().total_seconds()) * (STEPS - 1) // STEPS
    whole = int((session.last_moment - timezone.now()).total_seconds())
    return max(1, min(idle, whole) - WARNING_SECONDS)


class SessionStore(DatabaseSessions):
    """Django's database sessions with both limits. A session that cannot say when it began has ended."""

    expires_at: datetime | None = None

    @classmethod
    def get_model_class(cls):
        """Django's own table."""
        return DatabaseSessions.get_model_class()

    def __setitem__(self, key, value):
        """Whoever signs in, by whatever way, begins a session."""
        super().__setitem__(key, value)
        if key == SESSION_KEY:
            super().__setitem__(BEGAN, int(timezone.now().timestamp()))

    def load(self):
        """What the session holds; nothing once one of its limits has passed."""
        row = self._get_session_from_db()
        data = self.decode(row.session_data) if row else {}
        now = timezone.now()
        if SESSION_KEY in data and self._end_of(data) <= now:
            self._session_key = None
            return {}
        if SESSION_KEY in data:
            self.expires_at = row.expire_date
            wanted = min(now + idle_limit(), self._end_of(data))
            self.modified = self.modified or wanted - row.expire_date > idle_limit() / STEPS
        return data

    def get_expiry_date(self, **kwargs):
        """When the row expires if it is saved now: the end of the idle time, never later than the last moment."""
        wanted = super().get_expiry_date(**kwargs)
        return min(wanted, self.last_moment) if SESSION_KEY in self else wanted

    def get_expiry_age(self, **kwargs):
        """The same in seconds from now, for the cookie."""
        wanted = super().get_expiry_age(**kwargs)
        if SESSION_KEY not in self:
            return wanted
        return max(0, min(wanted, int((self.last_moment - timezone.now()).total_seconds())))

    @property
    def last_moment(self) -> datetime:
        """When the person has to sign in again whatever happens."""
        return self._end_of(self._session)

    def seconds_left(self) -> int:
        """How long the session lasts without a further request, this one counted only where it moved the end on."""
        ends = self.get_expiry_date() if self.modified or self.expires_at is None else self.expires_at
        return max(0, int((min(ends, self.last_moment) - timezone.now()).total_seconds()))

    def can_go_on(self) -> bool:
        """Whether a request now would move the end on by at least a minute."""
        return (self.last_moment - timezone.now()).total_seconds() >= self.seconds_left() + 60

    def _get_session_from_db(self):
        """The session's row while it has not expired; otherwise None, and the session has no key any more. One query."""
        for values in _SESSION.rows(key=self.session_key, now=timezone.now()):
            return row_of(self.model, values)
        self._session_key = None
        return None

    @staticmethod
    def _end_of(data: dict) -> datetime:
        return datetime.fromtimestamp(data.get(BEGAN, 0), UTC) + whole_limit()


def _session(key: str, now: datetime) -> QuerySet:
    model = SessionStore.get_model_class()
    return model.objects.filter(session_key=key, expire_date__gt=now).values_list(*columns(model))


_SESSION = Compiled(_session, key=str, now=datetime)  # every request asks it
