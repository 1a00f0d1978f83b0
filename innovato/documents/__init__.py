# SPDX-License-Identifier: AGPL-3.0-or-later
"""The documents on data protection: texts under `innovato/docs/data-protection`, with the figures that really run here."""
