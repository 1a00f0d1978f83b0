# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the tests of the HR extract share: two good lines, the command, and what the city looks like before and after."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from innovato.organisation.models import Assignment, GrantRecord, Person

HEADER = "matricola;cognome;nome;codice_struttura;area_contrattuale;email;ruolo;data_assunzione;data_cessazione;stato"
ANNA = "300001;Ferrero;Anna;musei;Istruttori;anna@comune.example;custode;2019-09-01;;in servizio"
MARCO = "300002;D’Angelo;Marco;strade;Funzionari ed EQ;;;01/02/2010;;"


def run(path, **options) -> str:
    """What the command prints on standard output."""
    out = StringIO()
    call_command("import_staff", str(path), stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def refused(path, **options) -> tuple[list[str], str]:
    """The lines on standard error and the closing sentence of a refused extract, which must have changed nothing."""
    before = snapshot()
    err = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("import_staff", str(path), stdout=StringIO(), stderr=err, **options)
    assert snapshot() == before
    assert refusal.value.returncode == 1
    return err.getvalue().splitlines(), str(refusal.value)


def snapshot():
    people = Person.objects.order_by("pk").values_list(
        "staff_number", "first_name", "last_name", "email", "home_department", "contract_area", "is_active",
        "joined_on", "left_on", "search_name",
    )  # fmt: skip
    return list(people), list(Assignment.objects.order_by("pk").values()), list(GrantRecord.objects.values())


def get(number):
    return Person.objects.get(staff_number=number)
