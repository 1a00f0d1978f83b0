# SPDX-License-Identifier: AGPL-3.0-or-later
"""The database refuses to change or delete events."""

from django.db import migrations

from workflow import triggers


def forbid(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        triggers.forbid_changes(cursor, schema_editor.connection.vendor)


def allow(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        triggers.allow_changes(cursor, schema_editor.connection.vendor)


class Migration(migrations.Migration):
    dependencies = [("workflow", "0001_initial")]
    operations = [migrations.RunPython(forbid, allow)]
