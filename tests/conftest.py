"""Fixtures that every test may ask for."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from gateway.mssante.tls import Identity, load_identity, smtp_server_context
from tests.pki import pki, pki_folder

__all__ = ["gateway_identity", "pki", "pki_folder", "smtp_door"]


@pytest.fixture(scope="session")
def gateway_identity(pki_folder: Path) -> Identity:
    """Our own certificate of the session's PKI, and the authorities it pins."""
    return load_identity(
        pki_folder / "gateway.pem", pki_folder / "gateway.key", pki_folder / "ca.pem"
    )


@pytest.fixture(scope="session")
def smtp_door(gateway_identity: Identity) -> ssl.SSLContext:
    """The TLS context of the SMTP doors."""
    return smtp_server_context(gateway_identity, refused=lambda _: None)
