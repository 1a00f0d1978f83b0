# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is told about a ballot. Never who voted, never what: only that it opened, closed, was annulled or stopped."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from innovato.notifications import kinds, services
from innovato.notifications.kinds import Group
from innovato.organisation.capabilities import Capability
from innovato.organisation.models import Person
from innovato.organisation.selectors import people_with
from voting.models import Ballot, Elector, Objection, Publication

kinds.register("ballot_opened", group=Group.CAMPAIGNS, mail=False)
kinds.register("publication_anchor", group=Group.CAMPAIGNS)
kinds.register("ballot_annulled", group=Group.CAMPAIGNS)
kinds.register("key_alarm", group=Group.TASKS)

kinds.register("ballot_objection", group=Group.TASKS)
kinds.register("ballot_objection_answered", group=Group.CAMPAIGNS)

PAPER_PAGE = "voting:paper"
RESULTS_PAGE = "voting:results"
GUARANTOR_PAGE = "voting:guarantor_ballot"


def electors(ballot: Ballot):
    """The ids of the people who may vote in this ballot and still work here."""
    uuids = Elector.objects.filter(ballot=ballot).values("person")
    return Person.objects.filter(uuid__in=uuids, is_active=True).values_list("pk", flat=True)


def guarantors(ballot: Ballot) -> set[int]:
    """The ids of the ballot guarantors of the campaign's sponsor."""
    return set(people_with(Capability.GUARD_BALLOTS, ballot.campaign.sponsor_id).values_list("pk", flat=True))


def administrators() -> set[int]:
    """The ids of the technical administrators of the whole city."""
    return set(people_with(Capability.MANAGE_DEPARTMENT, None).values_list("pk", flat=True))


def opened(ballot: Ballot, *, at: datetime) -> int:
    """Tell the electors that they can vote, and until when."""
    words = {"due": timezone.localtime(ballot.closes_at).date().isoformat()}
    return _tell("ballot_opened", ballot, electors(ballot), at=at, url=_page(PAPER_PAGE, ballot), words=words)


def published(ballot: Ballot, publication: Publication, *, at: datetime) -> int:
    """Send every elector the fingerprint of the publication: the anchor that nobody can take back."""
    words = {"sha256": publication.sha256, "objections_until_at": ballot.objections_until.isoformat()}
    return _tell("publication_anchor", ballot, electors(ballot), at=at, url=_page(RESULTS_PAGE, ballot), words=words)


def annulled(ballot: Ballot, *, at: datetime) -> int:
    """Tell the electors that the ballot is annulled, and why."""
    words = {"reason_text": ballot.annul_reason}
    return _tell("ballot_annulled", ballot, electors(ballot), at=at, url=_page(RESULTS_PAGE, ballot), words=words)


def frozen(ballot: Ballot, *, at: datetime) -> int:
    """Call the guarantors and the administrators: the ballot accepts nothing until its key is back.

    The guarantors' link leads to where they can let it go on or annul it.
    """
    key = f"key_alarm:{ballot.pk.hex}:{at.timestamp():.0f}"
    called = guarantors(ballot)
    theirs = reverse(GUARANTOR_PAGE, kwargs={"pk": ballot.pk})
    told = _tell("key_alarm", ballot, called, at=at, url=theirs, key=key)
    others = administrators() - called
    return told + _tell("key_alarm", ballot, others, at=at, url=_page(RESULTS_PAGE, ballot), key=key)


def objection(ballot: Ballot, raised: Objection, *, at: datetime) -> int:
    """Call the guarantors: somebody reports a problem. Neither who nor what stands in the notice."""
    url = reverse(GUARANTOR_PAGE, kwargs={"pk": ballot.pk})
    return _tell("ballot_objection", ballot, guarantors(ballot), at=at, url=url, key=f"ballot_objection:{raised.pk}")


def objection_answered(answered: Objection, *, at: datetime) -> int:
    """Tell who reported a problem that the answer is there; it is read on the own paper's page."""
    ballot = answered.ballot
    people = Person.objects.filter(uuid=answered.person, is_active=True).values_list("pk", flat=True)
    key = f"ballot_objection_answered:{answered.pk}"
    return _tell("ballot_objection_answered", ballot, people, at=at, url=_page(PAPER_PAGE, ballot), key=key)


def _page(name: str, ballot: Ballot) -> str:
    return reverse(name, kwargs={"slug": ballot.campaign.slug})


def _tell(kind: str, ballot: Ballot, people, *, at: datetime, url: str, words=None, key: str = "") -> int:
    context = {"title": ballot.campaign.title, "url": url} | (words or {})
    return services.notify(kind=kind, recipients=people, context=context, key=key or f"{kind}:{ballot.pk.hex}", at=at)
