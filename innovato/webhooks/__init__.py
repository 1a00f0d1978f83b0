# SPDX-License-Identifier: AGPL-3.0-or-later
"""Webhooks: other programs are told what happened. Delivery only: signed, repeated, recorded; knows no idea and no ballot."""
