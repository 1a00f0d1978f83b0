# SPDX-License-Identifier: AGPL-3.0-or-later
"""The same act from several threads at the same moment, each with a database connection of its own."""

import threading

from django.db import connection


def at_once(action, times: int = 4) -> list:
    """What `action` answers when so many threads start it together."""
    barrier, answers = threading.Barrier(times), []

    def run():
        barrier.wait()
        try:
            answers.append(action())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == times
    return answers
