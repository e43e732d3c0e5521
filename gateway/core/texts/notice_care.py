"""What stands at the end of each e-mail to a patient: how to get there, and safely."""

from __future__ import annotations

SAFETY_FR = (
    "Nous ne vous demanderons jamais votre mot de passe ni un code par courriel ou "
    "par téléphone.\n"
    "En cas d’urgence, appelez le 15.\n\n"
    "{service}\n"
    "Ce courriel est automatique, ne répondez pas.\n"
)
CARE_FR = (
    "Pour y aller, tapez vous-même l’adresse {url} dans votre navigateur.\n\n"
    + SAFETY_FR
)
SAFETY_EN = (
    "We never ask for your password or for a code by e-mail or telephone.\n"
    "In an emergency, call 15.\n\n"
    "{service}\n"
    "This e-mail is automatic, please do not answer.\n"
)
CARE_EN = (
    "To get there, type the address {url} in your browser yourself.\n\n" + SAFETY_EN
)
