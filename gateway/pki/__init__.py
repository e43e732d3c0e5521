"""The throwaway PKI of `gateway init` and of the tests; never for production."""

from gateway.pki.folder import make_allowlist, make_pki
from gateway.pki.throwaway import ThrowawayPki, build_pki

__all__ = ["ThrowawayPki", "build_pki", "make_allowlist", "make_pki"]
