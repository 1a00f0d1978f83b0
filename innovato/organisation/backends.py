# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may sign in: people in service, by staff number."""

from django.contrib.auth.backends import ModelBackend
from django.db.models import QuerySet

from innovato.compiled import Compiled, columns, row_of
from innovato.organisation.models import Person


def _person(key: int) -> QuerySet:
    return Person.objects.filter(pk=key).values_list(*columns(Person))


_PERSON = Compiled(_person, key=int)  # every request asks it


class StaffBackend(ModelBackend):
    """Staff number and password; an inactive person is refused, also in the middle of a session.

    Django's permissions open only the technical tables of the administration: `has_perm` is false for everybody who
    is not `is_staff`, and false on any object. What a person may do with ideas is asked of `DepartmentAccess`.
    """

    def get_user(self, user_id: int) -> Person | None:
        """Who is signed in, as they stand now; nobody once they are not in service any more. One query."""
        found = [row_of(Person, values) for values in _PERSON.rows(key=user_id)]
        return next((person for person in found if self.user_can_authenticate(person)), None)

    def get_all_permissions(self, user_obj, obj=None):
        """The model permissions of a technical administrator; nothing on objects, nothing for anybody else."""
        if obj is not None or not user_obj.is_active or not getattr(user_obj, "is_staff", False):
            return set()
        return super().get_all_permissions(user_obj, obj)

    def has_module_perms(self, user_obj, app_label):
        """Whether a technical administrator may see any table of this part."""
        return any(name.startswith(f"{app_label}.") for name in self.get_all_permissions(user_obj))
