"""Whether a password may be chosen: the rule, and what is known of the patient."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from gateway.core.common_words import common_words, plain_letters
from gateway.errors import InvalidError
from gateway.rights.password_rules import (
    LONGEST,
    OwnFacts,
    PasswordFault,
    birth_numbers,
    judge_password,
)
from gateway.store.patients.profiles import Profile


class RefusedPasswordError(InvalidError):
    """A password that may not be chosen, and why."""

    def __init__(self, fault: PasswordFault) -> None:
        super().__init__(_PASSWORD_FAULTS[fault])
        self.fault = fault


_WORD = re.compile(r"[^\W\d_]{3,}")


def check_password(password: str, login: str, profile: Profile | None) -> None:
    """
    Accept 12 characters or more, or 9 with the four classes of characters, if they are
    not what everybody tries, nor what is known of the patient.

    Raises:
        RefusedPasswordError: it is refused; the text says why, without quoting it.
    """
    normal = unicodedata.normalize("NFKC", password)
    fault = judge_password(
        normal, plain_letters(normal), _own_facts(login, profile), common_words()
    )
    if fault is not None:
        raise RefusedPasswordError(fault)


_PASSWORD_FAULTS: Mapping[PasswordFault, str] = MappingProxyType(
    {
        PasswordFault.LONG: f"a password has {LONGEST} characters at most",
        PasswordFault.SHORT: (
            "a password has 12 characters, or 9 with a small letter, a capital, "
            "a digit and a sign"
        ),
        PasswordFault.PERSONAL: (
            "a password does not contain the login, the name, the birth date, the INS "
            "or the e-mail address"
        ),
        PasswordFault.COMMON: (
            "this password would be guessed: it is made of words, names, dates or keys "
            "that everybody tries"
        ),
    }
)


def _own_facts(login: str, profile: Profile | None) -> OwnFacts:
    words: set[str] = {login}
    numbers: set[str] = set()
    if profile is not None:
        traits = profile.traits
        for names in (
            traits.family,
            traits.given_names,
            traits.used_family,
            traits.used_given,
            profile.email,
        ):
            words.update(_WORD.findall(plain_letters(names)))
        words.add(plain_letters(profile.email.partition("@")[0]))
        words.update(
            "".join(_WORD.findall(plain_letters(name)))
            for name in (traits.family, traits.used_family)
        )
        numbers.update(birth_numbers(traits.birth_date))
        numbers.update((profile.ins.matricule.lower(), profile.ins.matricule[:13]))
    known = frozenset(word for word in words if len(word) > 2)
    return OwnFacts(words=known, numbers=frozenset(numbers))
