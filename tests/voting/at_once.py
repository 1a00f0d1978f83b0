# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acts at the same moment, each in a thread and a database connection of its own."""

import threading

from django.db import Error, connection

from voting import errors

PATIENCE = 60  # seconds after which threads are said to wait for each other


def at_once(*acts, patience=PATIENCE):
    """Run all acts at the same moment; their results, or the refusals and database errors they raised."""
    results, ready = [None] * len(acts), threading.Barrier(len(acts))

    def run(place, act):
        ready.wait()
        try:
            results[place] = act()
        except (errors.VotingError, Error) as failure:
            results[place] = failure
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    [thread.start() for thread in threads]
    [thread.join(patience) for thread in threads]
    assert not any(thread.is_alive() for thread in threads)
    return results
