"""What is wrong with a part of a message, said to its sender in French and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

Words = tuple[str, str]

MIME_FAULTS: Mapping[str, Words] = MappingProxyType(
    {
        "REPEATED_FIELD": (
            "le champ est écrit deux fois ; écrivez-le une seule fois",
            "the field is written twice; write it once",
        ),
        "REPEATED_PARAMETER": (
            "un paramètre y est écrit deux fois ; écrivez-le une seule fois",
            "a parameter is written twice in it; write it once",
        ),
        "MALFORMED_FIELD": (
            "le champ est mal formé ; un nom qui a des espaces se met entre guillemets",
            "the field is malformed; a name with spaces stands between quotes",
        ),
        "BOUNDARY": (
            "le paramètre boundary manque ou n’est pas valable",
            "its boundary parameter is missing or not a valid one",
        ),
        "NESTED_BOUNDARY": (
            "son séparateur (boundary) commence comme celui qui l’entoure",
            "its boundary begins as the one around it does",
        ),
        "NOT_CLOSED": (
            "le séparateur (boundary) de fin manque",
            "its closing boundary is missing",
        ),
        "OUTSIDE_PARTS": (
            "quelque chose qui ressemble à une partie se trouve hors des parties",
            "something like a part stands outside of its parts",
        ),
        "ENCODING": (
            "le contenu n’est pas dans l’encodage annoncé, ou celui-ci est inconnu ; "
            "joignez-le en base64",
            "the content is not in the encoding that is announced, or that one is not "
            "known; attach it in base64",
        ),
        "LINE_ENDS": (
            "des fins de ligne ne sont pas CRLF",
            "some line ends are not CRLF",
        ),
        "TOO_DEEP": (
            "trop de parties les unes dans les autres",
            "too many parts within one another",
        ),
        "TOO_MANY_PARTS": ("trop de parties", "too many parts"),
        "FRAGMENT": (
            "un morceau de message ou un renvoi n’est pas ouvert ; envoyez le message "
            "entier",
            "a piece of a message or a reference is not opened; send the whole message",
        ),
        "OPAQUE": (
            "le contenu est chiffré et ne peut pas être ouvert ; envoyez-le en clair "
            "(la messagerie est déjà chiffrée)",
            "the content is encrypted and cannot be opened; send it unencrypted (the "
            "messaging is encrypted already)",
        ),
    }
)
"""By the words of `gateway.message.reading.Ambiguity`; a test fails when one lacks."""

CLOSED: Words = (
    "ce fichier ne peut pas être ouvert et pourrait porter un document : message non "
    "remis. Envoyez IHE_XDM.ZIP, ou un PDF",
    "this file cannot be opened and might hold a document: message not delivered. Send "
    "IHE_XDM.ZIP, or a PDF",
)
TOO_NESTED: Words = (
    "trop de fichiers les uns dans les autres pour être ouverts : message non remis. "
    "Envoyez IHE_XDM.ZIP",
    "too many files within one another to be opened: message not delivered. Send "
    "IHE_XDM.ZIP",
)
IN_A_TEXT: Words = (
    "le document est écrit dans un texte ; joignez-le comme fichier",
    "the document stands in a text; attach it as a file",
)
NOT_CDA: Words = (
    "seuls les documents CDA sont enregistrés, et ce fichier est d’un autre type",
    "only CDA documents are filed, and this file is of another type",
)
IN_A_DOCUMENT: Words = (
    "un document se trouve dans le corps d’un autre ; joignez-le comme fichier",
    "a document stands in the body of another; attach it as a file",
)
METADATA_ALONE: Words = (
    "ce METADATA.XML n’est pas dans un IHE_XDM.ZIP valable",
    "this METADATA.XML is not in a valid IHE_XDM.ZIP",
)
OTHER_CHARSET: Words = (
    "le document est en UTF-16 ou UTF-32 ; envoyez-le en UTF-8",
    "the document is in UTF-16 or UTF-32; send it in UTF-8",
)

_MOST_TYPE = 40

MOST_DETAIL = 400
"""Characters that are kept of what a sender should correct in one document."""


def fitted(said: Sequence[str], most: int = MOST_DETAIL) -> str:
    """
    Return what is to be corrected, joined: each thing whole, and how many are left out.

    Only what is alone too long is cut, at a blank, and seen to be so.

    >>> fitted(["size is absent", "hash is absent", "a title of its own"], 35)
    'size is absent; and 2 more'
    """
    for count in range(len(said), 0, -1):
        text = "; ".join(said[:count]) + _more(len(said) - count)
        if len(text) <= most:
            return text
    if not said:
        return ""
    rest = _more(len(said) - 1)
    room = most - len(rest) - len(_CUT)
    return f"{said[0][: room + 1].rpartition(' ')[0] or said[0][:room]}{_CUT}{rest}"


_CUT = " […]"


def _more(count: int) -> str:
    return f"; and {count} more" if count else ""


PART: Final = "partie/part "
"""What a place begins with where the sentence around it has no language yet."""


def where(path: str, media_type: str) -> str:
    """
    Return where a part is, in words for both languages.

    >>> where("2/1", "text/xml")
    'partie/part 2/1, text/xml'
    """
    return f"{PART}{path}" + (f", {media_type[:_MOST_TYPE]}" if media_type else "")


def say(words: Words, *, path: str = "", media_type: str = "", field: str = "") -> str:
    """
    Return what is wrong, and where: the part's path, its type, the field.

    >>> say(("mal formé", "malformed"), path="2", field="Content-Type")
    'partie 2, Content-Type : mal formé / part 2, Content-Type: malformed'
    """
    kind = f" ({media_type[:_MOST_TYPE]})" if media_type else ""
    place = f" {path}{kind}" if path else kind
    named = f", {field}" if field else ""
    if not place and not named:
        return f"{words[0]} / {words[1]}"
    whole = "partie" if place else "message"
    part = "part" if place else "message"
    return f"{whole}{place}{named} : {words[0]} / {part}{place}{named}: {words[1]}"
