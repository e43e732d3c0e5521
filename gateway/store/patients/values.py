"""A patient's profile, and what the patient decided, as the store gives them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from attrs import field, frozen

from gateway.core.ins import Ins
from gateway.core.person import IdentityTraits


@frozen(kw_only=True)
class Profile:
    """A patient known here; ``state`` is a word of `gateway.rights.profile`."""

    id: str
    key_id: str
    state: str
    ins: Ins = field(repr=False)
    traits: IdentityTraits = field(repr=False)
    email: str = field(default="", repr=False)
    telephone: str = field(default="", repr=False)
    card: str = field(default="", repr=False)
    """The serial number of the health insurance card (carte Vitale), where known."""
    mask_by_default: bool = False
    emergency: dict[str, str]
    language: str = "fr"
    settings_version: int = 1
    created_at: datetime
    sets: Mapping[str, str] | None = field(default=None, repr=False)
    """A MAC of all blocks, of all oppositions, …; None: of an earlier version."""


MAIL_TO_ME: Final = "mail-to-me"
"""The kind of an opposition to secure mail from anybody."""


@frozen(kw_only=True)
class Opposition:
    """
    An opposition on record.

    ``kind`` is ``structure`` (to filing by a structure, of one type or of all when
    ``type_code`` is empty), ``type`` (to filing one type, whoever files it),
    ``document`` (to one document, by its ``unique_id``), or a word of what is no
    filing: ``reading``, ``mail``, ``mail-to-me``. ``named`` is what the structure or
    the document was called when the patient chose it: nothing is decided by it.
    """

    kind: str
    structure: str = ""
    type_code: str = ""
    unique_id: str = ""
    declared_by: str = ""
    named: str = field(default="", repr=False)


@frozen(kw_only=True)
class ProfileRights:
    """What a patient decided, as the filing rules need it."""

    blocked: frozenset[str]
    oppositions: tuple[Opposition, ...]
    secret_senders: frozenset[str]


@frozen(kw_only=True)
class ProfileChange:
    """
    What a profile said before a change and after; who made it and why, if told.

    ``who`` and ``means`` are words of `gateway.core.actors`, empty where an earlier
    version did not keep them. ``version`` is that of the settings from then on.
    """

    id: str = ""
    at: datetime
    what: str
    about: str = field(default="", repr=False)
    before: Any = field(repr=False)
    after: Any = field(repr=False)
    by: str = field(repr=False)
    who: str = ""
    means: str = ""
    why: str = field(repr=False)
    version: int = 0
