# SPDX-License-Identifier: AGPL-3.0-or-later
"""How often somebody has just tried to sign in: rows that all processes count in."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organisation', '0002_personal_tokens'),
    ]

    operations = [
        migrations.CreateModel(
            name='SignInAttempts',
            fields=[
                ('staff_number', models.CharField(max_length=6, primary_key=True, serialize=False)),
                ('tries', models.PositiveSmallIntegerField()),
                ('until', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'tentativi di accesso',
                'verbose_name_plural': 'tentativi di accesso',
                'indexes': [models.Index(fields=['until'], name='sign_in_attempts_until')],
            },
        ),
    ]
