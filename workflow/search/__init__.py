# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding ideas by their words, in Italian, with the same answers from both databases.

`matching` is the search box, `similar` the panel beside an idea being written, `index_idea` what the services call when a
text changes, `rebuild` what `manage.py rebuild_search` runs. Stands between selectors and models.
"""

from workflow.search.alike import Alike, Level, similar
from workflow.search.index import forget_idea, index_idea, rebuild
from workflow.search.query import matching

__all__ = ["Alike", "Level", "forget_idea", "index_idea", "matching", "rebuild", "similar"]
