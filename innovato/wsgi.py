# SPDX-License-Identifier: AGPL-3.0-or-later
"""The application that the web server loads; it does not load with settings unsafe for production."""

import os

from django.core.wsgi import get_wsgi_application

from innovato.checks import refuse_unsafe_production

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innovato.settings")
refuse_unsafe_production()
application = get_wsgi_application()
