"""
The words of one's own papers: the titles and questions of their forms, in the
documents too. Documents are in French, for whoever cares for the patient.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.core.papers import PaperKind
from gateway.core.texts.both import Both

TITLES: Mapping[PaperKind, Both] = MappingProxyType(
    {
        PaperKind.DIRECTIVES: Both("Directives anticipées", "Advance directives"),
        PaperKind.ENTOURAGE: Both(
            "Entourage et volontés", "People close to me and my wishes"
        ),
    }
)

GROUP_TITLES: Mapping[str, Both] = MappingProxyType(
    {
        "me": Both("Qui je suis", "Who I am"),
        "life": Both("Ce qui compte pour moi", "What matters to me"),
        "treatments": Both(
            "Si je ne peux plus m’exprimer", "If I can no longer speak for myself"
        ),
        "more": Both("Mes autres volontés", "My other wishes"),
        "contact": Both("Personne à prévenir", "Whom to call"),
        "trusted": Both("Personne de confiance", "Trusted person"),
        "donation": Both("Don d’organes", "Organ donation"),
        "wishes": Both("Mes autres volontés", "My other wishes"),
    }
)
"""By the key of a group."""

FIELD_LABELS: Mapping[str, Both] = MappingProxyType(
    {
        "birth-place": Both("Lieu de naissance", "Place of birth"),
        "health": Both(
            "Ma santé aujourd’hui, si je veux en parler",
            "My health today, if I want to speak of it",
        ),
        "matters": Both(
            "Ce que je veux que l’on sache de moi", "What I want to be known of me"
        ),
        "resuscitation": Both(
            "Réanimation si mon cœur ou ma respiration s’arrête",
            "Resuscitation if my heart or my breathing stops",
        ),
        "breathing": Both(
            "Machine pour respirer, par un tube ou une trachéotomie",
            "A machine to breathe, by a tube",
        ),
        "dialysis": Both("Rein artificiel (dialyse)", "Artificial kidney (dialysis)"),
        "feeding": Both(
            "Nourriture et boisson par une sonde ou une perfusion",
            "Food and drink by a tube or a drip",
        ),
        "sedation": Both(
            "Sommeil profond et continu jusqu’au décès, avec un traitement de la "
            "douleur, si les traitements sont arrêtés",
            "Deep sleep until death, with relief of pain, if treatments are stopped",
        ),
        "treatment-words": Both(
            "Dans quelles situations, et ce qu’il faut ajouter",
            "In which situations, and what is to be added",
        ),
        "more": Both("En quelques mots", "In a few words"),
        "contact-name": Both("Nom et prénom", "Name"),
        "contact-link": Both("Qui est-ce pour moi ?", "Who are they to me?"),
        "contact-telephone": Both("Téléphone", "Telephone"),
        "trusted-name": Both("Nom et prénom", "Name"),
        "trusted-link": Both("Qui est-ce pour moi ?", "Who are they to me?"),
        "trusted-telephone": Both("Téléphone", "Telephone"),
        "trusted-address": Both("Adresse", "Address"),
        "trusted-signed": Both("Son accord", "Their agreement"),
        "donation": Both(
            "Ce que j’ai décidé pour mes organes après ma mort",
            "What I decided for my organs after my death",
        ),
        "wishes": Both("En quelques mots", "In a few words"),
    }
)
"""By the key of a field."""

FIELD_HINTS: Mapping[str, Both] = MappingProxyType(
    {
        "birth-place": Both(
            "La loi demande qu’il y figure.", "The law asks that it be there."
        ),
        "health": Both(
            "Par exemple une maladie grave, ou que vous êtes en bonne santé.",
            "For example a serious illness, or that you are in good health.",
        ),
        "matters": Both(
            "Ce qui vous importe, ce que vous craignez, ce que vous refusez de vivre.",
            "What matters to you, what you fear, what you refuse to live through.",
        ),
        "treatment-words": Both(
            "Par exemple un coma sans retour, une dépendance complète.",
            "For example a coma without return, a complete dependence.",
        ),
        "more": Both(
            "Par exemple qui doit être là, le lieu, un accompagnement religieux.",
            "For example who should be there, the place, religious support.",
        ),
        "trusted-signed": Both(
            "La loi demande un écrit signé aussi par cette personne : imprimez-le, "
            "signez-le tous les deux, gardez-le.",
            "The law asks for a paper that this person signs as well: print it, sign "
            "it both, keep it.",
        ),
        "donation": Both(
            "Sans refus de votre part, la loi vous compte comme donneur. Seul le "
            "registre national des refus (registrenationaldesrefus.fr) ou un écrit "
            "remis à un proche vaut refus : ce que vous dites ici l’annonce.",
            "Without a refusal, the law counts you as a donor. Only the national "
            "register (registrenationaldesrefus.fr) or a paper given to somebody close "
            "is a refusal: what you say here announces it.",
        ),
        "wishes": Both(
            "Par exemple vos animaux, vos clés, une cérémonie.",
            "For example your animals, your keys, a ceremony.",
        ),
    }
)
"""What helps to answer; in the form alone."""

_TREATMENT: Final = {
    "yes": Both("Je le veux", "I want it"),
    "no": Both("Je le refuse", "I refuse it"),
    "team": Both(
        "À décider par l’équipe, avec mes proches",
        "For the team to decide, with those close to me",
    ),
}
_NOTHING: Final = Both("Je n’en dis rien", "I say nothing of it")

CHOICE_WORDS: Mapping[str, Mapping[str, Both]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("resuscitation", "breathing", "dialysis", "feeding", "sedation"),
            {"": _NOTHING, **_TREATMENT},
        ),
        "trusted-signed": {
            "": Both("Je ne lui ai pas encore demandé", "I have not asked them yet"),
            "told": Both("Elle est d’accord", "They agree"),
            "signed": Both(
                "Elle est d’accord et a signé avec moi sur papier",
                "They agree and signed with me on paper",
            ),
        },
        "donation": {
            "": _NOTHING,
            "for": Both(
                "Je suis d’accord pour donner mes organes", "I agree to give my organs"
            ),
            "against": Both(
                "Je refuse, et je l’ai dit au registre national des refus",
                "I refuse, and told the national register of refusals",
            ),
            "close": Both(
                "J’ai dit ma volonté à un proche", "I told my wish to someone close"
            ),
        },
    }
)
"""By the key of a choice and its word."""

IDENTITY_TITLE: Final = "Auteur"
IDENTITY_LABELS: Final = ("Nom de naissance", "Prénoms", "Date de naissance")
"""Who writes advance directives is named in them (CSP R. 1111-17)."""

SIGNING: Final[Mapping[PaperKind, str]] = MappingProxyType(
    {
        PaperKind.DIRECTIVES: (
            "Écrit le {day} dans l’espace de santé de leur auteur, qui s’est "
            "identifié. Signées à la main sur papier, elles peuvent le remplacer ici."
        ),
        PaperKind.ENTOURAGE: (
            "Écrit le {day} dans l’espace de santé du patient, qui s’est identifié. "
            "La désignation d’une personne de confiance est écrite et signée aussi par "
            "elle (CSP L. 1111-6)."
        ),
    }
)
"""The last words of a document that was written in the form."""

SHEET_TITLE: Final = Both("À signer à la main", "To be signed by hand")
SIGNATURES: Mapping[PaperKind, tuple[Both, ...]] = MappingProxyType(
    {
        PaperKind.DIRECTIVES: (
            Both("Fait à, le", "Written at, on"),
            Both("Ma signature", "My signature"),
        ),
        PaperKind.ENTOURAGE: (
            Both("Fait à, le", "Written at, on"),
            Both("Ma signature", "My signature"),
            Both("Signature de la personne de confiance", "Signature of the person"),
        ),
    }
)
"""What is left to be filled in on the sheet for paper."""
