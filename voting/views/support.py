# SPDX-License-Identifier: AGPL-3.0-or-later
"""The support button: one idea on the paper or off it, from a list or from the idea's page, with its undo.

The address says nothing about the idea, and what is asked of the database says nothing about the choice: web servers and
database servers keep logs of both.
"""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import retarget

from innovato.organisation.auth import signed_in
from voting import errors, panels, selectors
from voting.booth import Choice, booth_of
from voting.envelope import enveloped
from voting.forms import PostedSupport
from voting.models import Option
from voting.selectors import Held, OwnPaper
from voting.services import casting
from voting.services.casting import Receipt
from voting.views.answers import way_back
from voting.views.paper import sentence_for
from voting.vote_box import open_box
from workflow.selectors.ballots import authors_of

ANSWER_ROOM = 16_384  # every answer to htmx has this size, whichever idea it is about


@signed_in
@require_POST
def support(request: HttpRequest) -> HttpResponse:
    """Support an idea (`supported` 1) or no longer (0). Safe to repeat; a refusal changes nothing and says why."""
    booth_of(request)
    posted = PostedSupport.read(request.POST)
    receipt, refusal = _change(request, posted)
    if isinstance(refusal, errors.BallotMissing | errors.UnknownChoice):  # a page of long ago, or values made up
        raise Http404
    if request.htmx:
        return _fragments(request, posted, receipt, refusal)
    if refusal is None:
        messages.success(request, _("La tua scheda è aggiornata."))  # names no idea: it travels in a cookie
    else:
        messages.error(request, refusal.sentence)
    return redirect(way_back(request, reverse("workflow:idea_list")))


def _change(request, posted: PostedSupport) -> tuple[Receipt | None, errors.VotingError | None]:
    """Do it: the receipt, or the refusal in words."""
    try:
        receipt = casting.set_support(
            ballot_id=posted.ballot,
            option=posted.option,
            by=request.user,
            supported=posted.supported,
            client_nonce=posted.nonce,
        )
    except errors.VotingError as refusal:
        return None, refusal
    return receipt, None


def _fragments(request, posted: PostedSupport, receipt: Receipt | None, refusal) -> HttpResponse:
    """For htmx: the control as it now stands, the own paper's line where the page has one, and the short message.

    One query, and for a refusal those of the own paper.
    """
    back = way_back(request, reverse("workflow:idea_list"))
    option, choice = _read_again(request, posted, receipt)
    sentence = sentence_for(refusal, choice.ballot) if refusal else ""
    if posted.place == "box":
        parts = [panels.box(request, open_box(choice), option.idea)]
    else:
        parts = [panels.button(request, choice, option.idea, back=back, with_strip=posted.with_strip)]
    if posted.with_strip:
        parts.append(panels.strip_line(request, choice.ballot, choice.paper, swapped=True))
    parts.append(panels.toast(request, choice, posted, back=back, sentence=sentence))
    response = HttpResponse(enveloped("".join(parts), ANSWER_ROOM), status=refusal.status if refusal else 200)
    # An answer that names its target is shown whatever its status.
    return retarget(response, "#voto" if posted.place == "box" else f"#sostieni-{choice.code}") if refusal else response


def _read_again(request, posted: PostedSupport, receipt: Receipt | None) -> tuple[Option, Choice]:
    """The idea meant, found among all of the ballot's, as it stands for this person after the click.

    After a refusal the own paper is read anew. Http404 for a code that is not on the ballot.
    """
    rows = selectors.with_now(Option.objects.filter(ballot=posted.ballot)).select_related("idea", "ballot__campaign")
    options = {option.code: option for option in rows.defer("ballot__campaign__text")}
    if posted.option not in options:
        raise Http404
    option, own = options[posted.option], False
    option.ballot.now = option.now
    if receipt is not None:
        paper = OwnPaper(Held.YES if receipt.codes else Held.NO, receipt.codes)
    else:
        paper = selectors.own_paper(ballot=option.ballot, person=request.user)
        own = request.user.pk in authors_of(row.idea_id for row in options.values()).get(option.idea_id, ())
    return option, Choice(option.ballot, option.code, option.idea.ref, option.idea.title, own, paper)
