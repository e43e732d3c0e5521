"""Which facts of a decision its patient is told, and how their values are said."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.core.habilitation import column_texts
from gateway.core.texts.both import Both

PLAIN_FACTS = frozenset(
    {
        "trust",
        "entitlement",
        "profile",
        "state",
        "masks_by_default",
        "blocked",
        "sender.kind",
        "sender.address",
        "sender.identity",
        "sender.structures",
        "sender.persons",
        "document.traits",
        "document.qualification",
        "document.type_is_known",
        "document.visibility",
        "document.visibility_is_clear",
        "document.document_is_opposed",
        "document.opposition",
        "document.is_dated_ahead",
        "has_address",
        "way",
        "found",
        "opposed",
        "opposed_to_this",
        "relation",
        "informed",
        "signed_in_by",
        "column",
    }
)
"""
The facts that a patient is told of a decision about them.

Not among them: what names another document (one may be hidden), what numbers say of
whom a document is about (it may be another person), and what is of a minor's secret.
"""

VALUE_TEXTS: Mapping[str, Both] = MappingProxyType(
    {
        "trust:GOOD": Both("vérifiée", "verified"),
        "trust:BAD": Both("absente", "none"),
        "trust:UNKNOWN": Both("non vérifiée", "not verified"),
        "entitlement:GOOD": Both("peut écrire aux patients", "may write to patients"),
        "entitlement:BAD": Both(
            "ne peut pas écrire aux patients", "may not write to patients"
        ),
        "entitlement:UNKNOWN": Both("inconnu", "not known"),
        **{
            f"{path}:{state}": said
            for path in ("profile", "state")
            for state, said in {
                "ABSENT": Both("aucun espace", "no space"),
                "ANNOUNCED": Both("annoncé", "announced"),
                "OPPOSED": Both("refusé par son titulaire", "objected to"),
                "OPEN_NOT_ACTIVATED": Both(
                    "ouvert, pas encore activé", "open, not activated yet"
                ),
                "ACTIVATED": Both("ouvert", "open"),
                "CLOSED": Both("fermé", "closed"),
                "DELETION_REQUESTED": Both("à supprimer", "to be deleted"),
                "DELETED": Both("supprimé", "deleted"),
                "SUSPENDED": Both("suspendu", "suspended"),
            }.items()
        },
        "sender.kind:OPERATOR": Both(
            "celui d’un opérateur de messagerie", "that of a mail operator"
        ),
        "sender.kind:STRUCTURE": Both("celui d’une structure", "that of a structure"),
        "sender.kind:EMPLOYEE": Both(
            "celui d’une personne qui y travaille", "that of somebody who works there"
        ),
        "sender.kind:PERSON": Both(
            "celui d’un professionnel", "that of a professional"
        ),
        "document.traits:SAME": Both("les vôtres", "yours"),
        "document.traits:OTHER_BIRTH_PLACE": Both(
            "les vôtres, sauf le lieu de naissance", "yours, save the place of birth"
        ),
        "document.traits:DOUBTFUL": Both("proches des vôtres", "close to yours"),
        "document.traits:DIFFERENT": Both("autres que les vôtres", "not yours"),
        "document.traits:INCOMPARABLE": Both(
            "impossibles à comparer", "impossible to compare"
        ),
        "document.traits:UNKNOWN": Both("inconnus", "not known"),
        "document.qualification:QUALIFIED": Both(
            "identité vérifiée", "identity verified"
        ),
        "document.qualification:NO_INS": Both("sans numéro INS", "without INS number"),
        "document.qualification:TRAITS_INCOMPLETE": Both(
            "traits incomplets", "traits incomplete"
        ),
        "document.qualification:UNKNOWN": Both("inconnue", "not known"),
        "document.visibility:MASQUE_PS": Both(
            "masqué aux professionnels", "hidden from professionals"
        ),
        "document.visibility:INVISIBLE_PATIENT": Both(
            "montré au patient plus tard", "shown to the patient later"
        ),
        "document.visibility:INVISIBLE_REPRESENTANTS_LEGAUX": Both(
            "caché aux représentants", "hidden from representatives"
        ),
        "document.opposition:NONE": Both("aucune", "none"),
        "document.opposition:ON_RECORD": Both("notée", "on record"),
        "document.opposition:UNKNOWN": Both("inconnue", "not known"),
        "way:TEAM": Both("équipe de soins", "care team"),
        "way:CONSENT": Both("accord pour une fois", "agreement for once"),
        "way:REGULATION": Both("appel au SAMU (15)", "emergency call (15)"),
        "way:EMERGENCY": Both("urgence déclarée", "declared emergency"),
        "found:QUALIFIED": Both("par votre INS, vérifié", "by your INS, verified"),
        "found:TYPED": Both("par votre INS", "by your INS"),
        "found:UNQUALIFIED": Both(
            "par votre INS, non vérifié", "by your INS, not verified"
        ),
        "found:TRAITS": Both(
            "par votre nom et votre date de naissance", "by your name and birth date"
        ),
        "found:NOBODY": Both("non", "no"),
        "relation:NONE": Both("aucun", "none"),
        "relation:TEAM": Both("de votre équipe de soins", "of your care team"),
        "relation:TREATING": Both("votre médecin traitant", "your treating doctor"),
        "relation:ADMINISTRATOR": Both(
            "l’administrateur de votre dossier", "the administrator of your record"
        ),
        "signed_in_by:CARD": Both(
            "en son nom, par deux facteurs", "by name, by two factors"
        ),
        "signed_in_by:CERTIFICATE_ALONE": Both(
            "par un certificat seul", "by a certificate alone"
        ),
        "signed_in_by:STAFF_CARD": Both(
            "par une carte de personnel", "by a staff card"
        ),
        "signed_in_by:STRUCTURE": Both(
            "par le certificat d’une structure", "by a structure's certificate"
        ),
        "signed_in_by:INDIRECT": Both(
            "en son nom, par deux facteurs dans sa structure",
            "by name, by two factors in the structure",
        ),
        **{
            f"column:{one.column.value}": Both(one.french, one.english)
            for one in column_texts().values()
        },
        "column:NO_CARE": Both("hors du soin", "no care"),
        "column:ACTIVITY_UNKNOWN": Both("activité inconnue", "activity not known"),
        "column:ACTIVITIES_CLOSED": Both("non ouverte ici", "not opened here"),
        "column:NO_COLUMN": Both("hors de la matrice", "not in the matrix"),
    }
)
"""The values of plain facts that are codes, each by the fact and the code."""
