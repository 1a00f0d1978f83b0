# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sending more than a form names changes nothing more: every form of every page, every body of the API."""
