# SPDX-License-Identifier: AGPL-3.0-or-later
"""The technical tables of the city. What changes rights or the tree goes through services, never through a form here."""

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import services
from .auth import admin_sign_in
from .errors import OrganisationError
from .models import (
    Assignment,
    Department,
    DepartmentGroupObjectPermission,
    DepartmentKind,
    DepartmentUserObjectPermission,
    GrantRecord,
    Person,
)

# One way in for everybody, with one limit on attempts: Django's own form would be a second door.
admin.site.login = admin_sign_in
admin.site.site_header = admin.site.site_title = _("InnovaTo · tabelle tecniche")
admin.site.unregister(Group)


class ReadOnly(admin.ModelAdmin):
    """A table to look at."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class AssignmentInline(admin.TabularInline):
    """Where a person has worked; written by transfers and by the HR extract."""

    model = Assignment
    can_delete = False
    extra = 0
    readonly_fields = ["department", "starts_on", "ends_on", "role"]

    def has_add_permission(self, request, obj=None):
        return False


@admin.register(Person)
class PersonAdmin(admin.ModelAdmin):
    """People come from the HR extract: here only what it does not know is changed, and somebody is deactivated at once."""

    list_display = ["staff_number", "last_name", "first_name", "home_department", "contract_area", "is_active"]
    list_filter = ["is_active", "contract_area", "is_staff"]
    list_select_related = ["home_department"]
    search_fields = ["staff_number", "search_name"]
    show_full_result_count = False
    fields = [
        "staff_number", "first_name", "last_name", "email", "home_department", "contract_area", "language",
        "is_active", "is_staff", "joined_on", "left_on", "last_login",
    ]  # fmt: skip
    readonly_fields = [name for name in fields if name not in {"email", "language"}]
    inlines = [AssignmentInline]
    actions = ["deactivate"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.action(description=_("Disattiva e chiudi gli accessi"), permissions=["change"])
    def deactivate(self, request, queryset):
        """Deactivate the chosen people one by one; the service decides whether this administrator may."""
        for person in queryset.order_by("pk"):
            try:
                services.deactivate(person=person, by=request.user, at=timezone.now())
            except OrganisationError as refusal:
                messages.error(request, f"{person}: {refusal.sentence}")


@admin.register(Department)
class DepartmentAdmin(admin.ModelAdmin):
    """Names and codes. Opening, moving, merging and closing are services, with their checks and their lock."""

    list_display = ["code", "name", "kind", "parent", "valid_from", "valid_to"]
    list_filter = ["kind"]
    list_select_related = ["kind", "parent"]
    search_fields = ["code", "name", "short_name"]
    fields = [
        "code", "name", "short_name", "kind", "ipa_code", "aoo_code", "uo_code", "parent", "path", "valid_from",
        "valid_to", "merged_into",
    ]  # fmt: skip
    readonly_fields = ["code", "parent", "path", "valid_from", "valid_to", "merged_into"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(DepartmentKind)
class DepartmentKindAdmin(admin.ModelAdmin):
    """The kinds of department of this city."""

    list_display = ["code", "name_it", "name_en", "rank"]


@admin.register(Group)
class GroupAdmin(ReadOnly):
    """Groups, to look at: who is in one is changed by services, with a line in the register."""

    fields = ["name"]
    search_fields = ["name"]


@admin.register(DepartmentUserObjectPermission, DepartmentGroupObjectPermission)
class GrantAdmin(ReadOnly):
    """The rights in force."""

    list_display = ["__str__"]
    list_select_related = ["permission", "content_object"]


@admin.register(GrantRecord)
class GrantRecordAdmin(ReadOnly):
    """The register of rights."""

    list_display = ["at", "verb", "capability", "department", "person", "group", "by", "reason"]
    list_filter = ["verb", "capability"]
    list_select_related = ["department", "person", "group", "by"]
    date_hierarchy = "at"
