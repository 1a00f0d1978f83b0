# SPDX-License-Identifier: AGPL-3.0-or-later
"""The people who work for the city: who they are, where they belong, where they are signed in."""

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ..text import fold
from .department import Department

STAFF_NUMBER_LENGTH = 6
ERASED = _("Persona che ha lasciato la Città")  # what everybody without a name is called


class ContractArea(models.TextChoices):
    """The areas of the national contract for local authorities, and the directors."""

    OPERATORI = "operatori", _("Operatori")
    OPERATORI_ESPERTI = "operatori_esperti", _("Operatori esperti")
    ISTRUTTORI = "istruttori", _("Istruttori")
    FUNZIONARI = "funzionari", _("Funzionari ed EQ")
    DIRIGENTI = "dirigenti", _("Dirigenti")


class SearchNameField(models.CharField):
    """The name in the form searches compare: written by itself whenever the row is, also in bulk."""

    def pre_save(self, model_instance, add):
        """Fold first and last name; the leading space marks the start of each word."""
        value = f" {fold(model_instance.given_name)}"
        setattr(model_instance, self.attname, value)
        return value


class PersonManager(BaseUserManager):
    """Makes people; a person without a password signs in by the city's account or a persona only."""

    def create_user(self, staff_number: str, password: str | None = None, **fields) -> "Person":
        """Save and return a person; `password=None` leaves one that nobody can type."""
        if not staff_number:
            raise ValueError("a person needs a staff number")
        fields["email"] = self.normalize_email(fields.get("email", ""))
        person = self.model(staff_number=staff_number, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, staff_number: str, password: str | None = None, **fields) -> "Person":
        """Save and return somebody who may enter the technical tables."""
        return self.create_user(staff_number, password, **fields | {"is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, staff_number: str) -> "Person":
        """The person with this staff number."""
        return self.get(staff_number=staff_number)


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who works, or worked, for the city. Never deleted: who leaves is made inactive.

    `erased_at`: from then on the row has no name, number or address; others' rows and the chain of events hang on its key.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    staff_number = models.CharField(
        _("matricola"),
        max_length=STAFF_NUMBER_LENGTH,
        unique=True,
        validators=[RegexValidator(r"^[0-9]{6}\Z", _("La matricola ha 6 cifre."))],
    )
    first_name = models.CharField(_("nome"), max_length=80)
    last_name = models.CharField(_("cognome"), max_length=80)
    email = models.EmailField(_("e-mail"), blank=True)
    home_department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("struttura di appartenenza"),
        related_name="people",
    )  # fmt: skip
    contract_area = models.CharField(
        _("area contrattuale"), max_length=20, choices=ContractArea.choices, default=ContractArea.ISTRUTTORI
    )
    language = models.CharField(
        _("lingua"), max_length=2, choices=[("it", "Italiano"), ("en", "English")], default="it"
    )
    is_active = models.BooleanField(_("in servizio"), default=True)
    is_staff = models.BooleanField(_("vede le tabelle tecniche"), default=False)
    joined_on = models.DateField(_("in servizio dal"), null=True, blank=True)
    left_on = models.DateField(_("non più in servizio dal"), null=True, blank=True)
    erased_at = models.DateTimeField(_("nome tolto il"), null=True, editable=False)

    search_name = SearchNameField(max_length=400, editable=False, default="")

    objects = PersonManager()

    USERNAME_FIELD = "staff_number"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    class Meta:
        verbose_name = _("persona")
        verbose_name_plural = _("persone")
        ordering = ["last_name", "first_name", "staff_number"]
        indexes = [models.Index(fields=["last_name", "first_name"], name="person_by_name")]
        constraints = [
            models.CheckConstraint(
                name="person_staff_number_has_six_digits",
                condition=Q(staff_number__regex=r"^[0-9]{6}\Z") | Q(erased_at__isnull=False),
            ),
            models.CheckConstraint(
                name="person_erased_has_no_identity",
                condition=Q(erased_at=None)
                | Q(is_active=False, first_name="", last_name="", email="", staff_number__startswith="~"),
            ),
            models.CheckConstraint(
                name="person_contract_area_known", condition=Q(contract_area__in=ContractArea.values)
            ),
            models.CheckConstraint(name="person_language_known", condition=Q(language__in=["it", "en"])),
            models.CheckConstraint(
                name="person_leaves_after_joining",
                condition=Q(left_on=None) | Q(joined_on=None) | Q(left_on__gte=F("joined_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """First name and last name, as people are addressed on every page; for who was erased the same words for all."""
        return str(ERASED) if self.erased_at else self.given_name

    @property
    def given_name(self) -> str:
        """First name and last name as they are kept; empty for who was erased."""
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        """The first name alone."""
        return self.first_name

    @property
    def initials(self) -> str:
        """Two letters for the round mark beside a name; a dash for who was erased."""
        return (self.first_name[:1] + self.last_name[:1]).upper() or "–"

    @property
    def is_director(self) -> bool:
        """Whether the contract is a director's (some campaigns leave them out)."""
        return self.contract_area == ContractArea.DIRIGENTI


class Assignment(models.Model):
    """A person's time in a department. `ends_on` is the first day the person is no longer there."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="assignments", verbose_name=_("persona"))
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", verbose_name=_("struttura"))
    starts_on = models.DateField(_("dal"))
    ends_on = models.DateField(_("fino al"), null=True, blank=True)
    role = models.CharField(_("ruolo"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("assegnazione")
        verbose_name_plural = _("assegnazioni")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="assignment_ends_after_it_starts", condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on"))
            ),
            models.UniqueConstraint(
                name="assignment_one_open_per_person", fields=["person"], condition=Q(ends_on=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} → {self.department_id} ({self.starts_on})"


class PersonSession(models.Model):
    """A browser where a person is signed in, so that all of them can be ended at once."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    session_key = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("accesso in corso")
        verbose_name_plural = _("accessi in corso")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.person_id} ({self.created_at:%Y-%m-%d %H:%M})"


class Persona(models.Model):
    """Somebody of the invented city whom the demo's sign-in page offers with one click."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="+")
    label_it = models.CharField(max_length=120)
    label_en = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("persona di prova")
        verbose_name_plural = _("persone di prova")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What this person is in the demo, in the reader's language."""
        return self.label_en if get_language() == "en" else self.label_it
