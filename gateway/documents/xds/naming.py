"""People and structures of an entry as they are read: out of the forms of HL7 v2."""

from __future__ import annotations

from gateway.core.document import AuthorEntry
from gateway.documents.xds.forms import unescape


def person_name(xcn: str) -> str:
    """
    Return ``Prefix Given FAMILY`` of an XCN, the HL7 v2 form of a person.

    >>> person_name("801234567897^MARTIN^CLAIRE^^^Dr")
    'Dr Claire MARTIN'
    """
    parts = [unescape(part) for part in f"{xcn}^^^^^^".split("^")]
    return full_name(parts[5], parts[2], parts[1])


def full_name(prefix: str, given: str, family: str) -> str:
    """Return a name in its order; a given name in capitals alone loses them."""
    if given.isupper():
        given = given.title()
    return " ".join(part.strip() for part in (prefix, given, family) if part.strip())


def structure_name(author: AuthorEntry) -> str:
    """Return the name of an author's structure (XON), or an empty text."""
    return author.institution.split("^", 1)[0].strip()
