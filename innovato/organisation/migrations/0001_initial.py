# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first tables of the city: people, departments, rights and their register."""

import django.core.validators
import django.db.models.deletion
import innovato.organisation.models.person
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='DepartmentKind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30, unique=True, verbose_name='codice')),
                ('name_it', models.CharField(max_length=60, verbose_name='nome in italiano')),
                ('name_en', models.CharField(max_length=60, verbose_name='nome in inglese')),
                ('rank', models.PositiveSmallIntegerField(default=0, help_text='0 sta più in alto di tutti', verbose_name='livello')),
            ],
            options={
                'verbose_name': 'tipo di struttura',
                'verbose_name_plural': 'tipi di struttura',
                'ordering': ['rank', 'code'],
            },
        ),
        migrations.CreateModel(
            name='Department',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, unique=True, verbose_name='codice')),
                ('name', models.CharField(max_length=200, verbose_name='nome')),
                ('short_name', models.CharField(max_length=80, verbose_name='nome breve')),
                ('path', models.CharField(editable=False, max_length=255, unique=True, verbose_name='percorso')),
                ('ipa_code', models.CharField(blank=True, max_length=20, verbose_name='codice IPA')),
                ('aoo_code', models.CharField(blank=True, max_length=20, verbose_name='codice AOO')),
                ('uo_code', models.CharField(blank=True, max_length=20, verbose_name='codice UO')),
                ('valid_from', models.DateField(verbose_name='attiva dal')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='chiusa dal')),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.department', verbose_name='confluita in')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='organisation.department', verbose_name='dipende da')),
                ('kind', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.departmentkind', verbose_name='tipo')),
            ],
            options={
                'verbose_name': 'struttura',
                'verbose_name_plural': 'strutture',
                'ordering': ['path'],
                'permissions': (('screen_ideas', 'screen ideas'), ('review_ideas', 'review ideas'), ('decide_ideas', 'decide ideas'), ('verify_results', 'verify results'), ('manage_campaigns', 'manage campaigns'), ('view_pipeline', 'view pipeline'), ('view_participation', 'view participation'), ('guard_ballots', 'guard ballots'), ('manage_department', 'manage department')),
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('staff_number', models.CharField(max_length=6, unique=True, validators=[django.core.validators.RegexValidator('^[0-9]{6}\\Z', 'La matricola ha 6 cifre.')], verbose_name='matricola')),
                ('first_name', models.CharField(max_length=80, verbose_name='nome')),
                ('last_name', models.CharField(max_length=80, verbose_name='cognome')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('contract_area', models.CharField(choices=[('operatori', 'Operatori'), ('operatori_esperti', 'Operatori esperti'), ('istruttori', 'Istruttori'), ('funzionari', 'Funzionari ed EQ'), ('dirigenti', 'Dirigenti')], default='istruttori', max_length=20, verbose_name='area contrattuale')),
                ('language', models.CharField(choices=[('it', 'Italiano'), ('en', 'English')], default='it', max_length=2, verbose_name='lingua')),
                ('is_active', models.BooleanField(default=True, verbose_name='in servizio')),
                ('is_staff', models.BooleanField(default=False, verbose_name='vede le tabelle tecniche')),
                ('joined_on', models.DateField(blank=True, null=True, verbose_name='in servizio dal')),
                ('left_on', models.DateField(blank=True, null=True, verbose_name='non più in servizio dal')),
                ('search_name', innovato.organisation.models.person.SearchNameField(default='', editable=False, max_length=400)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ('home_department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='people', to='organisation.department', verbose_name='struttura di appartenenza')),
            ],
            options={
                'verbose_name': 'persona',
                'verbose_name_plural': 'persone',
                'ordering': ['last_name', 'first_name', 'staff_number'],
            },
        ),
        migrations.CreateModel(
            name='DepartmentGroupObjectPermission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_object', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='group_grants', to='organisation.department')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.group')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
            ],
            options={
                'verbose_name': 'incarico a un gruppo',
                'verbose_name_plural': 'incarichi a gruppi',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DepartmentUserObjectPermission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_object', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='person_grants', to='organisation.department')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'incarico a una persona',
                'verbose_name_plural': 'incarichi a persone',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='GrantRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verb', models.CharField(choices=[('granted', 'assegnato'), ('revoked', 'revocato'), ('joined', 'entra nel gruppo'), ('left', 'esce dal gruppo')], max_length=10)),
                ('capability', models.CharField(blank=True, choices=[('screen_ideas', 'screen_ideas'), ('review_ideas', 'review_ideas'), ('decide_ideas', 'decide_ideas'), ('verify_results', 'verify_results'), ('manage_campaigns', 'manage_campaigns'), ('view_pipeline', 'view_pipeline'), ('view_participation', 'view_participation'), ('guard_ballots', 'guard_ballots'), ('manage_department', 'manage_department')], max_length=40)),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(max_length=300)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.department')),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='auth.group')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'riga del registro degli incarichi',
                'verbose_name_plural': 'registro degli incarichi',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Persona',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label_it', models.CharField(max_length=120)),
                ('label_en', models.CharField(max_length=120)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'persona di prova',
                'verbose_name_plural': 'persone di prova',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='PersonSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('session_key', models.CharField(max_length=40, unique=True)),
                ('created_at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'accesso in corso',
                'verbose_name_plural': 'accessi in corso',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='dal')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='fino al')),
                ('role', models.CharField(blank=True, max_length=120, verbose_name='ruolo')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to=settings.AUTH_USER_MODEL, verbose_name='persona')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.department', verbose_name='struttura')),
            ],
            options={
                'verbose_name': 'assegnazione',
                'verbose_name_plural': 'assegnazioni',
                'ordering': ['-starts_on', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='assignment_ends_after_it_starts'), models.UniqueConstraint(condition=models.Q(('ends_on', None)), fields=('person',), name='assignment_one_open_per_person')],
            },
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(fields=['last_name', 'first_name'], name='person_by_name'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('staff_number__regex', '^[0-9]{6}\\Z')), name='person_staff_number_has_six_digits'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('contract_area__in', ['operatori', 'operatori_esperti', 'istruttori', 'funzionari', 'dirigenti'])), name='person_contract_area_known'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('language__in', ['it', 'en'])), name='person_language_known'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('left_on', None), ('joined_on', None), ('left_on__gte', models.F('joined_on')), _connector='OR'), name='person_leaves_after_joining'),
        ),
        migrations.AlterUniqueTogether(
            name='departmentgroupobjectpermission',
            unique_together={('group', 'permission', 'content_object')},
        ),
        migrations.AddConstraint(
            model_name='department',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='department_closes_after_it_opens'),
        ),
        migrations.AddConstraint(
            model_name='department',
            constraint=models.CheckConstraint(condition=models.Q(('parent', None), models.Q(('parent', models.F('id')), _negated=True), _connector='OR'), name='department_is_not_its_own_parent'),
        ),
        migrations.AddConstraint(
            model_name='department',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into', None), models.Q(('valid_to__isnull', False), models.Q(('merged_into', models.F('id')), _negated=True)), _connector='OR'), name='department_merged_only_when_closed'),
        ),
        migrations.AddConstraint(
            model_name='department',
            constraint=models.CheckConstraint(condition=models.Q(('path', ''), _negated=True), name='department_has_a_path'),
        ),
        migrations.AlterUniqueTogether(
            name='departmentuserobjectpermission',
            unique_together={('user', 'permission', 'content_object')},
        ),
        migrations.AddConstraint(
            model_name='grantrecord',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('department__isnull', False), ('verb__in', ['granted', 'revoked']), models.Q(('capability', ''), _negated=True), models.Q(models.Q(('group__isnull', False), ('person', None)), models.Q(('group', None), ('person__isnull', False)), _connector='OR')), models.Q(('capability', ''), ('department', None), ('group__isnull', False), ('person__isnull', False), ('verb__in', ['joined', 'left'])), _connector='OR'), name='grant_record_names_what_happened'),
        ),
        migrations.AddConstraint(
            model_name='grantrecord',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='grant_record_has_a_reason'),
        ),
    ]
