# SPDX-License-Identifier: AGPL-3.0-or-later
"""An idea in decision knows how many scorecards were missing when its review was closed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflow", "0006_draft_input")]

    operations = [
        migrations.AddField(
            model_name="idea",
            name="scorecards_missing",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
    ]
