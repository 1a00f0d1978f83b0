# SPDX-License-Identifier: AGPL-3.0-or-later
"""The town of the matrix: built once for all the cells of a worker, each of which leaves it as it was."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from tests.rights import principals
from tests.rights.asking import Walker


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Where the town keeps its ballot keys and its files."""
    keys, media = tmp_path_factory.mktemp("keys"), tmp_path_factory.mktemp("media")
    keys.chmod(0o700)
    return keys, media


@pytest.fixture(autouse=True)
def keystore(folders, settings):
    """The town's keys, instead of a folder for each test."""
    settings.INNOVATO_KEYSTORE_DIR = folders[0]
    return folders[0]


@pytest.fixture(autouse=True)
def uploads(folders, settings):
    """The town's files, instead of a folder for each test."""
    settings.MEDIA_ROOT = folders[1]
    return folders[1]


@pytest.fixture(scope="module")
def walker(folders, django_db_setup, django_db_blocker):
    """Everybody with a browser of their own in the town, at a moment that stands still."""
    keys, media = folders
    with django_db_blocker.unblock(), override_settings(INNOVATO_KEYSTORE_DIR=keys, MEDIA_ROOT=media):
        whole = transaction.atomic()
        whole._from_testcase = True  # as Django's own tests do: below it nothing is committed, and the services know
        with whole:
            here = principals.town()
            logging.disable(logging.ERROR)  # thousands of refusals are what is wanted here
            with time_machine.travel(timezone.now() + timedelta(seconds=2), tick=False):
                yield Walker.of(here, media)
            logging.disable(logging.NOTSET)
            transaction.set_rollback(True)
