# SPDX-License-Identifier: AGPL-3.0-or-later
"""The full-text index over the stems: FTS5 in the SQLite file, a GIN index in PostgreSQL; set by a migration.

Stems are plain words already, so neither database parses them: PostgreSQL takes them as ready lexemes, without a
dictionary and without an extension. A later migration that rebuilds the table on SQLite has to call `create` again.
"""

STEMS = "workflow_ideastems"
FTS = "workflow_ideastems_fts"

_POSTGRES = (
    f"ALTER TABLE {STEMS} ADD COLUMN lexemes tsvector GENERATED ALWAYS AS "
    "(array_to_tsvector(array_remove(string_to_array(title || ' ' || body, ' '), ''))) STORED",
    f"CREATE INDEX {STEMS}_lexemes ON {STEMS} USING gin (lexemes)",
)
_POSTGRES_BACK = (f"ALTER TABLE {STEMS} DROP COLUMN lexemes",)

_PUT = f"INSERT INTO {FTS}(rowid, title, body) VALUES (new.idea_id, new.title, new.body);"
_TAKE = f"INSERT INTO {FTS}({FTS}, rowid, title, body) VALUES ('delete', old.idea_id, old.title, old.body);"
_SQLITE = (
    f"CREATE VIRTUAL TABLE {FTS} USING fts5(title, body, content='{STEMS}', content_rowid='idea_id', "
    "detail=none, columnsize=0, tokenize='unicode61 remove_diacritics 2')",
    f"CREATE TRIGGER {FTS}_put AFTER INSERT ON {STEMS} BEGIN {_PUT} END",
    f"CREATE TRIGGER {FTS}_change AFTER UPDATE ON {STEMS} BEGIN {_TAKE} {_PUT} END",
    f"CREATE TRIGGER {FTS}_take AFTER DELETE ON {STEMS} BEGIN {_TAKE} END",
)
_SQLITE_BACK = (
    *(f"DROP TRIGGER IF EXISTS {FTS}_{name}" for name in ("put", "change", "take")),
    f"DROP TABLE IF EXISTS {FTS}",
)


def create(cursor, vendor: str) -> None:
    """Set the index over the table of stems. `vendor` is the connection's: "postgresql" or "sqlite"."""
    for statement in _POSTGRES if vendor == "postgresql" else _SQLITE:
        cursor.execute(statement)


def drop(cursor, vendor: str) -> None:
    """Remove the index: the migration's way back."""
    for statement in _POSTGRES_BACK if vendor == "postgresql" else _SQLITE_BACK:
        cursor.execute(statement)
