"""Who somebody is, by what a provider of identities says: read with care, trusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.core.practice import Practice, Professional
from gateway.errors import InvalidError
from gateway.rights.reading_rules import SignedInBy
from gateway.store.professionals.sessions import ProvidedBy, SignIn, SignInWay
from gateway.trust.provider import Identified
from gateway.trust.tokens import NATIONAL_ID

_REGULATES: Final = "FON-32"
_MOST: Final = 50
"""Practices that are taken; nobody has as many."""
_LONGEST: Final = 200


def sign_in_of(identified: Identified) -> SignIn:
    """
    Return who signed in with a provider, with their practices as it knows them.

    Of what Pro Santé Connect says each text may be empty, and each part missing: a
    professional without an activity has a profession alone, and reads by none. The
    provider asked for two factors: the level of its token was accepted.

    Raises:
        InvalidError: it does not say who it is by a national number.
    """
    said = identified.person
    number = _text(said, "SubjectNameID")
    if not NATIONAL_ID.fullmatch(number):
        raise InvalidError("a provider that names nobody")
    practices = tuple(_practices(said))[:_MOST]
    by_function = any(one.function == _REGULATES for one in practices)
    return SignIn(
        person=Professional(
            national_id=number,
            family=_text(said, "family_name"),
            given=_text(said, "given_name"),
            practices=practices,
            may_regulate=by_function or said.get("Acces_Regulation_Medicale") == "VRAI",
        ),
        way=SignInWay.PROVIDER,
        signed_in_by=SignedInBy.CARD,
        provided=ProvidedBy(
            session=_text(identified.claims, "sid"),
            subject=_text(identified.claims, "sub"),
            id_token=identified.id_token,
        ),
    )


def _practices(said: Mapping[str, Any]) -> Iterator[Practice]:
    for exercise in _parts(_part(said, "SubjectRefPro"), "exercices"):
        activities = list(_parts(exercise, "activities")) or [{}]
        for activity in activities:
            found = Practice(
                profession=_text(exercise, "codeProfession"),
                category=_text(exercise, "codeCategorieProfessionnelle"),
                specialty=_text(exercise, "codeSavoirFaire"),
                activity=_text(activity, "codeGenreActivite"),
                function=_text(activity, "codeRole"),
                section=_text(activity, "codeSectionPharmacien"),
                sector=_text(activity, "codeSecteurDactivite"),
                structure=_structure(activity),
                place=_text(activity, "enseigneCommercialeSite")
                or _text(activity, "raisonSocialeSite"),
                town=_text(activity, "libelleCommune"),
            )
            if found.profession:
                yield found


def _structure(activity: Mapping[str, Any]) -> str:
    """Return the Struct_IdNat: of FINESS, of SIRET, or the directory's own number."""
    if finess := _text(activity, "numeroFinessSite"):
        return f"1{finess}"
    if siret := _text(activity, "numeroSiretSite"):
        return f"3{siret}"
    return _text(activity, "identifiantTechniqueDeLaStructure")


def _part(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = said.get(name)
    return found if isinstance(found, Mapping) else {}


def _parts(said: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    found = said.get(name)
    for one in found if isinstance(found, list) else []:
        if isinstance(one, Mapping):
            yield one


def _text(said: Mapping[str, Any], name: str) -> str:
    found = said.get(name)
    return found.strip() if isinstance(found, str) and len(found) <= _LONGEST else ""
