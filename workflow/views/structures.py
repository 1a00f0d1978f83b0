# SPDX-License-Identifier: AGPL-3.0-or-later
"""The city's departments for who looks after them: who holds what and why, tasks given and taken back, a new shape."""

from django.contrib.auth.models import Group
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from innovato import formats
from innovato.cells import csv_answer
from innovato.organisation import holdings
from innovato.organisation import services as organisation
from innovato.organisation.auth import signed_in
from innovato.organisation.capabilities import Capability
from innovato.organisation.errors import OrganisationError
from innovato.organisation.models import Department, Person
from innovato.organisation.selectors import name_path
from workflow.context import actor_of
from workflow.errors import NotAllowed
from workflow.forms.structures import AppointForm, OtherDepartmentForm, ReasonForm
from workflow.selectors.reorganising import preview
from workflow.services import endings
from workflow.services import reorganising as services
from workflow.views.answers import PRINTED_AGAIN, done, key_or_none, refused

GET_OR_POST = ["GET", "HEAD", "POST"]
ACTS = {"sposta": "move", "unisci": "merge", "chiudi": "close"}


def _manages(request: HttpRequest, department_id: int | None = None) -> bool:
    access = actor_of(request).access
    if department_id is None:
        return access.has(Capability.MANAGE_DEPARTMENT)
    return access.allows(Capability.MANAGE_DEPARTMENT, department_id)


def _not_yours(request: HttpRequest) -> HttpResponse:
    return refused(request, NotAllowed(_("Questa pagina è per chi gestisce le strutture. Chiedi a chi le amministra.")))


@signed_in
@require_safe
def tree(request: HttpRequest) -> HttpResponse:
    """The departments that this person looks after, as a tree."""
    if not _manages(request):
        return _not_yours(request)
    mine = actor_of(request).access.departments(Capability.MANAGE_DEPARTMENT)
    rows = list(Department.objects.filter(pk__in=mine).select_related("kind").order_by("path", "pk"))
    top = min((row.depth for row in rows), default=0)
    for row in rows:
        row.level = min(row.depth - top, 5)
        row.is_closed = row.valid_to is not None and row.valid_to <= timezone.localdate()
    return render(request, "workflow/structures/tree.html", {"departments": rows})


@signed_in
@require_http_methods(GET_OR_POST)
def department(request: HttpRequest, pk: int) -> HttpResponse:
    """Who holds what here; a post gives one more person a task."""
    found = get_object_or_404(Department.objects.select_related("merged_into"), pk=pk)
    if not _manages(request, found.pk):
        return _not_yours(request)
    form = AppointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            organisation.appoint(
                person=values["to"], capability=values["capability"], department=found, reason=values["reason"],
                by=request.user, at=timezone.now(),
            )  # fmt: skip
        except OrganisationError as error:
            form.add_error(None, error.sentence)
        else:
            return done(request, request.path, _("Incarico assegnato."))
    rows = holdings.holdings_on(found)
    context = {
        "department": found,
        "full_name": name_path(found),
        "is_open": found.valid_to is None or found.valid_to > timezone.localdate(),
        "here": [row for row in rows if not row.inherited],
        "above": [row for row in rows if row.inherited],
        "delegations": holdings.delegations_touching(found, day=timezone.localdate()),
        "form": form,
    }
    status = PRINTED_AGAIN if request.method == "POST" else 200
    return render(request, "workflow/structures/department.html", context, status=status)


@signed_in
@require_http_methods(GET_OR_POST)
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a task back, after asking why: from one person, or from everybody who holds it through a group."""
    found = get_object_or_404(Department, pk=pk)
    if not _manages(request, found.pk):
        return _not_yours(request)
    asked = request.POST if request.method == "POST" else request.GET
    row = _asked_holding(asked, found)
    person = _asked_member(asked, row)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        about = {"by": request.user, "at": timezone.now(), "reason": form.cleaned_data["reason"]}
        try:
            _take_back(row, person, found, about)
        except OrganisationError as error:
            form.add_error(None, error.sentence)
        else:
            return done(request, reverse("workflow:structure", kwargs={"pk": pk}), _("Incarico revocato."))
    context = {"department": found, "holding": row, "person": person, "form": form}
    status = PRINTED_AGAIN if request.method == "POST" else 200
    return render(request, "workflow/structures/take_back.html", context, status=status)


def _asked_holding(asked, found: Department) -> holdings.Holding:
    """The right given on this department that the address names; Http404 for none."""
    group, holder = key_or_none(asked.get("gruppo", "")), key_or_none(asked.get("persona", ""))
    for row in holdings.holdings_given_on([found.pk]):
        named = row.group_id == group if group else row.group_id is None and row.members[0].person.pk == holder
        if named and row.capability == asked.get("compito", ""):
            return row
    raise Http404


def _asked_member(asked, row: holdings.Holding) -> Person | None:
    """The one person of the group, or who holds the right directly; None for the whole group. Http404 for others."""
    key = key_or_none(asked.get("persona", ""))
    if key is None:
        return None
    member = next((member for member in row.members if member.person.pk == key), None)
    if member is None:
        raise Http404
    return member.person


def _take_back(row: holdings.Holding, person: Person | None, found: Department, about: dict) -> None:
    group = Group.objects.get(pk=row.group_id) if row.group_id else None
    if person is not None and group is not None:
        endings.dismiss(person=person, group=group, **about)
    else:
        endings.take_back(capability=row.capability, department=found, group=group, person=person, **about)


@signed_in
@require_safe
def rights_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """For an inspector: who holds what in the subtree, from where, since when, by whom and why."""
    found = get_object_or_404(Department, pk=pk)
    if not _manages(request, found.pk):
        return _not_yours(request)
    header = (_("Struttura"), _("Codice"), _("Incarico"), _("Come"), _("Matricola"), _("Persona"), _("Ereditato"),
              _("Dal"), _("Fino al"), _("Assegnato da"), _("Motivo"))  # fmt: skip
    return csv_answer(f"incarichi-{found.code}.csv", header, _rights_lines(found))


def _rights_lines(found: Department):
    yes, no = _("sì"), _("no")
    for row in holdings.holdings_in_subtree(found):
        for member in row.members or (None,):
            yield (
                row.department.short_name, row.department.code, row.label,
                row.group_name or _("incarico personale"),
                member.person.staff_number if member else "", member.person.get_full_name() if member else "",
                yes if row.inherited else no,
                formats.iso(member.since) if member and member.since else "", "",
                (member.by.get_full_name() if member.by else _("procedura")) if member and member.since else "",
                member.reason if member else row.reason,
            )  # fmt: skip
    for row in holdings.delegations_touching(found, day=timezone.localdate()):
        answered = _("delega di %(name)s") if row.accepted_at else _("delega di %(name)s, non ancora accettata")
        yield (
            row.department.short_name, row.department.code, row.label,
            answered % {"name": row.delegator.get_full_name()}, row.deputy.staff_number, row.deputy.get_full_name(),
            no if row.department.path.startswith(found.path) else yes, row.starts_on.isoformat(),
            row.ends_on.isoformat(), row.delegator.get_full_name(), row.reason,
        )  # fmt: skip


@signed_in
@require_http_methods(GET_OR_POST)
def reorganise(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Move, merge or close a department: first what changes hands, then, confirmed, the change."""
    found = get_object_or_404(Department, pk=pk)
    if act not in ACTS:
        raise Http404
    if not _manages(request, found.pk):
        return _not_yours(request)
    form = _form_of(request, found, act)
    seen, other = None, None
    if form.is_bound and form.is_valid():
        other = Department.objects.get(pk=form.cleaned_data["other"]) if act != "chiudi" else None
        if "confirm" in request.POST:
            try:
                _change(request, ACTS[act], found, other, form.cleaned_data)
            except OrganisationError as error:
                form.add_error(None, error.sentence)
            else:
                return done(request, reverse("workflow:structures"), _("Fatto: la città ha cambiato forma."))
        seen = preview(act=ACTS[act], department=found, other=other, at=timezone.now())
    context = {"department": found, "act": ACTS[act], "form": form, "preview": seen, "other": other}
    status = PRINTED_AGAIN if form.is_bound and form.errors else 200
    return render(request, "workflow/structures/reorganise.html", context, status=status)


def _form_of(request: HttpRequest, found: Department, act: str):
    data = request.POST if request.method == "POST" else None
    if act == "chiudi":
        return ReasonForm(data)
    return OtherDepartmentForm(data, day=timezone.localdate(), without=found.pk, merging=act == "unisci")


def _change(request: HttpRequest, act: str, found: Department, other: Department | None, values: dict) -> None:
    about = {"by": request.user, "at": timezone.now(), "reason": values["reason"]}
    if act == "move":
        services.move(department=found, parent=other, **about)
    elif act == "merge":
        services.merge(source=found, target=other, keep_grants=values["keep_grants"], **about)
    else:
        services.close(department=found, **about)
