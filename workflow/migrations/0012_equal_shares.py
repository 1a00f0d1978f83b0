# SPDX-License-Identifier: AGPL-3.0-or-later
"""Campaigns can choose by equal shares of their fund, and say with which values the other rules are compared."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ('organisation', '0001_initial'),
        ('workflow', '0011_pipeline_figures'),
    ]

    operations = [
        migrations.AddField('campaign', 'compared_share', models.PositiveSmallIntegerField(default=20)),
        migrations.AddField('campaign', 'compared_top', models.PositiveSmallIntegerField(default=10)),
        migrations.AlterField(
            'campaign',
            'selection_rule',
            models.CharField(
                choices=[
                    ('top_n', 'Le prime idee per numero di sostegni'),
                    ('share', 'Le idee sostenute da una quota di schede'),
                    ('equal_shares', 'Quote uguali: le idee che il fondo paga insieme a chi le sostiene'),
                ],
                default='top_n',
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            'campaign',
            models.CheckConstraint(
                condition=~Q(selection_rule='equal_shares') | Q(pilot_budget__gt=0, small_department_lane=0),
                name='campaign_equal_shares_of_a_fund',
            ),
        ),
        migrations.AddConstraint(
            'campaign',
            models.CheckConstraint(
                condition=Q(compared_top__gte=1, compared_share__gte=1, compared_share__lte=100),
                name='campaign_compared_values',
            ),
        ),
    ]
