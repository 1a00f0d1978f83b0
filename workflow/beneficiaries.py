# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who would gain from an idea: the choices of the form, stored by code with the idea."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Beneficiary(models.TextChoices):
    """The words beside the boxes."""

    CITIZENS = "citizens", _("Cittadine e cittadini")
    STAFF = "staff", _("Chi lavora in Comune")
    BUSINESSES = "businesses", _("Imprese")
    SCHOOLS = "schools", _("Scuole")
    ASSOCIATIONS = "associations", _("Associazioni")


def labels_of(codes) -> list[str]:
    """The words for stored codes, in the form's order; codes no longer in use are left out."""
    return [str(choice.label) for choice in Beneficiary if choice.value in set(codes or ())]
