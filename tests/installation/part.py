# SPDX-License-Identifier: AGPL-3.0-or-later
"""A made-up part of a group: notes its process number and then stays, stays deaf to requests to end, or dies at once."""

import os
import signal
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    folder, name, how = sys.argv[1:]
    if how == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with (Path(folder) / name).open("a") as log:
        log.write(f"{os.getpid()}\n")
    if how != "die":
        time.sleep(120)
