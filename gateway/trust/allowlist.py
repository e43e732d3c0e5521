"""Reads the list of domains and operators of the space of trust ("liste blanche")."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

import idna
from attrs import field, frozen
from lxml import etree

from gateway.errors import InvalidError
from gateway.safe_xml import parse_xml
from gateway.trust.names import DistinguishedName, DnKey, DnMatch

NAMESPACE = "https://listeblanche.mssante.fr/schema"
"""Namespace of the published list; everything the reader looks at is in it."""

MAX_BYTES = 25 * 1024 * 1024
"""The list of March 2025 has 3.7 MB; a larger one than this is not read."""


@frozen(kw_only=True)
class Allowlist:
    """
    Which operators' certificates may send for which domains.

    Only this list links a mail domain to a certificate; the certificate does not name
    the domain. ``skipped`` counts the entries that could not be read, which therefore
    allow nothing. ``digest`` is the SHA-256 of the file.
    """

    generated_at: datetime
    domains: Mapping[str, frozenset[DnKey]] = field(repr=False)
    match: DnMatch = DnMatch.CN_OU
    skipped: int = 0
    digest: str = ""
    _operators: frozenset[DnKey] = field(init=False, repr=False, eq=False)

    @_operators.default
    def _all(self) -> frozenset[DnKey]:
        return frozenset().union(*self.domains.values())

    def operator_of(self, name: DistinguishedName) -> DnKey | None:
        """Return the key of the operator with that name, None when it is not listed."""
        try:
            key = _key(name, self.match)
        except InvalidError:
            return None
        return key if key in self._operators else None

    def allows(self, name: DistinguishedName, domain: str) -> bool:
        """Tell whether the operator with that name may send for the domain."""
        key = self.operator_of(name)
        try:
            return key is not None and key in self.domains.get(domain_key(domain), ())
        except InvalidError:
            return False

    def lists(self, domain: str) -> bool:
        """Tell whether a mail domain belongs to the space of trust."""
        try:
            return domain_key(domain) in self.domains
        except InvalidError:
            return False


@lru_cache(maxsize=1024)
def _key(name: DistinguishedName, match: DnMatch) -> DnKey:
    """Return a name's key; it is remembered, as operators write often."""
    return name.key(match)


def read_allowlist(
    content: bytes, *, match: DnMatch = DnMatch.CN_OU, max_bytes: int = MAX_BYTES
) -> Allowlist:
    """
    Return the list of an XML file in the published format.

    Tolerates what the published list is known to hold: the same entry twice, a
    domain with several operators, line breaks, capitals, several spellings of one
    name, unknown attributes and elements, a signature or none. An entry without a
    readable domain or name is left out and counted.

    Raises:
        InvalidError: not such a file, too large, without a date, or with no entry
            that can be read: an empty list would shut everybody out.
    """
    root = parse_xml(content, max_bytes=max_bytes)
    if root.tag != _tag("ListeBlancheMSSante"):
        raise InvalidError("not an allow-list: another root element")
    domains: dict[str, set[DnKey]] = {}
    keys: dict[str, DnKey] = {}  # one name stands in up to 2,782 entries
    skipped = 0
    for entry in root.iterfind(f"{_tag('ListeDomaines')}/{_tag('Domaine')}"):
        name = _text(entry, "DNCertificatOperateur")
        try:
            domain = domain_key(_text(entry, "Nom"))
            if name not in keys:
                keys[name] = DistinguishedName.parse(name).key(match)
        except InvalidError:
            skipped += 1
            continue
        domains.setdefault(domain, set()).add(keys[name])
    if not domains:
        raise InvalidError("allow-list without a readable entry")
    return Allowlist(
        generated_at=_date(_text(root, "DateDeGeneration")),
        domains={domain: frozenset(found) for domain, found in domains.items()},
        match=match,
        skipped=skipped,
        digest=hashlib.sha256(content).hexdigest(),
    )


_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})+")


@lru_cache(maxsize=4096)
def domain_key(text: str) -> str:
    """
    Return a mail domain as it is compared: A-labels, lower case, no final dot.

    Raises:
        InvalidError: not a domain name of two labels or more.

    >>> domain_key("UC-CMP.mssante.fr")
    'uc-cmp.mssante.fr'
    """
    domain = text.strip().removesuffix(".")
    if len(domain) > 253:
        raise InvalidError("mail domain too long")
    try:
        if not domain.isascii():
            domain = idna.encode(domain, uts46=True).decode("ascii")
    except UnicodeError as error:
        raise InvalidError("mail domain that is not a domain name") from error
    domain = domain.lower()
    if not _DOMAIN.fullmatch(domain):
        raise InvalidError("mail domain that is not a domain name")
    return domain


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _text(parent: etree._Element, name: str) -> str:
    """
    Return the text of a child; empty when it is absent, there twice, or not only text.
    """
    children = parent.findall(_tag(name))
    if len(children) != 1 or len(children[0]):
        return ""
    return children[0].text or ""


def _date(text: str) -> datetime:
    try:
        date = datetime.fromisoformat(text.strip())
        zone = date.tzinfo
        utc = date.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidError("allow-list without its date of generation") from error
    if zone is None:
        raise InvalidError("allow-list whose date of generation has no zone")
    return utc
