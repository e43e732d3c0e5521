"""What a treating doctor reads of an emergency access to their patient's record."""

from __future__ import annotations

from typing import Final

TREATING_SUBJECT: Final = "Accès en urgence au dossier de votre patient / Emergency"

TREATING_TEXT: Final = (
    "Le {day}, {reader} a ouvert en urgence le dossier de votre patient {patient}, né "
    "le {born}, sans son accord (CSP L. 1111-17). Motif : {reason}\n\n"
    "Vous recevez cet avis en tant que médecin traitant (CSP R. 1111-48). Le patient "
    "en a été prévenu aussi, et l’historique de son espace dit ce qui a été lu.",
    "On {day}, {reader} opened in an emergency the record of your patient {patient}, "
    "born on {born}, without their agreement. Reason: {reason}\n\n"
    "You receive this notice as the treating doctor. The patient was told as well, and "
    "the history of their space says what was read.",
)
"""French, then English; the day and the time are by the clock of the pages."""

REGULATION_REASON: Final = "régulation d’un appel au 15 / answering an emergency call"
"""What stands for a reason that nobody has to write."""
