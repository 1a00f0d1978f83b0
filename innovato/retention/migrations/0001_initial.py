# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reports of retention."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RetentionRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=40)),
                ('is_dry', models.BooleanField(default=False)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('count', models.PositiveBigIntegerField(default=0)),
                ('fault', models.CharField(blank=True, max_length=80)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'passaggio della conservazione',
                'verbose_name_plural': 'passaggi della conservazione',
                'ordering': ['-started_at', '-pk'],
                'indexes': [models.Index(fields=['rule', '-started_at'], name='retention_by_rule')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('finished_at', None), ('is_dry', False)), fields=('rule',), name='retention_one_run_at_a_time'), models.CheckConstraint(condition=models.Q(('finished_at', None), ('finished_at__gte', models.F('started_at')), _connector='OR'), name='retention_ends_later')],
            },
        ),
    ]
