"""The keys of `gateway patient set`: each sets one fact of the filing rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from gateway.core.actors import Actor
from gateway.core.telephone import telephone_of
from gateway.errors import InvalidError, MisuseError
from gateway.message.address import read_address
from gateway.rights.profile import ProfileState
from gateway.rights.recovery_rules import card_serial
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.decisions import Decisions, Opposition
from gateway.store.patients.profiles import Profile, Profiles

Setter = Callable[[Profiles, Profile, str], None]

TO_DELETE = (
    "a space is deleted with its key, for good: gateway keys destroy --patient INS "
    "--cause TEXT"
)
_YES = frozenset({"yes", "true", "on", "1"})
_NO = frozenset({"no", "false", "off", "0"})
_LANGUAGES = ("fr", "en")
_BY = "operator"


def set_facts(
    work: UnitOfWork,
    profile: Profile,
    facts: Iterable[str],
    *,
    by: Actor | str,
    why: str = "",
) -> None:
    """
    Set each ``KEY=VALUE``, in order, within one transaction.

    ``by`` is journalled; it is kept sealed with ``why`` and with what was before.

    Raises:
        MisuseError: an unknown key, or a value the key does not take.
        ConflictError: a state that the profile cannot get to from where it is.
    """
    profiles = Profiles(work, by, why)
    for fact in facts:
        key, equals, value = fact.partition("=")
        if key not in KEYS or not equals:
            raise MisuseError(f"{key}: not KEY=VALUE; keys are {', '.join(KEYS)}")
        try:
            KEYS[key](profiles, profile, value.strip())
        except InvalidError as error:
            raise MisuseError(f"{key}: {error}") from error
        found = profiles.get(profile.id)
        assert found is not None, "held by this transaction"
        profile = found


def _state(profiles: Profiles, profile: Profile, value: str) -> None:
    states = [state.value for state in ProfileState]
    if value.upper() == ProfileState.DELETED:
        raise InvalidError(TO_DELETE)
    profiles.set_state(profile, ProfileState(_one_of(value.upper(), states)))


def _decisions(profiles: Profiles) -> Decisions:
    return Decisions(profiles.work, profiles.by, profiles.why)


def _block(profiles: Profiles, profile: Profile, value: str) -> None:
    _decisions(profiles).block(profile.id, _named(value))


def _unblock(profiles: Profiles, profile: Profile, value: str) -> None:
    _decisions(profiles).unblock(profile.id, _named(value))


def _mask_by_default(profiles: Profiles, profile: Profile, value: str) -> None:
    if value.lower() not in _YES | _NO:
        raise InvalidError("yes or no")
    masks = value.lower() in _YES
    profiles.change(profile.id, "mask-by-default", mask_by_default=masks)


def _oppose(profiles: Profiles, profile: Profile, opposition: Opposition) -> None:
    if not _is_recorded(profiles, profile, opposition):
        _decisions(profiles).oppose(profile.id, opposition)


def _oppose_filing(profiles: Profiles, profile: Profile, value: str) -> None:
    _oppose(profiles, profile, _filing(value))


def _allow_filing(profiles: Profiles, profile: Profile, value: str) -> None:
    _decisions(profiles).withdraw(profile.id, _filing(value))


def _oppose_document(profiles: Profiles, profile: Profile, value: str) -> None:
    _oppose(profiles, profile, _document(value))


def _allow_document(profiles: Profiles, profile: Profile, value: str) -> None:
    _decisions(profiles).withdraw(profile.id, _document(value))


def _secret(profiles: Profiles, profile: Profile, value: str) -> None:
    _decisions(profiles).set_secret(profile.id, _named(value), secret=True)


def _unsecret(profiles: Profiles, profile: Profile, value: str) -> None:
    _decisions(profiles).set_secret(profile.id, _named(value), secret=False)


def _emergency(mode: str) -> Setter:
    def change(profiles: Profiles, profile: Profile, value: str) -> None:
        answer = _one_of(value.lower(), ("permit", "deny"))
        emergency = {**profile.emergency, mode: answer}
        profiles.change(profile.id, f"emergency.{mode}", emergency=emergency)

    return change


def _telephone(profiles: Profiles, profile: Profile, value: str) -> None:
    number = telephone_of(value) if value else ""
    if number is None:
        raise InvalidError("a telephone number")
    profiles.set_telephone(profile, number)


def _card(profiles: Profiles, profile: Profile, value: str) -> None:
    profiles.set_card(profile, card_serial(value) if value else "")


def _email(profiles: Profiles, profile: Profile, value: str) -> None:
    profiles.set_email(profile, str(read_address(value)) if value else "")


def _oid(profiles: Profiles, profile: Profile, value: str) -> None:
    profiles.set_authority(profile, value)


def _language(profiles: Profiles, profile: Profile, value: str) -> None:
    language = _one_of(value.lower(), _LANGUAGES)
    profiles.change(profile.id, "language", language=language)


KEYS: Mapping[str, Setter] = MappingProxyType(
    {
        "state": _state,
        "block": _block,
        "unblock": _unblock,
        "mask-by-default": _mask_by_default,
        "oppose-filing": _oppose_filing,
        "allow-filing": _allow_filing,
        "oppose-document": _oppose_document,
        "allow-document": _allow_document,
        "secret": _secret,
        "unsecret": _unsecret,
        "emergency.samu": _emergency("samu"),
        "emergency.other": _emergency("other"),
        "emergency.masked": _emergency("masked"),
        "email": _email,
        "telephone": _telephone,
        "card": _card,
        "oid": _oid,
        "language": _language,
    }
)
"""What may be set, and how; ``block`` names a structure, a person or an address."""


AT_COUNTER_KEYS = frozenset(
    {
        "state",
        "block",
        "unblock",
        "mask-by-default",
        "oppose-filing",
        "allow-filing",
        "oppose-document",
        "allow-document",
        "emergency.samu",
        "emergency.other",
        "emergency.masked",
        "email",
        "telephone",
        "language",
    }
)
"""What a patient decides at a counter: what they would decide in their space."""


def _one_of(value: str, allowed: Iterable[str]) -> str:
    if value not in allowed:
        raise InvalidError(f"one of {', '.join(allowed)}")
    return value


def _named(value: str) -> str:
    if not value:
        raise InvalidError("a structure, a person or an address")
    return value


def _filing(value: str) -> Opposition:
    structure, _, type_code = value.partition(":")
    return Opposition(
        kind="structure",
        structure=_named(structure.strip()).lower(),
        type_code=type_code.strip(),
        declared_by=_BY,
    )


def _document(value: str) -> Opposition:
    return Opposition(kind="document", unique_id=_named(value), declared_by=_BY)


def _is_recorded(profiles: Profiles, profile: Profile, wanted: Opposition) -> bool:
    known = profiles.rights(profile.id).oppositions
    return any(
        (one.kind, one.structure, one.type_code, one.unique_id)
        == (wanted.kind, wanted.structure, wanted.type_code, wanted.unique_id)
        for one in known
    )
