# SPDX-License-Identifier: AGPL-3.0-or-later
"""Campaigns: the calls to which ideas answer, with their windows, rules, rubric, budget and ballot rounds."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from innovato.organisation.models import Department


class CampaignStage(models.TextChoices):
    """Where a campaign stands; follows its dates by itself."""

    PLANNED = "planned", _("In arrivo")
    SUBMISSIONS = "submissions", _("Aperto")
    PREPARING = "preparing", _("Verso il voto")
    VOTING = "voting", _("In votazione")
    REVIEW = "review", _("In valutazione")
    CLOSED = "closed", _("Concluso")


class SelectionRule(models.TextChoices):
    """Which voted ideas go on to the review."""

    TOP_N = "top_n", _("Le prime idee per numero di sostegni")
    SHARE = "share", _("Le idee sostenute da una quota di schede")
    EQUAL_SHARES = "equal_shares", _("Quote uguali: le idee che il fondo paga insieme a chi le sostiene")


class Campaign(models.Model):
    """One call. An always-open campaign has no end and runs monthly rounds. Amounts are euros.

    `selection_value` is a number of ideas (top_n) or a percentage of the papers (share); equal shares need none, but a
    pilot budget. `compared_top` and `compared_share`: with which values the results show the rules not in force.
    """

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    sponsor = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=12, choices=CampaignStage, default=CampaignStage.PLANNED)
    always_open = models.BooleanField(default=False)

    eligible_departments = models.ManyToManyField(Department, blank=True, related_name="+")
    eligible_contract_areas = models.JSONField(default=list, blank=True)
    exclude_directors = models.BooleanField(default=True)
    max_authors = models.PositiveSmallIntegerField(default=3)

    submissions_open_at = models.DateTimeField()
    submissions_close_at = models.DateTimeField(null=True, blank=True)
    voting_opens_at = models.DateTimeField(null=True, blank=True)
    voting_closes_at = models.DateTimeField(null=True, blank=True)
    review_due_on = models.DateField(null=True, blank=True)
    rubric_frozen_at = models.DateTimeField(null=True, blank=True, editable=False)

    votes_per_person = models.PositiveSmallIntegerField(default=5)
    selection_rule = models.CharField(max_length=12, choices=SelectionRule, default=SelectionRule.TOP_N)
    selection_value = models.PositiveSmallIntegerField(default=10)
    compared_top = models.PositiveSmallIntegerField(default=10)
    compared_share = models.PositiveSmallIntegerField(default=20)
    wild_cards = models.PositiveSmallIntegerField(default=2)
    small_department_lane = models.PositiveSmallIntegerField(default=0)
    small_department_staff = models.PositiveIntegerField(default=50)
    blind_authors = models.BooleanField(default=False)
    scorecards_required = models.PositiveSmallIntegerField(default=3)
    publication_public = models.BooleanField(default=True)

    pilot_budget = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    budget_committed = models.DecimalField(max_digits=12, decimal_places=2, default=0, editable=False)

    class Meta:
        ordering = ["-submissions_open_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(budget_committed__gte=0, budget_committed__lte=F("pilot_budget")),
                name="campaign_budget_not_overspent",
            ),
            models.CheckConstraint(
                condition=Q(submissions_close_at__isnull=True) | Q(submissions_close_at__gt=F("submissions_open_at")),
                name="campaign_submissions_window",
            ),
            models.CheckConstraint(
                condition=Q(voting_opens_at__isnull=True, voting_closes_at__isnull=True)
                | Q(voting_closes_at__gt=F("voting_opens_at")),
                name="campaign_voting_window",
            ),
            models.CheckConstraint(
                condition=Q(always_open=True)
                | Q(submissions_close_at__isnull=False, voting_opens_at__gte=F("submissions_close_at")),
                name="campaign_votes_after_submissions",
            ),
            models.CheckConstraint(
                condition=Q(max_authors__gte=1, votes_per_person__gte=1, scorecards_required__gte=1),
                name="campaign_positive_numbers",
            ),
            models.CheckConstraint(
                condition=~Q(selection_rule="share") | Q(selection_value__lte=100), name="campaign_share_percent"
            ),
            models.CheckConstraint(
                condition=~Q(selection_rule="equal_shares") | Q(pilot_budget__gt=0, small_department_lane=0),
                name="campaign_equal_shares_of_a_fund",
            ),
            models.CheckConstraint(
                condition=Q(compared_top__gte=1, compared_share__gte=1, compared_share__lte=100),
                name="campaign_compared_values",
            ),
            models.UniqueConstraint(
                fields=["always_open"], condition=Q(always_open=True), name="campaign_one_always_open"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def budget_left(self):
        """Euros of the pilot budget not yet committed to a pilot."""
        return self.pilot_budget - self.budget_committed


class Bilingual(models.Model):
    """A name given in both languages by the city's own data."""

    name_it = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if self.name_en and (get_language() or "it").startswith("en") else self.name_it


class Theme(Bilingual):
    """What an idea is about. Themes without a campaign serve every campaign."""

    code = models.SlugField(max_length=40, unique=True)
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.CASCADE, related_name="themes")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]


class Criterion(Bilingual):
    """One line of a campaign's rubric, with its weight in percent; frozen when submissions open."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="criteria")
    question_it = models.CharField(max_length=200, blank=True)
    question_en = models.CharField(max_length=200, blank=True)
    weight = models.PositiveSmallIntegerField()
    low_it = models.CharField(max_length=120, blank=True)
    low_en = models.CharField(max_length=120, blank=True)
    high_it = models.CharField(max_length=120, blank=True)
    high_en = models.CharField(max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(weight__gte=1, weight__lte=100), name="criterion_weight_percent"),
            models.UniqueConstraint(fields=["campaign", "position"], name="criterion_position_once"),
        ]

    def _in_language(self, field: str) -> str:
        english = getattr(self, f"{field}_en")
        return english if english and (get_language() or "it").startswith("en") else getattr(self, f"{field}_it")

    @property
    def question(self) -> str:
        """What the reviewer is asked."""
        return self._in_language("question")

    @property
    def low(self) -> str:
        """What the lowest score means."""
        return self._in_language("low")

    @property
    def high(self) -> str:
        """What the highest score means."""
        return self._in_language("high")


class Round(models.Model):
    """One ballot's window in a campaign: a campaign has one, the always-open campaign one a month."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveIntegerField()
    voting_opens_at = models.DateTimeField()
    voting_closes_at = models.DateTimeField()

    class Meta:
        ordering = ["campaign_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="round_number_once"),
            models.CheckConstraint(condition=Q(voting_closes_at__gt=F("voting_opens_at")), name="round_window"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.number}"


class NumberSeries(models.Model):
    """The last idea number given in a year; the row is locked while the next one is taken."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)
