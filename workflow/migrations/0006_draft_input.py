# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an author typed that could not be read yet, kept beside the idea."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workflow', '0005_search_index'),
    ]

    operations = [
        migrations.CreateModel(
            name='DraftInput',
            fields=[
                ('idea', models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='draft_input',
                    serialize=False, to='workflow.idea')),
                ('typed', models.JSONField(default=dict)),
                ('page', models.CharField(blank=True, max_length=32)),
            ],
        ),
    ]
