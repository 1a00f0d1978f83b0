# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cuts Bootstrap Italia's stylesheet and icon sprite down to the parts our pages use, so that a first view stays light.

Run by hand when the kit is updated; the results are committed:

    python innovato/assets/trim_kit.py bootstrap-italia.min.css sprites.svg

A rule stays when every class in its selector belongs to one of the families below. So a page may use any class of a kept
family without running this again. Everything from other hosts, embedded fonts and the source-map comment go.
"""

import re
import sys
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"

SIZES = r"(-(sm|md|lg|xl|xxl))?"
FAMILIES = re.compile(
    "|".join(
        rf"(?:{family})"
        for family in (
            r"container(-fluid)?" + SIZES,
            r"row|col" + SIZES + r"(-(auto|\d+))?|g[xy]?" + SIZES + r"-[0-5]",
            r"btn(-(primary|secondary|outline-primary|outline-secondary|outline-danger|danger|success|link|sm|lg|xs))?",
            r"form-(control|select|text)(-sm|-plaintext)?",
            r"table(-sm|-responsive)?",
            r"visually-hidden(-focusable)?|skiplinks",
            r"d" + SIZES + r"-(none|block|inline|flex|grid|inline-block|inline-flex)|d-print-(none|block)",
            r"[mp][tbsexy]?-([0-5]|auto)",
            r"text-(start|end|center|nowrap|break|wrap)|w-100|float-(start|end)",
            r"(align-items|align-self|justify-content)-(start|end|center|between|baseline)|flex-(wrap|nowrap|column|fill)",
            r"fw-(normal|bold|semibold)|font-monospace|list-unstyled|small|mark|lead",
            r"active|disabled|show|focus|is-invalid",
        )
    )
)
ICONS = {
    "it-burger",
    "it-clip",
    "it-copy",
    "it-download",
    "it-flag",
    "it-funnel",
    "it-list",
    "it-print",
    "it-search",
    "it-user",
    "it-calendar",
    "it-file",
    "it-upload",
    "it-link",
    "it-mail",
    "it-pencil",
    "it-delete",
    "it-settings",
    "it-locked",
    "it-external-link",
}


def blocks(css: str):
    """Yields (prelude, body) for each block at the top level of a stylesheet, and (statement, None) for the rest."""
    start = depth = opened = 0
    for at, char in enumerate(css):
        if char == "{":
            if depth == 0:
                opened = at
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                yield css[start:opened].strip(), css[opened + 1 : at]
                start = at + 1
        elif char == ";" and depth == 0:
            yield css[start:at].strip(), None
            start = at + 1


def split_selectors(prelude: str) -> list[str]:
    """The selectors of a list, split at the commas that stand outside brackets."""
    parts, depth, start = [], 0, 0
    for at, char in enumerate(prelude):
        depth += (char in "([") - (char in ")]")
        if char == "," and depth == 0:
            parts.append(prelude[start:at])
            start = at + 1
    return [*parts, prelude[start:]]


def is_kept(selector: str) -> bool:
    """True when our pages may meet this selector: only classes of the kept families, and no hook of the kit's scripts."""
    if "data-bs" in selector or "::-moz-focus" in selector:
        return False
    plain = re.sub(r":root|\[[^\]]*\]", "", selector)
    if "#" in plain:
        return False
    return all(FAMILIES.fullmatch(name) for name in re.findall(r"\.([\w-]+)", plain))


def trim(css: str) -> str:
    """The stylesheet with only the kept rules, in the same order."""
    out = []
    for prelude, body in blocks(css):
        if body is None or prelude.startswith(("@font-face", "@keyframes", "@-webkit-keyframes", "@charset")):
            continue
        if prelude.startswith("@"):
            inner = trim(body)
            if inner:
                out.append(f"{prelude}{{{inner}}}")
            continue
        kept = [one.strip() for one in split_selectors(prelude) if is_kept(one)]
        if kept and body.strip():
            out.append(f"{','.join(kept)}{{{body}}}")
    return "".join(out)


def drop_unused_variables(css: str) -> str:
    """Removes custom properties that nothing reads, again and again until none is left."""
    read = set(re.findall(r"var\(\s*(--[\w-]+)", css))
    smaller = re.sub(r"(?<=[{;])\s*(--[\w-]+):[^;{}]*;?", lambda found: found[0] if found[1] in read else "", css)
    smaller = re.sub(r"[^{}]+\{\s*\}", "", smaller)
    return css if smaller == css else drop_unused_variables(smaller)


def trim_sprite(svg: str) -> str:
    """The icon sprite with only the symbols named in ICONS."""
    symbols = list(re.finditer(r'<symbol id="([\w-]+)".*?</symbol>', svg, flags=re.S))
    missing = set(ICONS) - {found[1] for found in symbols}
    if missing:
        raise SystemExit(f"The kit has no icon called: {', '.join(sorted(missing))}")
    kept = [found[0] for found in symbols if found[1] in ICONS]
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(kept)}</svg>\n'


def main(css_path: str, sprite_path: str) -> None:
    css = Path(css_path).read_text()
    licence = re.match(r"/\*!.*?\*/", css, flags=re.S)[0]
    rules = drop_unused_variables(trim(re.sub(r"/\*.*?\*/", "", css, flags=re.S)))
    head = "/* SPDX-License-Identifier: BSD-3-Clause. Trimmed by innovato/assets/trim_kit.py: do not edit. */\n"
    (STATIC / "css" / "kit.css").write_text(f"{head}{licence}\n{rules}\n")
    (STATIC / "svg" / "kit.svg").write_text(trim_sprite(Path(sprite_path).read_text()))
    print(f"css/kit.css {len(rules)} bytes, svg/kit.svg {len(ICONS)} icons")


if __name__ == "__main__":
    main(*sys.argv[1:])
