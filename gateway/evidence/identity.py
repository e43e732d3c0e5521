"""
Facts without the people in them: what rules compare stays, whom it is about does not.

The rules ask of an INS whether it is one, whether its key is right and whether two are
the same. A stand-in answers all three alike. Names of authors are asked by no rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Final

from attrs import evolve

from gateway.core.ins import Ins, InsAuthority, control_key
from gateway.core.person import Participant, Structure
from gateway.rights.filing_facts import DocumentFacts, FilingFacts, NoIns
from gateway.rights.opening_rules import PERSONAL, HoldingFacts
from gateway.rights.sender_rules import Link, SenderHeaders, domain_of

_BODY: Final = "9000000"
_DIGITS: Final = 6
_SCRUBBED: Final = b"(person)"
OTHERS: Final = "(others)"
"""Stands in a set for what is in it and was not asked of it; no address, no domain."""


@lru_cache(maxsize=256)
def stand_in(person: int, *, key_is_valid: bool) -> Ins:
    """
    Return the INS that stands for the ``person``-th of some facts.

    It is of the test range, where the key may be wrong.

    >>> stand_in(1, key_is_valid=True) == stand_in(1, key_is_valid=True)
    True
    >>> stand_in(1, key_is_valid=False).key_is_valid
    False
    """
    if not 0 <= person < 10**_DIGITS:
        raise ValueError("more people than one message is about")
    body = f"{_BODY}{person:0{_DIGITS}d}"
    key = control_key(body)
    if not key_is_valid:
        key = f"{int(key) % 97 + 1:02d}"
    return Ins(body + key, InsAuthority.NIR_TEST)


@lru_cache(maxsize=256)
def number_of(ins: Ins) -> int:
    """
    Return whom a stand-in stands for.

    Raises:
        ValueError: it is a person's own INS, which is never kept.
    """
    person = int(ins.matricule[len(_BODY) : len(_BODY) + _DIGITS].translate(_CORSICA))
    if ins != stand_in(person, key_is_valid=ins.key_is_valid):
        raise ValueError("an INS that stands for itself is not kept")
    return person


_CORSICA: Final = str.maketrans("AB", "00")


def filing_facts_of_nobody(facts: FilingFacts) -> FilingFacts:
    """Return facts that every rule answers alike, and that name no patient."""
    persons: dict[Ins, Ins] = {}

    def replaced(ins: Ins | NoIns) -> Ins | NoIns:
        if not isinstance(ins, Ins):
            return ins
        if ins not in persons:
            number = len(persons) + 1
            persons[ins] = stand_in(number, key_is_valid=ins.key_is_valid)
        return persons[ins]

    address, metadata = replaced(facts.address_ins), replaced(facts.metadata_ins)
    document = facts.document
    if isinstance(document, DocumentFacts):
        document = evolve(
            document,
            ins=replaced(document.ins),
            authors=tuple(_unnamed(author) for author in document.authors),
        )
    return evolve(facts, address_ins=address, metadata_ins=metadata, document=document)


def _unnamed(author: Participant) -> Participant:
    """An author who is a patient keeps nothing: the identifier may be an INS."""
    structure = author.structure
    return Participant(
        root=author.root,
        identifier="" if author.is_patient else author.identifier,
        is_device=author.is_device,
        is_patient=author.is_patient,
        structure=structure
        and Structure(identifier=structure.identifier, root=structure.root),
    )


def numbers_in(facts: FilingFacts) -> frozenset[str]:
    """Return the matricules that facts are about, to look for them elsewhere."""
    return frozenset(one.matricule for one in _named(facts))


def _named(facts: FilingFacts) -> Iterator[Ins]:
    document = facts.document
    own = document.ins if isinstance(document, DocumentFacts) else None
    for one in (facts.address_ins, facts.metadata_ins, own):
        if isinstance(one, Ins):
            yield one


def scrubbed(text: bytes, numbers: Iterable[str]) -> bytes:
    """
    Return a text in which no matricule stands, with its key or without.

    An identifier that a sender made from the patient's number is the only place one
    could stand; the same number is always replaced alike.

    >>> scrubbed(b'"1.2^279035121518989"', ["279035121518989"])
    b'"1.2^(person)"'
    """
    for number in numbers:
        body = number[:-2].encode()
        if body in text:
            text = text.replace(number.encode(), _SCRUBBED).replace(body, _SCRUBBED)
    return text


class Addresses:
    """
    Addresses of one decision without the part before their ``@``.

    Rules ask of an address which domain it is of, and whether two are the same. What
    is no plain address stays none. An empty text stays empty.
    """

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def unnamed(self, address: str) -> str:
        """Return what stands for an address; for one in other letters the same."""
        if not address:
            return ""
        key = address.lower()
        if key not in self._known:
            number, domain = len(self._known) + 1, domain_of(key)
            self._known[key] = (
                f"address-{number}@{domain}" if domain else f"(malformed {number})"
            )
        return self._known[key]


def sender_facts_of_nobody(
    link: Link, reverse_path: str, headers: SenderHeaders
) -> tuple[Link, str, SenderHeaders]:
    """
    Return the arguments of the rules of senders, without names and asked sets.

    Of each set only what the addresses ask of it is left, and `OTHERS` where there may
    be more.
    """
    said = (reverse_path, *headers.from_, *headers.sender, *headers.reply_to)
    domains = {domain_of(address) for address in said} - {""}
    known = Addresses()
    path = known.unnamed(reverse_path)
    mailboxes = {known.unnamed(one) for one in said if one.lower() in link.mailboxes}
    return (
        Link(
            door=link.door,
            domains=_asked(domains, link.domains),
            hosts=_asked(domains, link.hosts),
            mailboxes=frozenset(mailboxes | ({OTHERS} if link.mailboxes else set())),
            trusted=_asked(domains, link.trusted),
        ),
        path,
        SenderHeaders(
            from_=tuple(known.unnamed(one) for one in headers.from_),
            sender=tuple(known.unnamed(one) for one in headers.sender),
            reply_to=tuple(known.unnamed(one) for one in headers.reply_to),
        ),
    )


def opening_facts_of_nobody(facts: HoldingFacts) -> HoldingFacts:
    """
    Return what opening a mailbox was asked about, without the names in addresses.

    Of the mailboxes that are held, of which a structure may have hundreds, stand here
    only those that the rule tells apart: the one asked for, or else the first personal
    one and one more.
    """
    held, known = facts.held, Addresses()
    if facts.asked:
        held = tuple(one for one in held if one.address == facts.asked)[:1]
    elif len(held) > 1:
        personal = [one for one in held if one.kind == PERSONAL][:1]
        others = [one for one in held if one not in personal]
        held = (*personal, *others)[:2]
    return evolve(
        facts,
        asked=known.unnamed(facts.asked),
        held=tuple(evolve(one, address=known.unnamed(one.address)) for one in held),
    )


def _asked(domains: AbstractSet[str], held: AbstractSet[str]) -> frozenset[str]:
    found = {domain for domain in domains if domain in held}
    return frozenset(found | ({OTHERS} if held else set()))
