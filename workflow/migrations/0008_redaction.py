# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the office covers in a blind campaign: versions of the text say so, files can be withheld."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflow", "0007_missing_scorecards")]

    operations = [
        migrations.AddField(
            model_name="ideaversion",
            name="redacted",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="attachment",
            name="withheld",
            field=models.BooleanField(default=False),
        ),
    ]
