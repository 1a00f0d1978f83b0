# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random cities in which every list, count, export and API answer is compared with a predicate written from the rules."""

import pytest

pytest.register_assert_rewrite("tests.rights_differential.asking")
