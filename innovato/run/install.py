# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes the .venv and puts the pinned packages in, each checked against its hash; a second time it does nothing.

Uses Python's standard library only: it runs before anything is installed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = Path(os.environ.get("INNOVATO_VAR_DIR") or ROOT / "var") / "install.log"
NEEDS_COMPILER = ("building wheel", "Failed to build", "command 'gcc'", "command 'cc'", "linker `cc`", "rustc", "cargo")


def make_venv() -> None:
    """Make the environment, or make it again when it came from elsewhere or is broken."""
    if PYTHON.exists():
        probe = subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, text=True)
        if probe.returncode == 0 and str(VENV) in probe.stdout:
            return
    print("Making the environment in .venv …", flush=True)
    venv.create(VENV, with_pip=True, clear=True, symlinks=True)


def reason(output: str) -> str:
    """What stopped pip, as one sentence for who has to mend it."""
    if "No space left" in output:
        return "The disk is full: about 500 MB are needed."
    if "DO NOT MATCH THE HASHES" in output:
        return "A package is not the one this release was tested with, so it was not installed."
    if any(sign in output for sign in NEEDS_COMPILER) and not (shutil.which("cc") and shutil.which("c++")):
        return (
            "A package has no ready-made build for this machine and there is no C compiler to make one:"
            " as root, apt-get install build-essential python3-dev, then try again."
        )
    return "The packages could not be installed: check the network, or name your mirror in PIP_INDEX_URL."


def install(requirements: Path) -> None:
    """Install exactly what the file pins; nothing when that was done before. Ends the process with a sentence if it can't."""
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    stamp = VENV / f"installed-{requirements.parent.name}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing the packages of {requirements.relative_to(ROOT)} …", flush=True)
    command = [PYTHON, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--require-hashes"]
    result = subprocess.run([*command, "-r", requirements], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    LOG.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    LOG.write_text(result.stdout)
    if result.returncode:
        sys.exit(f"{reason(result.stdout)} Details are in {LOG}.")
    stamp.write_text(wanted)


if __name__ == "__main__":
    try:
        make_venv()
        for name in sys.argv[1:]:
            install(ROOT / name)
    except KeyboardInterrupt:
        sys.exit("Stopped while installing; the next start goes on from here.")
