# SPDX-License-Identifier: AGPL-3.0-or-later
"""The only writers of this part: the chain of releases (`chain`), its jobs (`jobs`), and protecting tables (`protecting`)."""
