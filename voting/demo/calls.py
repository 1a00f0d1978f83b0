# SPDX-License-Identifier: AGPL-3.0-or-later
"""The campaigns of the demo city with their themes, windows and rules: 2014, the last one, this one, the next, and always."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from innovato.organisation.calendar import add_working_days
from voting.demo.timeline import Life
from voting.demo.town import Town, moment
from workflow.models import Campaign, Theme
from workflow.services import campaigns
from workflow.services.campaigns import monthly_window, next_month

ALWAYS = "sempre-aperto"
LAST_ANSWER_OF_2014 = moment(date(2015, 12, 1))


@dataclass(frozen=True)
class Call:
    """One campaign. `days`: submissions from and to, voting from and to, last scorecard, all in days before today.

    Where offices are closed on such a day, the next working day counts.
    """

    slug: str
    title: str
    summary: str
    text: str
    sponsor: str
    days: tuple[int, int, int, int, int]
    budget: int
    rule: str
    value: int
    blind: bool = False
    wild_cards: int = 2
    lane: int = 0


TEXT = (
    "Può proporre chiunque lavori in Comune, esclusi i dirigenti, da solo o in gruppi di al massimo tre persone.\n\n"
    "Ogni idea riceve una risposta scritta. Chi lavora in Comune sostiene fino a 5 idee con voto segreto; le idee scelte "
    "passano a chi valuta, poi decide chi dirige la struttura competente. Si paga la prova, non la proposta."
)
CALLS = (
    Call(
        "innovato-2014", "InnovaTo 2014",
        "Il primo bando: 71 proposte di colleghe e colleghi per una Città che lavora meglio.",
        "Il bando approvato dalla Giunta nel 2014 e tenuto sull’intranet per sei settimane. " + TEXT,
        "TO", (0, 0, 0, 0, 0), 90_000, "top_n", 12, blind=True, wild_cards=0,
    ),
    Call(
        "sportelli-piu-vicini", "Sportelli più vicini",
        "Meno attese, meno viaggi, parole più chiare per chi si rivolge ai nostri uffici.",
        "Idee per gli sportelli e per chi ci lavora. " + TEXT,
        "DC", (322, 266, 254, 224, 194), 60_000, "share", 20,
    ),
    Call(
        "meno-sprechi-piu-tempo", "Meno sprechi, più tempo",
        "Idee per usare meglio spazi, oggetti ed energia.",
        "Idee per sprecare meno e liberare ore di lavoro. " + TEXT,
        "SI", (62, 20, 13, -13, -43), 60_000, "top_n", 8, lane=1,
    ),
    Call(
        "energia-negli-uffici", "Energia negli uffici",
        "Consumare meno nei nostri edifici, senza stare peggio.",
        "I nomi di chi propone si vedono solo dopo la decisione. " + TEXT,
        "AM", (24, -59, -66, -96, -126), 45_000, "share", 15, blind=True,
    ),
)  # fmt: skip

THEMES = (
    ("spazi", "Spazi e oggetti", "Spaces and things"),
    ("energia", "Energia", "Energy"),
    ("sportelli", "Sportelli e code", "Counters and queues"),
    ("carta", "Carta e procedure", "Paper and procedures"),
    ("digitale", "Strumenti digitali", "Digital tools"),
    ("persone", "Chi lavora in Comune", "People who work here"),
    ("citta", "Strade, verde e quartieri", "Streets, parks and districts"),
    ("scuole", "Scuole e famiglie", "Schools and families"),
)
THEMES_2014 = (
    ("qualita-2014", "Qualità dei servizi", "Service quality"),
    ("organizzazione-2014", "Sviluppo organizzativo", "Organisational development"),
    ("efficienza-2014", "Efficienza operativa", "Operative efficiency"),
    ("nuovi-servizi-2014", "Nuovi servizi", "New services"),
    ("ambiente-2014", "Ambiente", "Environment"),
    ("benessere-2014", "Benessere di chi lavora", "Employee welfare"),
    ("informatica-2014", "Informatica", "Informatics"),
)


def write_campaigns(town: Town) -> None:
    """Every campaign with its rubric, and the themes: those of 2014 belong to their campaign."""
    for call in CALLS:
        town.campaigns[call.slug] = _write(town, call)
    town.campaigns[ALWAYS] = _write_always_open(town)
    _write_themes(town, THEMES, None)
    _write_themes(town, THEMES_2014, town.campaigns["innovato-2014"])
    for campaign in town.campaigns.values():
        campaigns.add_default_rubric(campaign=campaign)


def _write_themes(town: Town, themes, campaign: Campaign | None) -> None:
    for position, (code, name_it, name_en) in enumerate(themes):
        town.themes[code] = Theme.objects.create(
            code=code, name_it=name_it, name_en=name_en, position=position, campaign=campaign
        )


def _write(town: Town, call: Call) -> Campaign:
    windows = _windows_of_2014() if call.slug == "innovato-2014" else _windows(town, call.days)
    return Campaign.objects.create(
        slug=call.slug, title=call.title, summary=call.summary, text=call.text, sponsor=town.departments[call.sponsor],
        pilot_budget=call.budget, selection_rule=call.rule, selection_value=call.value, blind_authors=call.blind,
        wild_cards=call.wild_cards, small_department_lane=call.lane, **windows,
    )  # fmt: skip


def _windows(town: Town, days: tuple[int, int, int, int, int]) -> dict:
    opens, closes, vote_from, vote_to, review = (add_working_days(town.day(number), 0) for number in days)
    return {
        "submissions_open_at": moment(opens, 8),
        "submissions_close_at": moment(closes, 18),
        "voting_opens_at": moment(vote_from, 9),
        "voting_closes_at": moment(vote_to, 18),
        "review_due_on": review,
    }


def _windows_of_2014() -> dict:
    return {
        "submissions_open_at": moment(date(2014, 3, 3), 8),
        "submissions_close_at": moment(date(2014, 4, 14), 18),
        "voting_opens_at": moment(date(2014, 5, 5), 9),
        "voting_closes_at": moment(date(2014, 5, 23), 18),
        "review_due_on": date(2014, 6, 23),
    }


def _write_always_open(town: Town) -> Campaign:
    return Campaign.objects.create(
        slug=ALWAYS, title="Idee sempre aperte", summary="Per le idee che non aspettano un bando: si vota ogni mese.",
        text="Qui si propone in ogni momento. Le idee ammesse vanno al voto dal 5 al 19 di ogni mese. " + TEXT,
        sponsor=town.departments["FE"], always_open=True, submissions_open_at=moment(town.day(400), 8),
        pilot_budget=80_000, selection_rule="share", selection_value=20,
    )  # fmt: skip


def past_rounds(town: Town) -> list[date]:
    """The months of the two latest rounds of the always-open campaign that are over, the earlier first."""
    today = timezone.localtime(town.today).date()
    month = today.replace(day=1)
    if monthly_window(month)[1] > town.today:
        month = before(month)
    return [before(month), month]


def before(month: date) -> date:
    """The first day of the month before."""
    return (month - timedelta(days=1)).replace(day=1)


def running_round(town: Town) -> date | None:
    """The month whose round is open today, if there is one."""
    month = timezone.localtime(town.today).date().replace(day=1)
    opens, closes = monthly_window(month)
    return month if opens <= town.today < closes else None


def life_of_campaign(campaign: Campaign) -> Life:
    """A campaign follows its dates, and comes to its end when every idea has had its answer."""
    stops = [
        campaign.submissions_open_at, campaign.submissions_close_at, campaign.voting_opens_at, campaign.voting_closes_at
    ]  # fmt: skip
    if campaign.slug == "innovato-2014":
        stops.append(LAST_ANSWER_OF_2014)
    for stop in stops:
        at = yield stop
        campaigns.advance(campaign_id=campaign.pk, at=at)


def life_of_always_open(town: Town) -> Life:
    """The campaign without end makes its monthly rounds."""
    campaign = town.campaigns[ALWAYS]
    at = yield campaign.submissions_open_at
    campaigns.advance(campaign_id=campaign.pk, at=at)
    month = past_rounds(town)[0]
    while True:
        at = yield moment(month, 7)
        campaigns.advance(campaign_id=campaign.pk, at=at)
        month = next_month(month)
