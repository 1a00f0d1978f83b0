# SPDX-License-Identifier: AGPL-3.0-or-later
"""`make run` after the installation: gives the demo its environment, has its data prepared, and keeps it running.

The site and the worker with the clock are one group: Ctrl-C ends them all; one that dies is started again, and when it
dies at once the group ends and says so. Python's standard library only, so that watching costs next to nothing.
"""

import fcntl
import os
import secrets
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 8  # seconds that running work gets to end
FIT_TO_RESTART = 10  # seconds a part must have lived to be started again


def secret_key(folder: Path) -> str:
    """This installation's own key, made once and kept in a file only its owner reads."""
    path = folder / "secret_key"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
    return path.read_text().strip()


def prepare_environment(port: str) -> Path:
    """Set what the demo needs and return its folder; what the caller has set already stays."""
    folder = Path(os.environ.get("INNOVATO_VAR_DIR") or ROOT / "var").absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.update(DJANGO_SETTINGS_MODULE="innovato.settings", INNOVATO_DEMO="1", DEBUG="0", PYTHONUNBUFFERED="1")
    os.environ["INNOVATO_CLOCK_IN_WORKER"] = "1"
    os.environ.setdefault("SECRET_KEY", secret_key(folder))
    os.environ.setdefault("INNOVATO_BASE_URL", f"http://localhost:{port}")
    os.environ.setdefault("INNOVATO_LOG_LEVEL", "WARNING")
    return folder


@contextmanager
def only_one(folder: Path):
    """Hold the folder's lock, so that two groups never work on the same data; ends the process when one already does."""
    with (folder / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"InnovaTo is already running on the data in {folder}: end it where it was started.")
        yield


def commands(port: str) -> dict[str, list[str]]:
    """What runs: the web server, and the worker that carries the clock along."""
    web = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", port, "--workers", "2"]
    web += ["--blocking-threads", "1", "--respawn-failed-workers", "--workers-kill-timeout", "4"]
    web += ["--no-ws", "--log-level", "warning", "innovato.wsgi:application"]
    worker = ["celery", "--quiet", "-A", "innovato", "worker", "-P", "threads", "-c", "4", "-l", "WARNING"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return {"web server": web, "background worker": worker}


class Group:
    """Processes that live and end together, each in a session of its own so that Ctrl-C reaches them only through us."""

    def __init__(self, parts: dict[str, list[str]]):
        self.parts = parts
        self.running: dict[str, tuple[subprocess.Popen, float]] = {}
        self.stopping = False

    def start(self, name: str) -> None:
        command = [sys.executable, "-m", *self.parts[name]]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True)
        self.running[name] = (process, time.monotonic())
        if self.stopping:  # asked to end in this very moment
            self.signal_all(signal.SIGTERM)

    def stop(self, *_signal) -> None:
        """Ask everybody to end; asked twice, don't wait for them."""
        self.signal_all(signal.SIGKILL if self.stopping else signal.SIGTERM)
        self.stopping = True

    def signal_all(self, number: int) -> None:
        for process, _born in self.running.values():
            if process.poll() is None:
                os.killpg(process.pid, number)

    def run(self) -> int:
        """Until somebody asks to stop, or a part can't live. Returns the exit status."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.stop)
        status = 0
        for name in self.parts:
            self.start(name)
        while not self.stopping:
            status = self.mend()
            time.sleep(0.2)
        self.wait()
        return status

    def mend(self) -> int:
        """Start again what died; give up, with a status, on what dies at once."""
        for name, (process, born) in list(self.running.items()):
            if process.poll() is None or self.stopping:
                continue
            if time.monotonic() - born < FIT_TO_RESTART:
                print(f"The {name} does not stay up (its message is above), so InnovaTo ends.", flush=True)
                self.stop()
                return 1
            print(f"The {name} ended unexpectedly: starting it again.", flush=True)
            self.start(name)
        return 0

    def wait(self) -> None:
        """Until all have ended; those that take too long are ended."""
        deadline = time.monotonic() + PATIENCE
        while any(process.poll() is None for process, _born in self.running.values()):
            if time.monotonic() > deadline:
                self.signal_all(signal.SIGKILL)
            time.sleep(0.1)


def main(port: str) -> int:
    folder = prepare_environment(port)
    with only_one(folder):
        prepared = subprocess.run([sys.executable, "-m", "innovato.run.prepare", port], cwd=ROOT)
        if prepared.returncode:
            return prepared.returncode
        status = Group(commands(port)).run()
    print("\nInnovaTo has ended." if not status else "", flush=True)
    return status


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit("Stopped before the site was up; the next start goes on from here.")
