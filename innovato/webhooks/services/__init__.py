# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeping webhooks, handing out what happened, delivering it."""
