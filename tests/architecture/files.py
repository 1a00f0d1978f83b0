# SPDX-License-Identifier: AGPL-3.0-or-later
"""The project's own files, as the architecture tests read them: no environments, no data, nothing of third parties."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FLOORS = ("innovato", "workflow", "voting")
NOT_OURS = {".git", ".venv", "var", "__pycache__", "vendor", "node_modules", "fonts"}


def files(*suffixes: str, under: tuple[str, ...] = (".",)) -> list[Path]:
    """Every file with one of the suffixes, sorted; hidden tool caches, environments and vendored folders left out."""
    found = (path for folder in under for path in (ROOT / folder).rglob("*") if path.suffix in suffixes)
    return sorted(path for path in found if path.is_file() and not _is_foreign(path))


def _is_foreign(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return bool(NOT_OURS & set(parts)) or any(part.startswith(".") and part.endswith("_cache") for part in parts)


def python_files() -> list[Path]:
    """The product's Python modules without migrations and tests."""
    return [path for path in files(".py", under=FLOORS) if "migrations" not in path.parts]


def template_files() -> list[Path]:
    """Every template: pages, fragments, components and both forms of the mails."""
    return files(".html", ".txt", under=("templates",))


def name(path: Path) -> str:
    """A file as messages name it."""
    return path.relative_to(ROOT).as_posix()
