# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files can be archives too."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exports', '0002_reports_on_a_schedule'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='export',
            name='export_format_known',
        ),
        migrations.RemoveConstraint(
            model_name='mailing',
            name='mailing_format_known',
        ),
        migrations.AlterField(
            model_name='export',
            name='format',
            field=models.CharField(choices=[('ods', 'Foglio di calcolo (ODS)'), ('xlsx', 'Foglio di calcolo (XLSX)'), ('csv', 'Testo tabellare (CSV)'), ('pdf', 'Relazione (PDF)'), ('zip', 'Archivio (ZIP)')], max_length=4),
        ),
        migrations.AlterField(
            model_name='mailing',
            name='format',
            field=models.CharField(choices=[('ods', 'Foglio di calcolo (ODS)'), ('xlsx', 'Foglio di calcolo (XLSX)'), ('csv', 'Testo tabellare (CSV)'), ('pdf', 'Relazione (PDF)'), ('zip', 'Archivio (ZIP)')], max_length=4),
        ),
        migrations.AddConstraint(
            model_name='export',
            constraint=models.CheckConstraint(condition=models.Q(('format__in', ['ods', 'xlsx', 'csv', 'pdf', 'zip'])), name='export_format_known'),
        ),
        migrations.AddConstraint(
            model_name='mailing',
            constraint=models.CheckConstraint(condition=models.Q(('format__in', ['ods', 'xlsx', 'csv', 'pdf', 'zip'])), name='mailing_format_known'),
        ),
    ]
