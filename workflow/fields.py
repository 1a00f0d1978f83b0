# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a form field needs on the page: its label, hint, error and input, tied together for screen readers."""

from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select, Textarea


def anchor(bound: BoundField) -> str:
    """The id a link in the error summary jumps to: the input, or the first choice of a group."""
    first = f"{bound.auto_id}_0" if _is_group(bound) else bound.auto_id
    return bound.id_for_label or first


def _is_group(bound: BoundField) -> bool:
    return isinstance(bound.field.widget, CheckboxSelectMultiple | RadioSelect)


def _kind(bound: BoundField) -> str:
    widget = bound.field.widget
    if _is_group(bound):
        return "group"
    return "check" if isinstance(widget, CheckboxInput) else "input"


def _css(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, CheckboxInput | FileInput) or _is_group(bound):
        return ""
    return "form-select" if isinstance(widget, Select) else "form-control"


def field_parts(
    bound, label="", hint="", unit="", counter=False, rows=None, optional=None, placeholder="", css=""
) -> dict:
    """The pieces of components/field.html for one bound field.

    label, hint, placeholder: words in place of the form's own; unit: a word after the input ("€"); counter: shows the
    characters written against max_length; rows: height of a text area; optional: says "(facoltativo)" (by default when
    the field is not required); css: classes added to the input.
    """
    hint = hint or bound.help_text
    limit = getattr(bound.field, "max_length", None) if counter else None
    described = [
        f"{bound.auto_id}-{letter}" for letter, shown in (("h", hint), ("e", bound.errors), ("c", limit)) if shown
    ]
    attrs = {"class": " ".join(filter(None, (bound.field.widget.attrs.get("class"), _css(bound), css)))}
    if not attrs["class"]:
        del attrs["class"]
    if described and not _is_group(bound):
        attrs["aria-describedby"] = " ".join(described)
    if limit:
        attrs["data-counter"] = f"{bound.auto_id}-c"
    if rows and isinstance(bound.field.widget, Textarea):
        attrs["rows"] = rows
    if placeholder:
        attrs["placeholder"] = placeholder
    kind = _kind(bound)
    return {
        "kind": kind,
        "id": bound.auto_id,
        "name": bound.html_name,
        "label": label or bound.label,
        "hint": hint,
        "unit": unit,
        "errors": bound.errors,
        "limit": limit,
        "used": len(bound.value() or "") if limit else 0,
        "optional": not bound.field.required if optional in (None, "") else optional,
        "described": " ".join(described),
        "choices": bound.subwidgets if kind == "group" else (),
        "widget": "" if kind == "group" else bound.as_widget(attrs=attrs),
        "wide": isinstance(bound.field.widget, Textarea),
    }
