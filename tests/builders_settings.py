"""The settings of the tests: one gateway, its files in one folder, changed as asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gateway.settings.file import Settings, settings_from
from gateway.store.sealed.sources import make_master_key

DOMAINS = {"professional": "hopital.mssante.test", "patient": "patient.mssante.test"}
TRUST = {
    "certificate": "gateway.pem",
    "private_key": "gateway.key",
    "authorities": "ca.pem",
    "crl": "crl.pem",
    "allowlist": "allowlist.xml",
}


def make_settings(
    folder: Path = Path(), certs: Path | None = None, /, **tables: dict[str, Any]
) -> Settings:
    """
    Return settings as of a `gateway.toml` in the folder.

    ``certs`` is where the files of the trust space are, the folder itself by default.
    ``tables`` are those of the file; what they leave out of domains and trust is ours.
    """
    trust = {name: str((certs or folder) / file) for name, file in TRUST.items()}
    given = {
        **tables,
        "domains": {**DOMAINS, **tables.get("domains", {})},
        "trust": {**trust, **tables.get("trust", {})},
    }
    return settings_from(given, folder)


def write_settings(folder: Path, more: str = "") -> Path:
    """Write a `gateway.toml` with ``more`` at its end, and a master key; return it."""
    tables = {"domains": DOMAINS, "trust": TRUST}
    lines = [
        line
        for name, table in tables.items()
        for line in (f"[{name}]", *(f'{key} = "{text}"' for key, text in table.items()))
    ]
    file = folder / "gateway.toml"
    file.write_text("\n".join([*lines, more]), "utf-8")
    make_master_key(folder / "master.key")
    return file
