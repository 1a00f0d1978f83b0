# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which notices a person sees, and which mails are due."""

from django.db.models import Q, QuerySet


class NoticeQuerySet(QuerySet):
    """The filters used on notices in more than one place."""

    def visible_to(self, person_id, *, at):
        """A person's own notices, neither held back nor cancelled."""
        return self.filter(recipient_id=person_id, cancelled_at=None, deliver_after__lte=at)

    def unread(self):
        """Those not opened yet."""
        return self.filter(read_at=None)

    def newest_first(self):
        """The order of the list, the same from one page to the next."""
        return self.order_by("-deliver_after", "-pk")

    def before(self, moment, pk):
        """Those after this place in the newest-first order."""
        return self.filter(Q(deliver_after__lt=moment) | Q(deliver_after=moment, pk__lt=pk))

    def mail_due(self, *, at):
        """Mails to send now that no running relay has taken."""
        free = Q(claimed_until=None) | Q(claimed_until__lte=at)
        return self.filter(free, email_state="pending", email_next_at__lte=at)
