# SPDX-License-Identifier: AGPL-3.0-or-later
"""The people of the demo who have a name of their own: those whom the sign-in page offers, and colleagues in their stories."""

from dataclasses import dataclass

from innovato.organisation.models import ContractArea

AREA = ContractArea


@dataclass(frozen=True)
class Named:
    """Somebody with a part to play. `label_it`, `label_en`: what the sign-in page says; empty for who is not offered."""

    key: str
    first_name: str
    last_name: str
    department: str
    area: str
    role: str
    label_it: str = ""
    label_en: str = ""


NAMED = (
    Named("giulia", "Giulia", "Ferrero", "DC-AN-SP-C", AREA.ISTRUTTORI, "Sportello anagrafico",
          "Lavora allo sportello, propone e vota", "Works at a counter, proposes and votes"),
    Named("davide", "Davide", "Conti", "AE-EC", AREA.FUNZIONARI, "Acquisti e magazzino",
          "Propone idee", "Proposes ideas"),
    Named("laura", "Laura", "Pautasso", "FE-IN-UI", AREA.FUNZIONARI, "Verifica delle idee",
          "Ufficio innovazione", "Innovation office"),
    Named("marco", "Marco", "Bosio", "DC-AN-EL", AREA.FUNZIONARI, "Responsabile di procedimento",
          "Valuta le idee", "Reviews ideas"),
    Named("silvia", "Silvia", "Ghione", "DC-AN", AREA.DIRIGENTI, "Dirigente",
          "Dirige la Divisione Anagrafe e Stato civile", "Manages the registry division"),
    Named("andrea", "Andrea", "Martini", "DG-RU", AREA.FUNZIONARI, "Sviluppo organizzativo",
          "Risorse umane", "Human resources"),
    Named("teresa", "Teresa", "Actis", "DG-SG", AREA.FUNZIONARI, "Garante del voto",
          "Garante del voto", "Ballot guarantor"),
    Named("paolo", "Paolo", "Verdoia", "DG-CG", AREA.FUNZIONARI, "Controllo dei risultati",
          "Controllo di gestione", "Controllership"),
    Named("nicola", "Nicola", "Sartoris", "DG-SI", AREA.FUNZIONARI, "Sistemi",
          "Amministra strutture, persone e compiti", "Administers departments, people and tasks"),
    Named("rosa", "Rosa", "Barbero", "PM-TE-2", AREA.ISTRUTTORI, "Agente",
          "Polizia municipale, senza scrivania", "Municipal police, without a desk"),
    Named("elena_m", "Elena", "Marchisio", "DG", AREA.DIRIGENTI, "Direttrice generale"),
    Named("bruno", "Bruno", "Vottero", "DC", AREA.DIRIGENTI, "Direttore di dipartimento"),
    Named("paola", "Paola", "Rinaldi", "SE", AREA.DIRIGENTI, "Direttrice di dipartimento"),
    Named("sara", "Sara", "Boero", "FE-IN-UI", AREA.FUNZIONARI, "Verifica delle idee"),
    Named("michele", "Michele", "Peirone", "FE-IN-UI", AREA.ISTRUTTORI, "Verifica delle idee"),
    Named("irina", "Irina", "Popa", "DC-AN-SP-C", AREA.ISTRUTTORI, "Sportello anagrafico"),
    Named("chiara", "Chiara", "Vottero", "DC-AN-SP-C", AREA.FUNZIONARI, "Coordinamento degli sportelli"),
    Named("fabio", "Fabio", "Cerutti", "DC-AN-SP", AREA.DIRIGENTI, "Dirigente di servizio",
          "Dirige un servizio, agisce per Silvia Ghione",
          "Manages a service, acts for Silvia Ghione"),
    Named("stefano", "Stefano", "Ricca", "DC-AN-SP-S", AREA.ISTRUTTORI, "Sportello anagrafico"),
    Named("nadia", "Nadia", "Bertone", "RF-TR-SP", AREA.ISTRUTTORI, "Sportello tributi"),
    Named("omar", "Omar", "Haddad", "CU-BI", AREA.FUNZIONARI, "Biblioteca centrale"),
    Named("elena", "Elena", "Massa", "MA-ED", AREA.FUNZIONARI, "Tecnica dell’edilizia scolastica"),
    Named("pietro", "Pietro", "Garelli", "FE-IN", AREA.DIRIGENTI, "Dirigente di divisione"),
    Named("lucia", "Lucia", "Fenoglio", "DG-RU-FO", AREA.FUNZIONARI, "Formazione"),
)  # fmt: skip
