# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every source file has (its licence, a first line for people) and what none may have."""

import ast
import re

from tests.architecture.files import ROOT, files, name, python_files, template_files

SPDX = "SPDX-License-Identifier: "
LONGEST = 400
OURS = files(".py", ".html", ".css", ".js", ".toml", ".yml")
MODULES = [*python_files(), *files(".py", under=("tests",))]
TEXTS = [
    *files(".py", ".html", ".txt", ".css", ".js", ".md", ".toml", ".yml", ".in", ".po"),
    ROOT / "Makefile",
    ROOT / ".ci/run",
]
INLINE = re.compile(
    r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<script(?![^>]*\bsrc=)|hx-on|hx-vals=[\"']js:"
)
OTHER_HOST = re.compile(r"""(?:src|href|action|srcset)\s*=\s*["'](?:https?:)?//""")
# Built from pieces, so that this file does not find itself.
REGISTRIES = re.compile("|".join(["py" + r"pi\.", "python" + r"hosted\.", "npm" + r"js\.", r"--extra-index" + "-url"]))
MACHINE_PATHS = re.compile("|".join(["/ho" + r"me/\w", "/ro" + "ot/", "/wo" + "rk/", r"/o" + r"pt/\w", "/Us" + "ers/"]))
UNFINISHED = re.compile(r"\b(TO" + "DO|FIX" + "ME|XX" + "X|HA" + r"CK)\b|NotImplemented" + "Error")


def lines_matching(paths, pattern: re.Pattern) -> list[str]:
    """Where the pattern stands, as file:line and the line itself."""
    return [
        f"{name(path)}:{number}: {line.strip()[:100]}"
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line)
    ]


def test_the_first_lines_say_under_which_licence_a_file_is():
    assert [name(path) for path in OURS if SPDX not in "".join(path.read_text().splitlines()[:2])] == []


def test_a_module_says_first_what_lives_there():
    assert [
        name(path) for path in MODULES if len(lines(path)) > 1 and not ast.get_docstring(ast.parse(path.read_text()))
    ] == []


def lines(path) -> list[str]:
    return path.read_text().splitlines()


def test_a_module_is_short_enough_to_be_read():
    assert {name(path): len(lines(path)) for path in MODULES if len(lines(path)) > LONGEST} == {}


def test_a_page_has_no_script_or_style_in_line():
    assert lines_matching([path for path in template_files() if "email" not in path.parts], INLINE) == []


def test_a_page_or_mail_loads_nothing_from_another_host():
    assert lines_matching(template_files(), OTHER_HOST) == []


def test_no_file_names_a_registry_or_a_path_of_one_machine():
    assert lines_matching(TEXTS, REGISTRIES) + lines_matching(TEXTS, MACHINE_PATHS) == []


def test_nothing_is_left_unfinished():
    assert lines_matching([*OURS, *files(".md")], UNFINISHED) == []
