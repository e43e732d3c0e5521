"""Distinguished names: as certificates hold them, as the allow-list spells them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import Self

from attrs import frozen
from cryptography import x509
from cryptography.x509.oid import NameOID

from gateway.errors import InvalidError

MAX_NAME = 4096
"""Characters of one written name; the longest on the real list has about 150."""


class DnMatch(StrEnum):
    """Which attributes must be equal for two names to be the same operator's."""

    CN_OU = "cn_ou"
    STRICT = "strict"


@frozen
class DnKey:
    """
    What two names are compared by, spelling differences removed.

    ``rest`` holds the other attributes where names are compared strictly, and is empty
    otherwise: for one certificate the list spells O and ST in several ways, and cuts O
    short.
    """

    cn: str
    ou: str
    country: str
    rest: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Return it as the evidence of a decision names an entry of the list."""
        return f"CN={self.cn}, OU={self.ou}, C={self.country}"


@frozen
class DistinguishedName:
    """The attributes of a name, most specific first: ``(type, value)`` pairs."""

    attributes: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read the written form (RFC 4514, with the list's departures from it).

        Accepts blanks around commas, values in quotes, and quotes inside a value.

        Raises:
            InvalidError: not ``TYPE=value`` parts, an unknown type, an empty value,
                or too long.
        """
        if len(text) > MAX_NAME:
            raise InvalidError("distinguished name too long")
        return cls(tuple(_attribute(part) for part in _split(text)))

    @classmethod
    def from_x509(cls, name: x509.Name) -> Self:
        """Return a certificate's name; attributes without a short name keep the OID."""
        return cls(
            tuple(
                (
                    _NAMES.get(item.oid.dotted_string, item.oid.dotted_string),
                    item.value if isinstance(item.value, str) else item.value.hex(),
                )
                for rdn in reversed(name.rdns)
                for item in rdn
            )
        )

    def values(self, kind: str) -> tuple[str, ...]:
        """Return every value of a type, in order."""
        return tuple(value for name, value in self.attributes if name == kind)

    def key(self, match: DnMatch = DnMatch.CN_OU) -> DnKey:
        """
        Return what the name is compared by.

        Raises:
            InvalidError: no or several CN, several OU or C, or a control character:
                such a name could be read in two ways.
        """
        cn, ou, country = (self._only(kind) for kind in ("CN", "OU", "C"))
        if not cn:
            raise InvalidError("distinguished name without a common name")
        rest: tuple[tuple[str, str], ...] = ()
        if match is DnMatch.STRICT:
            rest = tuple(
                sorted(
                    (kind, _normal(value))
                    for kind, value in self.attributes
                    if kind not in {"CN", "OU", "C"}
                )
            )
        return DnKey(cn, ou, country, rest)

    def _only(self, kind: str) -> str:
        values = self.values(kind)
        if len(values) > 1:
            raise InvalidError("distinguished name that says two things")
        return _normal(values[0]) if values else ""


def person_name(identity: str, family: str, given: str) -> str:
    """
    Return a person as the subject of a certificate writes them (RFC 4514).

    >>> DistinguishedName.parse(person_name("8997", "LE, GOFF", "ANNE")).values("SN")
    ('LE, GOFF',)
    """
    said = (
        (NameOID.GIVEN_NAME, given),
        (NameOID.SURNAME, family),
        (NameOID.COMMON_NAME, identity),
    )
    parts = [x509.NameAttribute(oid, value) for oid, value in said if value]
    return x509.Name(parts).rfc4514_string()


_OIDS = {
    "CN": NameOID.COMMON_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "C": NameOID.COUNTRY_NAME,
    "SN": NameOID.SURNAME,
    "GN": NameOID.GIVEN_NAME,
    "T": NameOID.TITLE,
    "STREET": NameOID.STREET_ADDRESS,
    "SERIALNUMBER": NameOID.SERIAL_NUMBER,
    "UID": NameOID.USER_ID,
    "DC": NameOID.DOMAIN_COMPONENT,
    "EMAIL": NameOID.EMAIL_ADDRESS,
    "POSTALCODE": NameOID.POSTAL_CODE,
}
_NAMES = {oid.dotted_string: name for name, oid in _OIDS.items()}
_SYNONYMS = {
    "S": "ST",
    "TITLE": "T",
    "SURNAME": "SN",
    "GIVENNAME": "GN",
    "E": "EMAIL",
    "EMAILADDRESS": "EMAIL",
    "USERID": "UID",
}

_PART = re.compile(
    r"\s*([A-Za-z][A-Za-z0-9-]{0,31}|(?:OID\.)?[0-9.]{3,64})\s*=(.*)", re.S
)
_TYPE = re.compile(r"\s*[A-Za-z0-9.-]{1,64}\s*=")
_QUOTED = re.compile(r'\s*"(?:[^"\\]|\\.)*"\s*(?=[,+]|\Z)', re.S)
_ESCAPED = re.compile(r"((?:\\[0-9A-Fa-f]{2})+)|\\(.)", re.S)
_BLANKS = " \t\r\n\u00a0"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_BEFORE_BRACKET = re.compile(r" +\(")


def _split(text: str) -> Iterator[str]:
    """Yield the parts between separators; a plus sign may also be part of a name."""
    start = position = 0
    while position < len(text):
        character = text[position]
        if character == "\\":
            position += 2
        elif character == "=" and (quoted := _QUOTED.match(text, position + 1)):
            position = quoted.end()
        elif character == "," or (character == "+" and _TYPE.match(text, position + 1)):
            yield text[start:position]
            position += 1
            start = position
        else:
            position += 1
    yield text[start:]


def _attribute(part: str) -> tuple[str, str]:
    match = _PART.fullmatch(part)
    if match is None:
        raise InvalidError("distinguished name with a part that is not TYPE=value")
    kind = match[1].upper().removeprefix("OID.")
    kind = _NAMES.get(kind, _SYNONYMS.get(kind, kind))
    if kind not in _OIDS and not kind[0].isdigit():
        raise InvalidError("distinguished name with an unknown attribute type")
    value = match[2]
    if _QUOTED.fullmatch(value):
        value = value.strip(_BLANKS)[1:-1]
    value = _ESCAPED.sub(_unescape, value).strip(_BLANKS)
    if not value:
        raise InvalidError("distinguished name with an empty value")
    return kind, value


def _unescape(match: re.Match[str]) -> str:
    if match[2]:
        return match[2]
    try:
        return bytes.fromhex(match[1].replace("\\", "")).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidError("distinguished name with a broken escape") from error


@lru_cache(maxsize=4096)
def _normal(value: str) -> str:
    """
    Return a value without the differences of spelling.

    Case, blanks doubled, trailing or non-breaking, one pair of outer quotes, the
    blank before a bracket (`Paris (75)`), and the composed form of accents.
    """
    if _CONTROL.search(value):
        raise InvalidError("distinguished name with a control character")
    text = " ".join(value.split())
    if len(text) > 2 and text[0] == text[-1] == '"':
        text = text[1:-1].strip()
    text = _BEFORE_BRACKET.sub("(", unicodedata.normalize("NFC", text))
    return text.casefold()
