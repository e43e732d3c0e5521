"""Whether a document is about the person of a profile, and how sure that is."""

from __future__ import annotations

import unicodedata

from gateway.core.person import IdentityTraits, Patient

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l"})


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
