# SPDX-License-Identifier: AGPL-3.0-or-later
"""The full-text index over the stems of the ideas, in whichever database."""

from django.db import migrations

from workflow.search import schema


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        schema.create(cursor, schema_editor.connection.vendor)


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        schema.drop(cursor, schema_editor.connection.vendor)


class Migration(migrations.Migration):
    dependencies = [("workflow", "0004_search")]
    operations = [migrations.RunPython(create, drop)]
