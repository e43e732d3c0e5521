"""What a sender reads of a message that nobody opened for days."""

from __future__ import annotations

from typing import Final

UNREAD_SUBJECT: Final = "Message non ouvert / Message not opened"

UNREAD_TEXT: Final = (
    "Pour : {address}\n\n"
    "Le message que vous avez envoyé le {day} n’était pas encore ouvert dans l’espace "
    "du patient le {today}. Il y reste, et peut encore y être ouvert. Si le patient "
    "doit savoir ce qu’il dit, joignez-le par un autre moyen. Cet avis est envoyé une "
    "seule fois.",
    "The message that you sent on {day} had not been opened yet in the patient's space "
    "on {today}. It stays there, and may still be opened. If the patient has to know "
    "what it says, reach them by other means. This notice is sent once.",
)
"""French, then English; the days are by the clock of the pages."""
