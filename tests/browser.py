"""The browser the pages are tried in: whichever Chromium this machine has."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_CHROMIUM = "Chromium is not installed"

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",  # containers give 64 MB
]
"""How it is started: without what a machine of tests has not, and quiet."""


@cache
def find_chromium() -> str:
    """
    Return the path of a Chromium that starts, empty when there is none.

    Ubuntu's is a stub for a snap: where it starts at all, it cannot read the folders
    the tests give it. The one that `playwright install chromium` brings will do.
    """
    installed = [found for name in _NAMES if (found := shutil.which(name))]
    home = Path.home() / ".cache" / "ms-playwright"
    own = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or home)
    brought = sorted(map(str, own.glob("chromium-*/chrome-linux*/chrome")))
    return next(filter(_starts, [*installed, *brought]), "")


def _starts(path: str) -> bool:
    if "/snap" in os.path.realpath(path):
        return False
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and b"snap" not in done.stdout
