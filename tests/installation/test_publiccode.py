# SPDX-License-Identifier: AGPL-3.0-or-later
"""The catalogues of public software can read what this software is: publiccode.yml has what version 0.4 asks for."""

import pytest
import yaml

from tests.architecture.files import ROOT

CARD = yaml.safe_load((ROOT / "publiccode.yml").read_text())
REQUIRED = {
    "publiccodeYmlVersion",
    "name",
    "url",
    "platforms",
    "categories",
    "developmentStatus",
    "softwareType",
    "description",
    "legal",
    "maintenance",
    "localisation",
}


def test_the_card_has_every_required_key():
    assert REQUIRED - CARD.keys() == set()
    assert CARD["publiccodeYmlVersion"] == "0.4"


def test_the_card_and_the_licence_agree():
    assert CARD["legal"]["license"] == "AGPL-3.0-or-later"
    assert (ROOT / "LICENSE").read_text().split("\n")[0].strip() == "GNU AFFERO GENERAL PUBLIC LICENSE"


@pytest.mark.parametrize("language", CARD["localisation"]["availableLanguages"])
def test_the_card_describes_the_software_in_each_of_its_languages(language):
    words = CARD["description"][language]
    assert len(words["shortDescription"]) <= 150
    assert 150 <= len(words["longDescription"]) <= 10_000
    assert words["features"]


def test_somebody_answers_for_it():
    assert CARD["maintenance"]["type"] in {"internal", "contract", "community", "none"}
    assert all(contact["name"] for contact in CARD["maintenance"]["contacts"])
