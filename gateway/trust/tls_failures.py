"""Names for what goes wrong in a handshake, the same whichever library says it."""

from __future__ import annotations

import ssl
from enum import StrEnum

from OpenSSL import SSL


class TlsFailure(StrEnum):
    """Why a handshake failed: the closed list of log codes."""

    EXPIRED = "TLS_CERT_EXPIRED"
    NOT_YET_VALID = "TLS_CERT_NOT_YET_VALID"
    SELF_SIGNED = "TLS_CERT_SELF_SIGNED"
    UNKNOWN_AUTHORITY = "TLS_UNKNOWN_AUTHORITY"
    WRONG_USAGE = "TLS_CERT_WRONG_USAGE"
    WEAK_KEY = "TLS_CERT_WEAK_KEY"
    WEAK_SIGNATURE = "TLS_CERT_WEAK_SIGNATURE"
    BAD_SIGNATURE = "TLS_CERT_BAD_SIGNATURE"
    PATH_LENGTH = "TLS_PATH_LENGTH"
    NAME_CONSTRAINT = "TLS_NAME_CONSTRAINT"
    CHAIN_TOO_LONG = "TLS_CHAIN_TOO_LONG"
    WRONG_HOST = "TLS_WRONG_HOST"
    OTHER_CERTIFICATE = "TLS_CERT_REFUSED"
    NO_CERTIFICATE = "TLS_NO_CERTIFICATE"
    OLD_VERSION = "TLS_OLD_VERSION"
    NO_SHARED_CIPHER = "TLS_NO_SHARED_CIPHER"
    DOWNGRADED = "TLS_DOWNGRADED"
    NOT_TLS = "TLS_NOT_TLS"
    PEER_REFUSED_US = "TLS_PEER_REFUSED_US"
    LOST = "TLS_LOST"
    OTHER = "TLS_OTHER"

    @property
    def is_of_certificate(self) -> bool:
        """Whether the client's certificate is refused, or that there is none."""
        return self in _OF_CERTIFICATES


_OF_CERTIFICATES = frozenset(
    {
        TlsFailure.EXPIRED,
        TlsFailure.NOT_YET_VALID,
        TlsFailure.SELF_SIGNED,
        TlsFailure.UNKNOWN_AUTHORITY,
        TlsFailure.WRONG_USAGE,
        TlsFailure.WEAK_KEY,
        TlsFailure.WEAK_SIGNATURE,
        TlsFailure.BAD_SIGNATURE,
        TlsFailure.PATH_LENGTH,
        TlsFailure.NAME_CONSTRAINT,
        TlsFailure.CHAIN_TOO_LONG,
        TlsFailure.OTHER_CERTIFICATE,
        TlsFailure.NO_CERTIFICATE,
    }
)

_CODES = {  # X509_V_ERR_* of OpenSSL's x509_vfy.h
    2: TlsFailure.UNKNOWN_AUTHORITY,
    7: TlsFailure.BAD_SIGNATURE,
    9: TlsFailure.NOT_YET_VALID,
    10: TlsFailure.EXPIRED,
    18: TlsFailure.SELF_SIGNED,
    19: TlsFailure.UNKNOWN_AUTHORITY,
    20: TlsFailure.UNKNOWN_AUTHORITY,
    21: TlsFailure.UNKNOWN_AUTHORITY,
    22: TlsFailure.CHAIN_TOO_LONG,
    24: TlsFailure.UNKNOWN_AUTHORITY,
    25: TlsFailure.PATH_LENGTH,
    26: TlsFailure.WRONG_USAGE,
    32: TlsFailure.UNKNOWN_AUTHORITY,
    47: TlsFailure.NAME_CONSTRAINT,
    48: TlsFailure.NAME_CONSTRAINT,
    62: TlsFailure.WRONG_HOST,
    66: TlsFailure.WEAK_KEY,
    67: TlsFailure.WEAK_KEY,
    68: TlsFailure.WEAK_SIGNATURE,
    79: TlsFailure.UNKNOWN_AUTHORITY,
}

_REASONS = (  # beginnings of OpenSSL's reason texts, blanks for underscores
    ("peer did not return a certificate", TlsFailure.NO_CERTIFICATE),
    ("unsupported protocol", TlsFailure.OLD_VERSION),
    ("wrong ssl version", TlsFailure.OLD_VERSION),
    ("no shared cipher", TlsFailure.NO_SHARED_CIPHER),
    ("inappropriate fallback", TlsFailure.DOWNGRADED),
    ("excessive message size", TlsFailure.CHAIN_TOO_LONG),
    ("http request", TlsFailure.NOT_TLS),
    ("https proxy request", TlsFailure.NOT_TLS),
    ("wrong version number", TlsFailure.NOT_TLS),
    ("unexpected eof", TlsFailure.LOST),
    ("certificate verify failed", TlsFailure.OTHER_CERTIFICATE),
    ("ee key too small", TlsFailure.WEAK_KEY),
    ("ca key too small", TlsFailure.WEAK_KEY),
    ("ca md too weak", TlsFailure.WEAK_SIGNATURE),
    ("sslv3 alert", TlsFailure.PEER_REFUSED_US),
    ("tlsv1 alert", TlsFailure.PEER_REFUSED_US),
    ("tlsv13 alert", TlsFailure.PEER_REFUSED_US),
)


def failure_of_code(code: int) -> TlsFailure:
    """Return the name of OpenSSL's certificate verification error number."""
    return _CODES.get(code, TlsFailure.OTHER_CERTIFICATE)


def failure_of(error: BaseException) -> TlsFailure:
    """
    Return the name of what a failed handshake raised, in `ssl` or in pyOpenSSL.

    pyOpenSSL's error does not say what was wrong with a chain; the verification
    callback of `mutual_twisted_options` does.
    """
    match error:
        case ssl.SSLCertVerificationError():
            return failure_of_code(error.verify_code)
        case ssl.SSLEOFError() | SSL.SysCallError() | ConnectionError():
            return TlsFailure.LOST
        case ssl.SSLError():
            return _of_reason(error.reason or "")
        case SSL.Error():
            first = error.args[0] if error.args else None
            if isinstance(first, list) and first:
                return _of_reason(str(first[0][-1]))
            return TlsFailure.OTHER
        case _:
            return TlsFailure.OTHER


def failure_of_lost(error: BaseException | None) -> TlsFailure | None:
    """
    Return why a handshake ended, by what Twisted says of a lost connection.

    None where it was no handshake that failed (Twisted passes OpenSSL's error on for
    these alone), and where the chain did not verify, which the verification callback
    has told.
    """
    if not isinstance(error, SSL.Error):
        return None
    failure = failure_of(error)
    return None if failure is TlsFailure.OTHER_CERTIFICATE else failure


def _of_reason(text: str) -> TlsFailure:
    reason = text.replace("_", " ").lower()
    return next(
        (failure for start, failure in _REASONS if reason.startswith(start)),
        TlsFailure.OTHER,
    )
