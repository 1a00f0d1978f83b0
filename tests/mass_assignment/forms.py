# SPDX-License-Identifier: AGPL-3.0-or-later
"""The forms of a page as a browser knows them: where they lead, what they name, and what an honest person would send."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

SENTENCE = "Il problema è misurato, il costo è contenuto e l’ufficio è pronto a provare."
BY_KIND = {
    "date": "2027-01-11",
    "number": "3",
    "email": "ada@comune.example",
    "time": "10:00",
    "datetime-local": "2027-01-11T10:00",
}


@dataclass
class Form:
    """One form: its address, its method, its values by name as they stand, every name it has, and its named buttons."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def ways(self) -> list[dict[str, list[str]]]:
        """What can be sent: once for each button that has a name."""
        return [self.values | {name: [value]} for name, value in self.buttons] or [dict(self.values)]


class Forms(HTMLParser):
    """Reads the forms of one page."""

    def __init__(self, address: str):
        super().__init__()
        self.address, self.found, self._ids = address.partition("?")[0], [], {}
        self._form: Form | None = None
        self._select: tuple[Form, str] | None = None
        self._options: list[tuple[str, bool]] = []
        self._area: tuple[Form, str] | None = None
        self._text = ""

    @classmethod
    def of(cls, address: str, text: str) -> list[Form]:
        """Every form of a page that is posted."""
        reader = cls(address)
        reader.feed(text)
        return [form for form in reader.found if form.method == "post"]

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = self._known(given.get("id"))
            self._form.action = urljoin(self.address, given.get("action", "")).partition("#")[0]
            self._form.method = given.get("method", "get").lower()
            self.found.append(self._form)
        owner = self._known(given["form"]) if given.get("form") else self._form
        if owner is None or not given.get("name"):
            if tag == "option":
                self._options.append((given.get("value", ""), "selected" in given))
            return
        owner.names.add(given["name"])
        if tag == "input":
            self._input(owner, given)
        elif tag == "button":
            owner.buttons.append((given["name"], given.get("value", "")))
        elif tag == "select":
            self._select, self._options = (owner, given["name"]), []
        elif tag == "textarea":
            self._area, self._text = (owner, given["name"]), ""

    def handle_data(self, data):
        self._text += data if self._area else ""

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._area:
            owner, name = self._area
            owner.values.setdefault(name, []).append(self._text.strip() or SENTENCE)
            self._area = None
        elif tag == "select" and self._select:
            owner, name = self._select
            chosen = [value for value, picked in self._options if picked and value]
            owner.values[name] = (chosen or [value for value, _picked in self._options if value])[:1]
            self._select = None

    def _known(self, name: str | None) -> Form:
        return self._ids.setdefault(name, Form("", "")) if name else Form("", "")

    def _input(self, owner: Form, given: dict[str, str]) -> None:
        kind, name, value = given.get("type", "text"), given["name"], given.get("value", "")
        if kind in {"radio", "checkbox"}:
            if "checked" in given or name not in owner.values:  # the first of a group, where none is chosen
                owner.values[name] = [value or "on"]
        elif kind == "submit":
            owner.buttons.append((name, value))
        elif kind not in {"file", "reset", "button", "image"}:
            owner.values.setdefault(name, []).append(value or ("" if kind == "hidden" else BY_KIND.get(kind, "Prova")))
