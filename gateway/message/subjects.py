"""Subjects as people read them, and what of them holds a conversation together."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_TAG = re.compile(r"XDM/1\.0/DDM(?:\+|$)")
_SHORT_NUMBERS = re.compile(r"(?<![0-9])[0-9]{1,3}(?![0-9])")
_MARKS = re.compile(
    r"(?: ?(?:re|ré|rép|tr|aw|wg|fw|fwd) ?(?:\[\d{1,3}\])? ?:)+", re.IGNORECASE
)


def answer_subject(subject: str) -> str:
    """
    Return the subject of an answer (RFC 5322 §3.6.5), on one line.

    >>> answer_subject("Votre sortie"), answer_subject("RE: Votre sortie")
    ('Re: Votre sortie', 'RE: Votre sortie')
    """
    bare = " ".join(subject.split())
    return bare if bare[:4].lower() == "re: " else f"Re: {bare}"


def shown_subject(subject: str) -> str:
    """
    Return a subject as people read it: without the tag, which is for programs.

    Référentiel socle MSSanté n° 2, ECO.3.1.3.

    >>> shown_subject("XDM/1.0/DDM+Lettre de liaison"), shown_subject("Re: Bonjour")
    ('Lettre de liaison', 'Re: Bonjour')
    >>> shown_subject("[KO][902] XDM/1.0/DDM+Lettre")
    '[KO][902] Lettre'
    """
    return _TAG.sub("", subject, count=1).strip()


def bare_subject(subject: str) -> str:
    """
    Return a subject without the marks of answering and passing on before it.

    Mail programs write their own, in their language (RFC 5322 §3.6.5 knows "Re: ").

    >>> bare_subject("RE : Fwd: Votre sortie"), bare_subject("Rép: TR: RE[2]: Bilan")
    ('Votre sortie', 'Bilan')
    >>> bare_subject("Résultats : prise de sang"), bare_subject("Re: ")
    ('Résultats : prise de sang', '')
    """
    return _without_marks(" ".join(shown_subject(subject).split()))


def said_subject(newest_first: Iterable[str]) -> str:
    """
    Return what a conversation is about, as its newest message that says it does.

    >>> said_subject(["Re: ", "RE: Bilan", "Vaccin"]), said_subject([])
    ('Bilan', '')
    """
    said = (bare_subject(one) for one in newest_first)
    return next((one for one in said if one), "")


def thread_subject(subject: str) -> str:
    """
    Return what is alike in the subjects of one conversation.

    Short numbers tell none apart: the parts of a letter, or the results of one day and
    of another, are read one after another. Those of four digits and more, a year or
    the number of a file, do.

    >>> thread_subject("RE: Votre  Sortie") == thread_subject("votre sortie")
    True
    >>> thread_subject("Imagerie 1/2") == thread_subject("Imagerie 2/2")
    True
    """
    folded = unicodedata.normalize("NFKC", bare_subject(subject)).casefold()
    return _SHORT_NUMBERS.sub("0", folded)


def _without_marks(line: str) -> str:
    marks = _MARKS.match(line)
    return line[marks.end() :].strip() if marks is not None else line
