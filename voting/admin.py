# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ballots among the technical tables: when and in which state, to be read only. No urn, no electors, no votes."""

from django.contrib import admin

from voting.models import Ballot


@admin.register(Ballot)
class BallotAdmin(admin.ModelAdmin):
    """State and dates of a ballot. Whatever changes a ballot goes through its services."""

    fields = ["campaign", "round", "sequence", "state", "opens_at", "closes_at", "planned_closes_at", "closed_at",
              "objections_until", "key_destroyed_at", "frozen_at", "frozen_by", "annulled_at", "annul_reason"]  # fmt: skip
    readonly_fields = fields
    list_display = ["campaign", "round", "sequence", "state", "opens_at", "closes_at", "frozen_by"]
    list_select_related = ["campaign", "round__campaign"]
    list_filter = ["state"]
    actions = None

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
