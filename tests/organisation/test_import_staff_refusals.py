# SPDX-License-Identifier: AGPL-3.0-or-later
"""An HR extract that can't be used: every bad line by number and reason, nothing half-applied."""

import pytest

from innovato.organisation.services import close_department

from .factories_city import AT, WHY, make_department, make_person
from .staff_extract import ANNA, HEADER, MARCO, refused, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

BAD_LINES = [
    ("41872;Rossi;Ugo;musei;Operatori;;;;;", "matricola: La matricola ha 6 cifre: qui ne vedo 5."),
    (";Rossi;Ugo;musei;Operatori;;;;;", "matricola: La matricola ha 6 cifre e nient’altro."),
    ("30000A;Rossi;Ugo;musei;Operatori;;;;;", "matricola: La matricola ha 6 cifre e nient’altro."),
    ("٣٠٠٠٠١;Rossi;Ugo;musei;Operatori;;;;;", "matricola: La matricola ha 6 cifre e nient’altro."),
    ("300009;;Ugo;musei;Operatori;;;;;", "cognome: manca"),
    ("300009;Rossi;;musei;Operatori;;;;;", "nome: manca"),
    ("300009;Rossi;Ugo;;Operatori;;;;;", "codice_struttura: manca"),
    ("300009;Rossi;Ugo;luna;Operatori;;;;;", "codice_struttura: «luna» non esiste"),
    ("300009;Rossi;Ugo;chiusa;Operatori;;;;;", "codice_struttura: «chiusa» è chiusa"),
    (
        "300009;Rossi;Ugo;musei;Sindaco;;;;;",
        "area_contrattuale: «Sindaco» non è tra: Operatori, Operatori esperti, Istruttori, Funzionari ed EQ, Dirigenti",
    ),
    ("300009;Rossi;Ugo;musei;Operatori;niente;;;;", "email: non è un indirizzo e-mail"),
    (
        "300009;Rossi;Ugo;musei;Operatori;;;31/02/2020;;",
        "data_assunzione: «31/02/2020» non è una data: scrivi 2026-11-18 o 18/11/2026",
    ),
    (
        "300009;Rossi;Ugo;musei;Operatori;;;0000-01-01;;",
        "data_assunzione: «0000-01-01» non è una data: scrivi 2026-11-18 o 18/11/2026",
    ),
    (
        "300009;Rossi;Ugo;musei;Operatori;;;9999-12-31;;",
        "data_assunzione: «9999-12-31» è fuori dal tempo: l’anno va dal 1940 al 2099",
    ),
    ("300009;Rossi;Ugo;musei;Operatori;;;2020-01-02;2020-01-01;", "data_cessazione: viene prima di data_assunzione"),
    (
        "300001;Ferrero;Anna;musei;Istruttori;;;;2019-08-31;",
        "data_cessazione: viene prima della data di assunzione nota",
    ),
    ("300009;Rossi;Ugo;musei;Operatori;;;;2027-01-01;cessato", "stato: dice cessato, ma data_cessazione è nel futuro"),
    ("300009;Rossi;Ugo;musei;Operatori;;;;;in ferie", "stato: «in ferie» non è tra: in servizio, assente, cessato"),
    ('300009;"=HYPERLINK(""http://x"")";Ugo;musei;Operatori;;;;;', "cognome: comincia come una formula"),
    ("300009;Rossi;@SUM(A1);musei;Operatori;;;;;", "nome: comincia come una formula"),
    ("300009;Ro\u202essi;Ugo;musei;Operatori;;;;;", "cognome: contiene caratteri invisibili"),
    ("300009;Ro\u200bssi;Ugo;musei;Operatori;;;;;", "cognome: contiene caratteri invisibili"),
    (f"300009;{'R' * 81};Ugo;musei;Operatori;;;;;", "cognome: supera i 80 caratteri"),
    ("300009;Rossi;Ugo;musei", "ha 4 colonne invece di 10"),
    ("300009;Rossi;Ugo;musei;Operatori;;;;;;;", "ha 12 colonne invece di 10"),
    (b"300009;Ro\x00ssi;Ugo;musei;Operatori;;;;;", "contiene caratteri nulli"),
    (b"300009;" + b"x" * 1024 * 1024 + b";Ugo;musei;Operatori;;;;;", "riga troppo lunga"),
    ('300009;"Ros"si;Ugo;musei;Operatori;;;;;', "virgolette fuori posto"),
]


@pytest.mark.parametrize(("line", "reason"), BAD_LINES, ids=[reason[:40] for _line, reason in BAD_LINES])
def test_a_bad_line_is_named_by_number_and_reason_and_nothing_is_applied(city, extract, line, reason):
    close_department(department=make_department("chiusa", city["city"]), by=None, at=AT, reason=WHY)
    run(extract(ANNA))
    errors, sentence = refused(extract(MARCO, line, "300004;Verdi;Ada;musei;Operatori;;;;;"))
    assert errors == [f"riga 3: {reason}"]
    assert sentence == "1 problema trovato. Non ho cambiato niente: correggi queste righe e riprova."


def test_every_bad_line_and_every_bad_cell_is_reported_in_order(city, extract):
    errors, sentence = refused(extract("1;;Ugo;musei;Operatori;;;;;", MARCO, "300009;Rossi;Ugo;luna;Operatori;;;;;"))
    assert errors == [
        "riga 2: cognome: manca",
        "riga 2: matricola: La matricola ha 6 cifre: qui ne vedo 1.",
        "riga 4: codice_struttura: «luna» non esiste",
    ]
    assert sentence.startswith("3 problemi trovati.")


def test_a_staff_number_that_comes_twice_is_refused(city, extract):
    errors, _sentence = refused(extract(ANNA, MARCO, ANNA))
    assert errors == ["riga 4: la matricola 300001 c’è già alla riga 2"]


def test_a_quote_that_never_closes_is_one_problem(city, extract):
    errors, _sentence = refused(extract('300009;"Rossi;Ugo;musei;Operatori;;;;;', ANNA, MARCO))
    assert errors == ["riga 4: virgolette fuori posto"]


def test_a_line_in_another_encoding_than_the_rest_is_refused(city, extract):
    mixed = "300009;Però;Ugo;musei;Operatori;;;;;".encode()
    errors, _sentence = refused(extract(mixed, MARCO, encoding="cp1252"))
    assert errors == ["riga 2: è in UTF-8 mentre il resto del file è in Windows-1252: salva tutto in UTF-8"]


def test_bytes_of_no_known_encoding_are_refused(city, extract):
    errors, _sentence = refused(extract(b"300009;Ro\x81ssi;Ugo;musei;Operatori;;;;;"))
    assert errors == ["riga 2: contiene caratteri che non sono né UTF-8 né Windows-1252"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Il file è vuoto: serve almeno la riga con i nomi delle colonne."),
        (b"\n", "Mancano queste colonne: matricola, cognome, nome, codice_struttura, area_contrattuale. "
                "La prima riga deve contenere i loro nomi."),
        (b"cognome;nome\nRossi;Ugo\n", "Mancano queste colonne: matricola, codice_struttura, area_contrattuale. "
                                       "La prima riga deve contenere i loro nomi."),
        (HEADER.encode() + b";sesso\n", "Non conosco queste colonne: sesso. Toglile o correggi il nome."),
        (HEADER.encode() + b";\n", "Non conosco queste colonne: (senza nome). Toglile o correggi il nome."),
        (HEADER.encode() + b";nome\n", "Queste colonne ci sono due volte: nome. Lasciane una sola."),
        (HEADER.encode("utf-16"), "Il file è in UTF-16: salvalo come CSV UTF-8 e riprova."),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00", "Questo non è un file CSV: la prima riga non contiene nomi di colonne."),
        (b"x" * 100_000, "Questo non è un file CSV: la prima riga non contiene nomi di colonne."),
        (b"matricola\rcognome\r", "Questo non è un file CSV: la prima riga non contiene nomi di colonne."),
        (b"PK\x03\x04 foglio.xlsx\n", None),
    ],
)  # fmt: skip
def test_a_file_that_is_no_extract_is_refused_in_one_sentence(city, tmp_path, content, sentence):
    path = tmp_path / "strano.csv"
    path.write_bytes(content)
    errors, said = refused(path)
    assert errors == []
    assert said == sentence or (sentence is None and said.startswith("Mancano queste colonne"))


@pytest.mark.parametrize("name", ["", "non-esiste.csv", "nul\x00nome.csv"])
def test_a_folder_or_a_missing_file_is_refused_in_one_sentence(city, tmp_path, name):
    _errors, sentence = refused(tmp_path / name)
    assert "Non riesco a leggere" in sentence or "non è un file" in sentence


def test_a_device_is_not_read_for_ever(city):
    _errors, sentence = refused("/dev/zero")
    assert sentence == "/dev/zero non è un file: indica l’estratto in formato CSV."


def test_an_empty_complete_extract_does_not_empty_the_city(city, extract):
    make_person(home=city["museum"])
    refused(extract(), complete=True)
