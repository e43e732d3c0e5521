"""Whether a document is about the person of a profile, and how sure that is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from attrs import evolve

from gateway.core.person import IdentityTraits, Patient

_LIGATURES = str.maketrans(
    {
        "œ": "oe",
        "æ": "ae",
        "ß": "ss",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
    }
)

_NO_SEX = frozenset({"", "UN"})


def trait_mismatches(
    profile: IdentityTraits, document: IdentityTraits
) -> tuple[str, ...]:
    """
    Return the names of the traits that differ, in the order of `IdentityTraits`.

    Compared are the birth name, the first birth given name, birth date, sex and birth
    place (SEL-MP-037 EX_GEN-1230, RNIV); case, accents, hyphens, apostrophes and spaces
    are not told apart. A trait that one side lacks does not differ. A birth date that
    is known in part agrees with every date that starts with it.
    """
    agreements = {
        "family": _agree(profile.family, document.family),
        "first_given": _agree_on_first_given(profile, document),
        "birth_date": _agree_on_date(profile.birth_date, document.birth_date),
        "sex": _agree(profile.sex, document.sex),
        "birth_place": _agree(profile.birth_place, document.birth_place),
    }
    return tuple(name for name, agrees in agreements.items() if not agrees)


def sure_differences(
    profile: IdentityTraits, document: IdentityTraits
) -> tuple[str, ...]:
    """
    Return the names of the traits that cannot be those of one person.

    Of the differences of `trait_mismatches` these are left out: the name in use where
    the birth name is expected, another of the given names, a sex that is left open, and
    the place of birth. A name in use that is not known of the patient, as the only name
    a document gives, counts unless given name, birth date and sex are all there and the
    same: people marry.
    """
    differences = set(trait_mismatches(profile, document))
    ours = (profile.family, profile.used_family)
    if not document.family:
        known = any(ours) and document.used_family
        if known and not _is_one_of(document.used_family, ours):
            differences |= set() if _is_married(profile, document) else {"family"}
    elif _is_one_of(document.family, ours):
        differences -= {"family"}
    if _is_another_given_name(profile, document):
        differences -= {"first_given"}
    if not _NO_SEX.isdisjoint({profile.sex.upper(), document.sex.upper()}):
        differences -= {"sex"}
    return tuple(name for name in _SURE if name in differences)


_SURE = ("family", "first_given", "birth_date", "sex")


def _is_one_of(name: str, names: Iterable[str]) -> bool:
    return any(one and _agree(one, name) for one in names)


def _is_married(profile: IdentityTraits, document: IdentityTraits) -> bool:
    """
    Tell whether all but the birth name is given on both sides, and agrees.

    The document gives no birth name.
    """
    given = document.first_given or document.given_names
    known = profile.first_given or profile.given_names
    both = (given, known, document.birth_date, profile.birth_date, document.sex)
    return all(both) and not trait_mismatches(evolve(profile, birth_place=""), document)


def _is_another_given_name(profile: IdentityTraits, document: IdentityTraits) -> bool:
    """Tell whether a given name is one of the patient's, though not the first."""
    ours = {
        *_words(profile.first_given),
        *_words(profile.given_names),
        *_words(profile.used_given),
    }
    theirs = _words(document.first_given or document.given_names)
    return bool(theirs) and ours.issuperset(theirs)


def can_be_compared(profile: IdentityTraits, document: IdentityTraits) -> bool:
    """Tell whether a name or a birth date stands on both sides: a sex tells nobody."""
    names = all(one.family or one.used_family for one in (profile, document))
    return names or bool(profile.birth_date and document.birth_date)


def ins_is_qualified(patient: Patient) -> bool:
    """
    Tell whether a document's INS is qualified for one who receives it.

    That is the matricule with its OID, and the four traits birth name, first birth
    given name, birth date and sex (Référentiel socle MSSanté #2, ECO.2.4.2).
    """
    traits = patient.traits
    needed = (traits.family, traits.first_given, traits.birth_date, traits.sex)
    return patient.ins is not None and all(needed)


def _agree(ours: str, theirs: str) -> bool:
    if ours == theirs:
        return True
    one, other = _words(ours), _words(theirs)
    return not one or not other or "".join(one) == "".join(other)


def _agree_on_first_given(profile: IdentityTraits, document: IdentityTraits) -> bool:
    """Where one side gives only all given names, they must start with the first."""
    if profile.first_given and document.first_given:
        return _agree(profile.first_given, document.first_given)
    ours = _words(profile.first_given or profile.given_names)
    theirs = _words(document.first_given or document.given_names)
    shorter = min(len(ours), len(theirs))
    return ours[:shorter] == theirs[:shorter]


def _agree_on_date(ours: str, theirs: str) -> bool:
    """
    Compare what both sides know; zeros stand for a day or a month that is unknown.
    """
    one, other = _known(ours), _known(theirs)
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def _known(date: str) -> str:
    while len(date) > 4 and date.endswith("00"):
        date = date[:-2]
    return date


def _words(text: str) -> list[str]:
    """Return the words of a name, folded: hyphens and apostrophes part words."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    kept = (
        sign if sign.isalnum() else "" if unicodedata.combining(sign) else " "
        for sign in plain
    )
    return "".join(kept).split()
