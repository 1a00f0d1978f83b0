# SPDX-License-Identifier: AGPL-3.0-or-later
"""Examples in the description of the API: every body, answer and refusal gets one, made from its own schema.

A value is the one that this table knows for the member's name, if the schema allows it, and otherwise the plainest one
that the schema allows; so an example can't say anything that the API would not.
"""

import re
from typing import Any

from django.utils import translation

from innovato.api import problems

ANY_UUID = "5f0c3f1e-7c1c-4a52-9d0e-0b7a5a3f2d11"
KNOWN: dict[str, Any] = {
    "ref": "2026-0412",
    "idea": "2026-0412",
    "number": 1,
    "title": "Una sola coda per i pagamenti allo sportello",
    "slug": "meno-sprechi-piu-tempo",
    "code": "D00042",
    "short_name": "Servizi civici",
    "name": "Servizi civici",
    "staff_number": "418723",
    "email": "giulia.ferrero@comune.example",
    "language": "it",
    "label": "Valutare le idee",
    "state": "decision",
    "state_label": "In decisione",
    "stage": "voting",
    "kind": "question",
    "status": 200,
    "sentence": "In questo momento l’idea è in un altro stato.",
    "move": "approve_pilot",
    "problem": "Chi deve pagare fa due code: una per il modulo, una per la cassa.",
    "proposal": "Una cassa in ogni sportello, con il POS.",
    "benefit": "Venti minuti in meno a persona.",
    "reason": "La spesa è coperta e l’ufficio è pronto a provare.",
    "reason_text": "La spesa è coperta e l’ufficio è pronto a provare.",
    "body": "Quante persone al mese?",
    "unit": "minuti",
    "direction": "down",
    "baseline": "34.00",
    "target": "14.00",
    "threshold": "24.00",
    "value": "22.50",
    "method": "Cronometro allo sportello, un giorno alla settimana.",
    "budget": "8000.00",
    "amount": "420.00",
    "next": "https://innovato.comune.example/api/v1/ideas/?cursor=NDEy",
    "client_nonce": "00112233445566778899aabbccddeeff",
    "sha256": "ab" * 32,
}
BY_FORMAT = {
    "date-time": "2026-11-19T10:00:00+01:00",
    "date": "2026-11-19",
    "uuid": ANY_UUID,
    "uri": "https://innovato.comune.example/api/v1/",
    "email": "giulia.ferrero@comune.example",
}
PLAIN = ("1.0", "testo", KNOWN["client_nonce"], KNOWN["sha256"])
DEEPEST = 6


def add_examples(result: dict, **_options) -> dict:
    """Postprocessing of the description: an example beside every body and every answer."""
    schemas = result["components"]["schemas"]
    for operations in result["paths"].values():
        for method, found in operations.items():
            contents = [found.get("requestBody", {}).get("content", {})]
            for status, answer in found["responses"].items():
                for kind, media in answer.get("content", {}).items():
                    if kind == problems.MEDIA_TYPE:
                        media["example"] = _problem(int(status))
                    elif kind == "application/json":
                        media["example"] = example_of(media["schema"], schemas)
            for kind, media in contents[0].items():
                if kind == "application/json":
                    media["example"] = example_of(media["schema"], schemas)
            if not found.get("operationId"):
                raise ValueError(f"an operation without a name: {method}")
    return result


def _problem(status: int) -> dict:
    with translation.override("it"):
        code = {404: "missing", 412: "changed", 422: "invalid", 400: "bad_query", 409: "wrong_state"}.get(status)
        more = {"errors": {"reason": ["Scrivi il motivo."]}} if status == 422 else {}
        return problems.body(status, code=code or "", **more)


def example_of(schema: dict, schemas: dict, name: str = "", depth: int = 0) -> Any:
    """One value that the schema allows, as telling as the member's name lets it be."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, name, depth)
    for several in ("oneOf", "anyOf"):
        if several in schema:
            plain = [
                each
                for each in schema[several]
                if each.get("type") != "null" and each.get("enum") not in ([""], [None])
            ]
            return example_of(plain[0], schemas, name, depth)
    if "allOf" in schema:
        return example_of(schema["allOf"][0], schemas, name, depth)
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else next(each for each in kinds if each != "null")
    if schema.get("enum"):
        return KNOWN[name] if KNOWN.get(name) in schema["enum"] else schema["enum"][0]
    if kind == "object":
        members = schema.get("properties", {})
        return {each: example_of(inner, schemas, each, depth + 1) for each, inner in members.items()}
    if kind == "array":
        return [example_of(schema["items"], schemas, name, depth + 1)] if depth < DEEPEST else []
    return _plain(kind, schema, name)


def _plain(kind: str, schema: dict, name: str) -> Any:
    if kind == "boolean":
        return True
    if kind in ("integer", "number"):
        known = KNOWN.get(name)
        return known if isinstance(known, int) else max(1, schema.get("minimum", 1))
    if schema.get("format") in BY_FORMAT:
        return BY_FORMAT[schema["format"]]
    if "pattern" in schema or schema.get("format") == "decimal":
        return next(each for each in (KNOWN.get(name), *PLAIN) if _fits(each, schema))
    known = KNOWN.get(name, "Testo")
    return known[: schema.get("maxLength", 1000)] if isinstance(known, str) else "Testo"


def _fits(value: Any, schema: dict) -> bool:
    return isinstance(value, str) and re.search(schema.get("pattern", ""), value) is not None
