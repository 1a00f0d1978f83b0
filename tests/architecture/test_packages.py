# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is installed: every package pinned with hashes, none without use or reason, the two state machines never together."""

import ast
import re
from importlib.metadata import PackageNotFoundError, packages_distributions, version

import pytest

from tests.architecture.files import ROOT, files, python_files

LISTS = [ROOT / "requirements", ROOT / "tests" / "requirements"]
NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)")
PINNED = re.compile(r"^([a-z0-9._-]+)==\S+ \\$", re.MULTILINE)
PRODUCT, TESTS = python_files(), files(".py", under=("tests",))
# Imported by ours, installed by another package that is listed and can't be without it.
COMES_ALONG = {
    "numpy": "scipy",
    "kombu": "celery",
    "amqp": "celery",
    "brotli": "whitenoise[brotli]",
    "grimp": "import-linter",
    "jsonschema": "drf-spectacular",
    "httpx": "openapi-python-client",
    "werkzeug": "schemathesis",
}
# Used by name or by another package, never imported by ours.
USED_WITHOUT_IMPORT = {
    "argon2-cffi": "named in PASSWORD_HASHERS",
    "granian": "started by innovato/run/start.py",
    "psycopg": "Django's PostgreSQL backend",
    "pystemmer": "snowballstemmer takes it when it is there",
    "redis": "named in CACHE_URL in production",
    "sqlalchemy": "the transport of the embedded broker",
    "whitenoise": "named in MIDDLEWARE",
    "import-linter": "run by the tests of contracts",
    "pytest-django": "a plugin of pytest",
    "pytest-randomly": "a plugin of pytest",
    "pytest-socket": "a plugin of pytest",
    "pytest-xdist": "a plugin of pytest",
    "ruff": "run by the tests of style",
    "openapi-python-client": "run by the tests of the API's description",
}


def wanted(path) -> dict[str, str]:
    """The packages of a short list, in lower case, with the whole line."""
    lines = [line for line in path.read_text().splitlines() if NAME.match(line)]
    return {NAME.match(line)[1].lower(): line for line in lines}


def imported(paths) -> set[str]:
    """The packages that any of these modules imports, in lower case."""
    modules = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                modules |= {each.name.split(".")[0] for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.split(".")[0])
    return {
        package.lower() for module, found in packages_distributions().items() if module in modules for package in found
    }


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.parent.name)
def test_each_package_is_pinned_with_hashes(path):
    pinned = path.with_suffix(".txt").read_text()
    assert set(wanted(path.with_suffix(".in"))) <= set(PINNED.findall(pinned))
    blocks = re.split(r"\n(?=[a-z0-9])", pinned)
    assert [block.splitlines()[0] for block in blocks if "==" in block and "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.parent.name)
def test_each_package_has_its_reason_in_the_line(path):
    lines = wanted(path.with_suffix(".in")).values()
    assert [line for line in lines if " # " not in line] == []


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.parent.name)
def test_no_package_is_installed_without_use(path):
    assert set(wanted(path.with_suffix(".in"))) - imported([*PRODUCT, *TESTS]) - set(USED_WITHOUT_IMPORT) == set()


@pytest.mark.parametrize(("paths", "lists"), [(PRODUCT, LISTS[:1]), (TESTS, LISTS)], ids=["product", "tests"])
def test_nothing_is_imported_that_is_not_installed_on_purpose(paths, lists):
    listed = set().union(*(wanted(path.with_suffix(".in")) for path in lists))
    assert imported(paths) - listed - set(COMES_ALONG) == set()


def test_the_tests_run_on_the_versions_that_the_product_runs_on():
    product, tests = (
        dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", path.with_suffix(".txt").read_text(), re.M)) for path in LISTS
    )
    assert {
        name: (product[name], tests[name]) for name in product.keys() & tests.keys() if product[name] != tests[name]
    } == {}


def test_the_two_packages_that_are_imported_as_django_fsm_are_never_both_installed():
    assert version("django-fsm-2").startswith("4.2.")
    with pytest.raises(PackageNotFoundError):
        version("django-fsm")
