# SPDX-License-Identifier: AGPL-3.0-or-later
"""Disclosure control: from counts to tables from which nothing about few people can be worked out. Pure arithmetic.

`merge` puts small offices together, `system` writes a table as sums, `protect` decides what is hidden, `audit` attacks the
result as a reader would, from what is released alone. The reader is taken to know every headcount, these rules, and all
tables released before. `programs` needs SciPy and is loaded by the first table that is protected, never by a page.
"""
