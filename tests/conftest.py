# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every test stands on: its own folders, the data beside the checkout, services found or asked for."""

import gc
import os
from pathlib import Path

import pytest
from amqp.exceptions import AMQPError
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from kombu import Connection

ROOT = Path(__file__).resolve().parent.parent
REQUIRE_ALL = os.environ.get("INNOVATO_REQUIRE_ALL") == "1"
ON_POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")

# Looking for cycles after every 700 objects takes a tenth of the time of all tests.
gc.set_threshold(100_000, 20, 50)

# By day every run draws the same examples and none is refused for the machine's slowness; the night looks for new ones.
hypothesis_settings.register_profile(
    "day",
    deadline=None,
    print_blob=True,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
hypothesis_settings.register_profile("night", deadline=None, print_blob=True, max_examples=500, stateful_step_count=50)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "day"))


def missing(what: str) -> None:
    """Skip for want of a thing outside the code; where everything is required (the continuous build), fail."""
    if REQUIRE_ALL:
        pytest.fail(f"required here, and missing: {what}", pytrace=False)
    pytest.skip(what)


@pytest.fixture(scope="session")
def pabulib_dir() -> Path:
    """The folder of real elections that lies beside the checkout."""
    folder = ROOT.parent / "shared" / "data" / "pabulib"
    if not folder.is_dir():
        missing("no real elections at ../shared/data/pabulib beside the checkout")
    return folder


@pytest.fixture(scope="session")
def rabbitmq_url() -> str:
    """The address of a RabbitMQ server that answers."""
    url = os.environ.get("TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//")
    try:
        with Connection(url, connect_timeout=3) as connection:
            connection.connect()
    except (AMQPError, OSError) as error:
        missing(f"no RabbitMQ answers at TEST_RABBITMQ_URL or on port 5672 ({type(error).__name__})")
    return url


@pytest.fixture(autouse=True)
def keystore(settings, tmp_path) -> Path:
    """Each test has its own, empty folder of ballot keys."""
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    settings.INNOVATO_KEYSTORE_DIR = folder
    return folder


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path) -> Path:
    """Each test has its own folder of uploaded files."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture(autouse=True)
def one_language():
    """An English page opened in one test leaves no English to the next."""
    yield
    translation.deactivate()


@pytest.fixture
def on_postgres() -> bool:
    """Whether this run's database is PostgreSQL."""
    return ON_POSTGRES


def pytest_collection_modifyitems(items):
    """Tests marked `postgres` run where the database is PostgreSQL; elsewhere they say why not."""
    reason = pytest.mark.skip(reason="a race between real transactions: runs in the PostgreSQL part of make test")
    for item in items:
        if item.get_closest_marker("postgres") and not ON_POSTGRES:
            item.add_marker(reason)
