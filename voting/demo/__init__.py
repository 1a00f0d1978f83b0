# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo city (`manage.py demo`): invented people, their departments and rights, and the lives of their ideas.

Stands on the top floor because it fills every floor. People are written in bulk; everything that happens to an idea
happens through the product's own services, move by move, in the order of time, each at its moment in the past.
"""
