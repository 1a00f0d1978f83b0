# SPDX-License-Identifier: AGPL-3.0-or-later
"""Is this machine fit to run InnovaTo? Each thing that is not gets one clear sentence, before anything is installed.

Runs with whatever Python is there, however old, so it keeps to the language as it was in 2008.
"""

import errno
import os
import socket
import sys

OLDEST = (3, 11)
SQLITE_OLDEST = (3, 31, 0)
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VAR = os.environ.get("INNOVATO_VAR_DIR") or os.path.join(ROOT, "var")


def python_fault():
    """Why this Python will not do, or None."""
    if sys.version_info[:2] < OLDEST:
        return (
            "This is Python %d.%d and InnovaTo needs 3.11 or later: install one (on Debian: apt-get install python3"
            " python3-venv) or name it, for example: make run PYTHON=/usr/bin/python3.11" % sys.version_info[:2]
        )
    return None


def module_fault():
    """Which part of Python's own library is missing, or None. Debian ships some of it in packages apart."""
    package = "python%d.%d-venv" % sys.version_info[:2]
    try:
        import sqlite3
    except ImportError:
        return "This Python was built without SQLite: use the Python of your distribution, where it is included."
    if sqlite3.sqlite_version_info < SQLITE_OLDEST:
        return "This Python brings SQLite %s and 3.31 or later is needed." % sqlite3.sqlite_version
    try:
        import ensurepip  # noqa: F401 - only asked whether it is there
        import venv  # noqa: F401 - only asked whether it is there
    except ImportError:
        if not os.path.exists(os.path.join(ROOT, ".venv", "bin", "python")):
            return "Python's venv module is missing: as root, apt-get install %s, then try again." % package
    return None


def folder_fault(folder):
    """Why nothing can be written to a folder, or None; the folder is made when it does not exist."""
    probe = os.path.join(folder, ".writable")
    try:
        if not os.path.isdir(folder):
            os.makedirs(folder, 0o700)
        with open(probe, "w"):
            pass
        os.remove(probe)
    except OSError as error:
        return "The folder %s can't be written to (%s): change its owner or run as who owns it." % (
            folder,
            error.strerror,
        )
    return None


def port_fault(text):
    """Why the site can't listen on a port, given as text, or None."""
    if not text.isdigit() or not 0 < int(text) < 65536:
        return "PORT=%s is not a port: choose a number from 1024 to 65535, for example: make run PORT=8001" % text
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", int(text)))
    except (OSError, socket.error) as error:
        if error.errno == errno.EACCES:
            return "Port %s is reserved for root: choose another, for example: make run PORT=8000" % text
        other = int(text) + 1 if int(text) < 65535 else 8000
        return "Port %s is already in use: end that program or choose another port: make run PORT=%d" % (text, other)
    finally:
        listener.close()
    return None


def first_fault(port=None):
    """The first thing that stands in the way, as a sentence, or None when the machine is fit."""
    fault = python_fault() or module_fault() or folder_fault(ROOT) or folder_fault(VAR)
    if fault is None and port is not None:
        fault = port_fault(port)
    return fault


if __name__ == "__main__":
    sentence = first_fault(*sys.argv[1:2])
    if sentence:
        sys.stderr.write(sentence + "\n")
        sys.exit(1)
