"""Do the traits of a document name the profile's holder, and are they all there?"""

from __future__ import annotations

import re
import unicodedata

from gateway.core.ins import Ins
from gateway.core.person import IdentityTraits
from gateway.rights.filing_facts import Qualification, Traits

_NOT_A_LETTER = re.compile(r"[^A-Z]+")
_LIGATURES = str.maketrans({"Œ": "OE", "Æ": "AE", "ẞ": "SS"})


def compare_traits(profile: IdentityTraits, document: IdentityTraits) -> Traits:
    """
    Compare birth name, first birth given name, birth date, sex and birth place.

    Case, accents, hyphens and apostrophes do not count. A trait the document leaves
    out contradicts nothing (`qualification_of` tells that it is missing); one that the
    profile does not know cannot confirm anything, and the answer is `UNKNOWN`.
    """
    pairs = (
        (plain_name(profile.family), plain_name(document.family)),
        _first_givens(profile, document),
        (profile.birth_date[:8], document.birth_date[:8]),
        (profile.sex.upper(), document.sex.upper()),
        (profile.birth_place.upper(), document.birth_place.upper()),
    )
    if any(ours and theirs and ours != theirs for ours, theirs in pairs):
        return Traits.DIFFERENT
    if any(theirs and not ours for ours, theirs in pairs):
        return Traits.UNKNOWN
    return Traits.SAME


def qualification_of(ins: Ins | None, traits: IdentityTraits) -> Qualification:
    """
    Tell whether an identity is qualified for who receives it.

    The matricule, its authority, and four traits: birth name, first given name, birth
    date and sex (Référentiel socle MSSanté n° 2, ECO.2.4.2).
    """
    if ins is None:
        return Qualification.NO_INS
    given = traits.first_given or traits.given_names
    needed = (traits.family, given, traits.birth_date, traits.sex)
    if all(needed):
        return Qualification.QUALIFIED
    return Qualification.TRAITS_INCOMPLETE


def plain_name(text: str) -> str:
    """
    Return a name in unaccented capitals, words separated by one space.

    >>> plain_name("d'Ormesson-Lefèvre"), plain_name("Cœur")
    ('D ORMESSON LEFEVRE', 'COEUR')
    """
    capitals = text.upper().translate(_LIGATURES)
    letters = unicodedata.normalize("NFKD", capitals)
    bare = "".join(one for one in letters if not unicodedata.combining(one))
    return _NOT_A_LETTER.sub(" ", bare).strip()


def _first_givens(profile: IdentityTraits, document: IdentityTraits) -> tuple[str, str]:
    """
    Return the first birth given names to compare.

    Where a side only has the list of all, it is the start of that list that must be
    the other's first name: a composed name may be written with a space.
    """
    first_ours, first_theirs = (
        plain_name(one.first_given) for one in (profile, document)
    )
    all_ours, all_theirs = (plain_name(one.given_names) for one in (profile, document))
    if first_ours and first_theirs:
        return first_ours, first_theirs
    if first_ours and f"{all_theirs} ".startswith(f"{first_ours} "):
        return first_ours, first_ours
    if first_theirs and f"{all_ours} ".startswith(f"{first_theirs} "):
        return first_theirs, first_theirs
    return first_ours or all_ours, first_theirs or all_theirs
