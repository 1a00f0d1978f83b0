# SPDX-License-Identifier: AGPL-3.0-or-later
"""InnovaTo: ideas of municipal staff, from proposal to a measured pilot. The Celery application is loaded with Django."""

from innovato.celery import app as celery_app

__all__ = ["celery_app"]
