# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a ballot can stand, and what can stop it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BallotState(models.TextChoices):
    """Where a ballot stands. `sealing` lasts while its key is being destroyed."""

    SCHEDULED = "scheduled", _("In arrivo")
    OPEN = "open", _("Aperta")
    CLOSED = "closed", _("Chiusa, con segnalazioni aperte")
    SEALING = "sealing", _("In chiusura definitiva")
    SEALED = "sealed", _("Chiusa definitivamente")
    ANNULLED = "annulled", _("Annullata")


class FrozenBy(models.TextChoices):
    """What stopped a ballot."""

    KEY_MISSING = "key_missing", _("La chiave manca")
    KEY_WRONG = "key_wrong", _("La chiave non è quella di questa votazione")
    KEY_UNREADABLE = "key_unreadable", _("La chiave non si legge")
    URN_BROKEN = "urn_broken", _("Nell’urna c’è qualcosa che non torna")


COUNTED = (BallotState.CLOSED, BallotState.SEALING, BallotState.SEALED)
