"""The tag that messages with health documents carry before their subject."""

from __future__ import annotations

import re

_TAG = re.compile(r"XDM/1\.0/DDM(?:\+|$)")


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
