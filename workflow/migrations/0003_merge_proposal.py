# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proposals to merge two ideas with the consent of both leads; scorecards asked for as one more opinion."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workflow', '0002_append_only_events'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='review',
            name='is_third_opinion',
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name='MergeProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=3000)),
                ('asked_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('open', 'Open'), ('done', 'Done'), ('declined', 'Declined'), ('lapsed', 'Lapsed')], default='open', max_length=8)),
                ('closed_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('idea', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='merge_proposals', to='workflow.idea')),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workflow.idea')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='MergeConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('answer', models.CharField(choices=[('waiting', 'Waiting'), ('accepted', 'Accepted'), ('declined', 'Declined')], default='waiting', max_length=8)),
                ('by_office', models.BooleanField(default=False)),
                ('answered_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='workflow.mergeproposal')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='mergeproposal',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('idea',), name='merge_one_open'),
        ),
        migrations.AddConstraint(
            model_name='mergeproposal',
            constraint=models.CheckConstraint(condition=models.Q(('idea', models.F('target')), _negated=True), name='merge_not_into_itself'),
        ),
        migrations.AddConstraint(
            model_name='mergeconsent',
            constraint=models.UniqueConstraint(fields=('proposal', 'person'), name='merge_asked_once'),
        ),
        migrations.AddConstraint(
            model_name='mergeconsent',
            constraint=models.CheckConstraint(condition=models.Q(('answer', 'waiting'), ('answered_at__isnull', False), _connector='OR'), name='merge_answer_dated'),
        ),
    ]
