# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board finds this year's outcomes, the desk its office's latest ideas, without reading all that came before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflow", "0009_decision_by_a_deputy")]

    operations = [
        migrations.AddIndex(
            model_name="idea",
            index=models.Index(fields=["state", "state_since"], name="idea_state_since"),
        ),
        migrations.AddIndex(
            model_name="idea",
            index=models.Index(fields=["submitted_from", "-published_at"], name="idea_from_published"),
        ),
    ]
