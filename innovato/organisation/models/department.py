# SPDX-License-Identifier: AGPL-3.0-or-later
"""The departments of the city, one below the other, and the kinds of department there are."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ..capabilities import VOCABULARY


class DepartmentKind(models.Model):
    """A kind of department (area, division, office): data, so that another city can have its own."""

    code = models.SlugField(_("codice"), max_length=30, unique=True)
    name_it = models.CharField(_("nome in italiano"), max_length=60)
    name_en = models.CharField(_("nome in inglese"), max_length=60)
    rank = models.PositiveSmallIntegerField(_("livello"), default=0, help_text=_("0 sta più in alto di tutti"))

    class Meta:
        verbose_name = _("tipo di struttura")
        verbose_name_plural = _("tipi di struttura")
        ordering = ["rank", "code"]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" else self.name_it


class DepartmentQuerySet(models.QuerySet):
    """The ways to pick departments that more than one page needs."""

    def below(self, path: str) -> "DepartmentQuerySet":
        """The department with this path and everything under it."""
        return self.filter(path__startswith=path)

    def in_force(self, day) -> "DepartmentQuerySet":
        """The departments that exist on `day`: opened by then and not yet closed."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


class Department(models.Model):
    """A department. Only the services of this part write `path`, `parent`, `valid_to` and `merged_into`.

    `path` is the chain of keys from the top down to this row, six digits and a dot each ("000001.000004."), so that
    "everything below" is one prefix. `valid_to` is the first day on which the department no longer exists.
    """

    code = models.CharField(_("codice"), max_length=30, unique=True)
    name = models.CharField(_("nome"), max_length=200)
    short_name = models.CharField(_("nome breve"), max_length=80)
    kind = models.ForeignKey(DepartmentKind, on_delete=models.PROTECT, verbose_name=_("tipo"), related_name="+")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("dipende da"), related_name="children"
    )
    path = models.CharField(_("percorso"), max_length=255, unique=True, editable=False)
    ipa_code = models.CharField(_("codice IPA"), max_length=20, blank=True)
    aoo_code = models.CharField(_("codice AOO"), max_length=20, blank=True)
    uo_code = models.CharField(_("codice UO"), max_length=20, blank=True)
    valid_from = models.DateField(_("attiva dal"))
    valid_to = models.DateField(_("chiusa dal"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("confluita in"), related_name="+"
    )

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("struttura")
        verbose_name_plural = _("strutture")
        ordering = ["path"]
        permissions = VOCABULARY
        constraints = [
            models.CheckConstraint(
                name="department_closes_after_it_opens", condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from"))
            ),
            models.CheckConstraint(
                name="department_is_not_its_own_parent", condition=Q(parent=None) | ~Q(parent=F("id"))
            ),
            models.CheckConstraint(
                name="department_merged_only_when_closed",
                condition=Q(merged_into=None) | (Q(valid_to__isnull=False) & ~Q(merged_into=F("id"))),
            ),
            models.CheckConstraint(name="department_has_a_path", condition=~Q(path="")),
        ]

    def __str__(self) -> str:
        return self.short_name

    @property
    def depth(self) -> int:
        """How many departments stand above this one."""
        return self.path.count(".") - 1

    @property
    def ancestor_ids(self) -> list[int]:
        """The keys from the top down to this department, itself included; read from the path, without a query."""
        return [int(step) for step in self.path.split(".")[:-1]]

    @staticmethod
    def step(pk: int) -> str:
        """The piece of a path that stands for the department with this key."""
        return f"{pk:06d}."
