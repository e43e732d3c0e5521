"""What the numbers were measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
import ssl
import subprocess
from importlib.metadata import version
from pathlib import Path

_LIBRARIES = ("aiosmtpd", "uvloop", "SQLAlchemy", "lxml", "cryptography", "Twisted")


def facts(folder: Path) -> list[tuple[str, str]]:
    """Return what describes this machine, and the disk a folder is on."""
    return [
        ("processor", f"{os.cpu_count()} × {_processor()}"),
        ("memory", f"{_memory_mb()} MB"),
        ("system", f"{platform.system()} {platform.release()}"),
        ("disk", _file_system(folder)),
        ("Python", f"{platform.python_version()}, {ssl.OPENSSL_VERSION}"),
        ("SQLite", f"{sqlite3.sqlite_version}, WAL, synchronous=FULL"),
        ("libraries", ", ".join(f"{one} {version(one)}" for one in _LIBRARIES)),
        ("commit", _commit()),
    ]


def load_of_others() -> float:
    """Return how many processes wanted the processor in the last minute."""
    return os.getloadavg()[0]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("ascii", "replace").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_mb() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20


def _file_system(folder: Path) -> str:
    done = _run("df", "--output=fstype,source", str(folder))
    return " on ".join(done.splitlines()[-1].split()) if done else "unknown"


def _commit() -> str:
    return _run("git", "describe", "--always", "--dirty") or "unknown"


def _run(*words: str) -> str:
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
