# SPDX-License-Identifier: AGPL-3.0-or-later
"""The stems of every idea and the words that ideas use: what the search box reads."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workflow', '0003_merge_proposal'),
    ]

    operations = [
        migrations.CreateModel(
            name='IdeaStems',
            fields=[
                ('idea', models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='stems',
                    serialize=False, to='workflow.idea')),
                ('title', models.TextField(blank=True)),
                ('body', models.TextField(blank=True)),
                ('counted', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('word', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('ideas', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='SearchGram',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gram', models.CharField(max_length=3)),
                ('word', models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name='grams', to='workflow.searchword')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('gram', 'word'), name='gram_once')],
            },
        ),
    ]
