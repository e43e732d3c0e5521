"""Who ever wrote to a patient or filed for them: whom they may block, by a name."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from attrs import evolve, frozen

from gateway.core.vault import FiledDocument
from gateway.documents.xds.forms import unescape
from gateway.errors import NotFoundError
from gateway.rights.visibility_rules import PatientReader, sees_secrets
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.reading import InboxReader
from gateway.web.patient.document_cards import SeenDocuments
from gateway.web.patient.inbox_reader import inbox_of

_RECENT: Final = 100
"""Documents whose authors are known by name without being asked for."""
_OTHERS: Final = 20
"""Documents of a conversation whose authors are offered with its sender."""


@frozen(kw_only=True)
class Blockable:
    """
    Somebody who may be blocked; a whole structure is everybody who works there.

    ``about`` tells those of one name apart, in French.
    """

    identity: str
    name: str
    is_structure: bool = False
    about: str = ""


def blockable(
    work: UnitOfWork, seen: SeenDocuments, *, document: str, conversation: str
) -> list[Blockable]:
    """
    Return whom a document, a conversation, or neither of them, names.

    Without either: who wrote, and who signed one of the last documents.

    Raises:
        NotFoundError: it is not there, or not this patient's.
    """
    found: list[Blockable] = []
    reader = inbox_of(work)
    if document:
        one = seen.find(document)
        if one is None:
            raise NotFoundError("not found")
        found += _authors(seen, one)
    elif conversation:
        known = reader.conversation(seen.profile_id, conversation)
        if known is None:
            raise NotFoundError("not found")
        found.append(Blockable(identity=known.address.lower(), name=known.name))
    else:
        found += [
            Blockable(identity=one.address.lower(), name=one.name)
            for one in reader.contacts(seen.profile_id)
        ]
        for one in seen.listed(_OTHERS):
            found += _authors(seen, one)
    return list({one.identity: one for one in reversed(found)}.values())[::-1]


def places_of(seen: SeenDocuments, document: FiledDocument | None) -> list[Blockable]:
    """Return the structures that signed a document, or one of the last ones."""
    documents = [document] if document else seen.listed(_RECENT)
    found = [
        author
        for one in documents
        for author in _authors(seen, one)
        if author.is_structure
    ]
    unlike = {one.identity: one for one in reversed(found)}
    return sorted(unlike.values(), key=lambda one: one.name.casefold())


def names_of(work: UnitOfWork, seen: SeenDocuments) -> dict[str, str]:
    """Return the names of those who wrote, and of who signed the last documents."""
    contacts = inbox_of(work).contacts(seen.profile_id)
    names = {one.address.lower(): one.name for one in contacts}
    for document in seen.listed(_RECENT):
        for author in _authors(seen, document):
            names.setdefault(author.identity, author.name)
    return names


def kept_from(
    work: UnitOfWork, seen: SeenDocuments, among: Collection[str]
) -> frozenset[str]:
    """
    Return who of some is known from a minor's secrets alone.

    Nobody to the patient. That somebody is blocked would else say to a representative
    who once wrote.
    """
    if sees_secrets(seen.reader) or not among:
        return frozenset()
    wrote = InboxReader(work).contacts(seen.profile_id)
    known = {one.address.lower() for one in inbox_of(work).contacts(seen.profile_id)}
    left = {one.address.lower() for one in wrote} & set(among)
    shown = seen.known(replaced=True)
    whole = evolve(seen, reader=PatientReader.HOLDER)
    told = {one.id for one in shown}
    secret = [one for one in whole.known(replaced=True) if one.id not in told]
    for document in whole.each([one.id for one in secret]):
        left.update({one.identity for one in _authors(seen, document)} & set(among))
    left -= known
    names = {name for one in secret for name in (*one.people, one.structure) if name}
    for one in shown:
        if not left:
            break
        if not names.isdisjoint((*one.people, one.structure)):
            for document in seen.each([one.id]):
                left -= {each.identity for each in _authors(seen, document)}
    return frozenset(left)


def _authors(seen: SeenDocuments, document: FiledDocument) -> Iterator[Blockable]:
    for author in seen.vault.entry(document).authors:
        person = f"{author.person}^^^^^^^^^^^^^".split("^")
        if person[0] and person[12] != "NH":
            name = " ".join(
                unescape(one).strip()
                for one in (person[5], person[2], person[1])
                if one
            )
            yield Blockable(identity=person[0].lower(), name=name or person[0])
        place = f"{author.institution}^^^^^^^^^^".split("^")
        if place[9]:
            yield Blockable(
                identity=place[9].lower(),
                name=unescape(place[0]).strip() or place[9],
                is_structure=True,
            )
