# SPDX-License-Identifier: AGPL-3.0-or-later
"""People whose name has been taken away."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('organisation', '0004_delegations'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='person',
            name='person_staff_number_has_six_digits',
        ),
        migrations.AddField(
            model_name='person',
            name='erased_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='nome tolto il'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('staff_number__regex', '^[0-9]{6}\\Z'), ('erased_at__isnull', False), _connector='OR'), name='person_staff_number_has_six_digits'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('erased_at', None), models.Q(('email', ''), ('first_name', ''), ('is_active', False), ('last_name', ''), ('staff_number__startswith', '~')), _connector='OR'), name='person_erased_has_no_identity'),
        ),
    ]
