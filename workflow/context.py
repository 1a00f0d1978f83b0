# SPDX-License-Identifier: AGPL-3.0-or-later
"""What surrounds every page: who is signed in, the entries of the menu with what waits in each, unread notices.

Everything is worked out only when the page asks for it; an anonymous page costs no query.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from innovato.notifications.selectors import unread_count
from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import Capability
from innovato.organisation.session_store import first_look
from workflow.models import Idea
from workflow.rules import Actor
from workflow.selectors.review import to_hand_in

COUNTED_UP_TO = 100  # more than this is shown as "99+"


@lru_cache
def find_address(*names: str) -> str:
    """The address of the first of these routes that exists; empty where none does."""
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""


def actor_of(request) -> Actor:
    """The person of this request with all department rights: read once per request, in at most two queries."""
    if not hasattr(request, "_actor"):
        request._actor = Actor(person_id=request.user.pk, access=DepartmentAccess.of(request.user))
    return request._actor


@dataclass(frozen=True)
class Entry:
    """One entry of the menu. `current` is "page" on its own page, "true" below it, else empty."""

    label: str
    url: str
    current: str
    count: int = 0

    @property
    def shown_count(self) -> str:
        """The number beside the entry; empty when nothing waits."""
        if not self.count:
            return ""
        return f"{COUNTED_UP_TO - 1}+" if self.count >= COUNTED_UP_TO else str(self.count)


class Shell:
    """The frame of one page for one request."""

    def __init__(self, request):
        self.request = request

    @property
    def city(self) -> str:
        """The municipality's name."""
        return settings.INNOVATO_CITY_NAME

    @property
    def demo(self) -> bool:
        """Whether people and ideas are invented."""
        return settings.DEMO

    @property
    def mark(self) -> str:
        """The city's own mark among the static files; empty for the product's."""
        return settings.INNOVATO_MARK

    @property
    def support_email(self) -> str:
        """Whom to write to."""
        return settings.INNOVATO_SUPPORT_EMAIL

    @cached_property
    def person(self):
        """Who is signed in, or None."""
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @cached_property
    def unread(self) -> int:
        """How many notices are unread: one query."""
        return unread_count(person_id=self.person.pk, at=timezone.now()) if self.person else 0

    @property
    def session_look(self) -> int:
        """After how many seconds the page asks whether the session is about to end; 0 where there is no session."""
        return first_look(self.request.session) if self.person and hasattr(self.request, "session") else 0

    @cached_property
    def languages(self) -> list[dict]:
        """The languages on offer, the present one marked."""
        now = get_language()
        return [{"code": code, "name": name, "current": code == now} for code, name in settings.LANGUAGES]

    @cached_property
    def urls(self) -> dict[str, str]:
        """The addresses the frame links to; those of parts not installed are empty."""
        return {
            "home": find_address("workflow:desk") or "/",
            "new_idea": find_address("workflow:idea_new"),
            "notices": find_address("notifications:notices", "notifications:index"),
            "delegations": find_address("workflow:delegations"),
            "profile": find_address("organisation:profile"),
            "sign_in": find_address("organisation:sign_in", "organisation:login") or settings.LOGIN_URL,
            "sign_out": find_address("organisation:sign_out", "organisation:logout"),
            "language": find_address("organisation:set_language"),
            "session": find_address("organisation:session"),
            "help": find_address("workflow:help"),
            "rules": find_address("workflow:rules"),
            "accessibility": find_address("workflow:accessibility"),
        }

    @cached_property
    def deputyships(self) -> tuple:
        """For whom the person acts besides themselves: read together with their rights."""
        return actor_of(self.request).access.deputyships if self.person else ()

    @cached_property
    def nav(self) -> list[Entry]:
        """The entries this person has, in order."""
        entries = [
            (_("La mia scrivania"), "workflow:desk", 0),
            (_("Idee"), "workflow:idea_list", 0),
            (_("Bandi"), "workflow:campaign_list", 0),
            (_("Piloti"), "workflow:pilot_list", 0),
            *self._role_entries(),
        ]
        found = ((label, find_address(name), count) for label, name, count in entries)
        return [Entry(str(label), url, self._current(url), count) for label, url, count in found if url]

    def _role_entries(self) -> list[tuple]:
        access = actor_of(self.request).access
        entries = []
        if access.has(Capability.REVIEW_IDEAS):
            entries.append((_("Da valutare"), "workflow:review_queue", self._to_review()))
        if access.has(Capability.SCREEN_IDEAS):
            count = self._waiting(Capability.SCREEN_IDEAS, "admit")
            entries.append((_("Verifica"), "workflow:screening_queue", count))
        if access.has(Capability.VIEW_PIPELINE):
            count = self._waiting(Capability.DECIDE_IDEAS, "approve_pilot")
            entries.append((_("Cruscotto"), "workflow:board", count))
        if access.allows(Capability.VIEW_PARTICIPATION, None):
            entries.append((_("Partecipazione"), "participation:overview", 0))
        if access.has(Capability.MANAGE_DEPARTMENT):
            entries.append((_("Organigramma"), "workflow:structures", 0))
        if access.has(Capability.GUARD_BALLOTS):
            entries.append((_("Garante del voto"), "voting:guarantor", 0))
        return entries

    def _waiting(self, capability: Capability, move: str) -> int:
        """How many ideas wait for this move of the person's: one query, none without the right."""
        actor = actor_of(self.request)
        if not actor.access.has(capability):
            return 0
        waiting = Idea.objects.actionable_by(actor, move, at=timezone.now())
        return waiting.order_by()[:COUNTED_UP_TO].count()

    def _to_review(self) -> int:
        """How many scorecards the person still has to hand in: one query."""
        return to_hand_in(actor_of(self.request)).order_by()[:COUNTED_UP_TO].count()

    def _current(self, url: str) -> str:
        path = self.request.path
        if path == url:
            return "page"
        return "true" if url != "/" and path.startswith(url) else ""


def shell(request) -> dict:
    """The context processor: `shell` in every template."""
    return {"shell": Shell(request)}
