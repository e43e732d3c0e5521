"""What receipts (DSN, MDN) say to the sender; of a reason, no more than is needed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.core.decision import Announcement
from gateway.core.reasons import Effect, Reason, Told
from gateway.core.texts.outcomes import REASON_TEXTS

DSN_SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "failed": "Message non distribué / Undelivered message",
        "delayed": "Message retardé / Delayed message",
        "delivered": "Message distribué / Delivered message",
        "relayed": "Message transmis, remise non confirmée / Message passed on, "
        "delivery not confirmed",
    }
)
"""Subject of a DSN, by the worst of its actions (RFC 3464 §2.3.3)."""

DSN_TEXTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "delivered": (
            "Votre message à {0} a été remis.",
            "Your message to {0} was delivered.",
        ),
        "relayed": (
            "Votre message à {0} a été transmis à un autre opérateur, qui ne confirme "
            "pas la remise.",
            "Your message to {0} was passed on to another operator, which does not "
            "confirm delivery.",
        ),
        "delayed": (
            "Votre message à {0} n’a pas encore été remis.",
            "Your message to {0} has not been delivered yet.",
        ),
        "failed": (
            "Votre message à {0} n’a pas été remis.",
            "Your message to {0} was not delivered.",
        ),
    }
)
"""What a DSN says of one recipient, by its action."""

NOT_ACTIVATED = (
    "Le patient n’a pas encore activé son espace : il lira le message à "
    "l’activation. / The patient has not activated the space yet: the message will "
    "be read at activation."
)
UNCONFIRMED = (
    "Rien n’est revenu depuis : si le message est important, vérifiez auprès du "
    "destinataire. / Nothing has been heard since: if the message matters, check with "
    "the recipient."
)
MAILBOX_CLOSED = "Cette boîte aux lettres est fermée. / This mailbox is closed."
SET_ASIDE = (
    "Le message a été mis de côté et n’a été remis à personne. / The message was set "
    "aside and given to nobody."
)
MASKED_COPY = (
    "Un document de ce message est masqué aux professionnels : il n’a pas été remis à "
    "ce destinataire. Envoyez-le au seul patient, ou sans le masquer. / A document in "
    "this message is masked from professionals: it was not delivered to this "
    "recipient. Send it to the patient alone, or do not mask it."
)
LATE = (
    "Le traitement de ce message est retardé par une panne de notre côté. Rien n’est "
    "perdu, les essais continuent et l’exploitant est averti. / A fault on our side "
    "delays this message. Nothing is lost, it is tried again, and the operator knows."
)
STOPPED = (
    "Une panne de notre côté arrête le traitement de ce message, et l’exploitant doit "
    "intervenir ; il est averti. Rien n’est perdu. Ce qui presse est à remettre par un "
    "autre moyen. / A fault on our side stops this message until the operator acts, "
    "who knows. Nothing is lost. Hand over another way what cannot wait."
)
STILL_TRIED = (
    "Les essais continuent. Dernière réponse : {0} / It is being tried again. Last "
    "answer: {0}"
)
GIVEN_UP = (
    "Ce message n’a pas pu être traité, par une panne de notre côté : faites un nouvel "
    "envoi. / A fault on our side kept this message from being handled: send it again."
)
TRIES_ENDED = (
    "Les essais ont pris fin. Dernière réponse : {0} / No more tries are made. Last "
    "answer: {0}"
)

INFORMED = (
    "Information du patient sur le dépôt : oui, déclarée par votre structure ou par "
    "vous. Elle vaut pour toute l’équipe, une fois dans le suivi. / Patient told of "
    "the filing: yes, your structure or you declared it. It holds for the whole team, "
    "once in the follow-up."
)
NOT_TOLD = (
    "Information du patient sur le dépôt : inconnue, aucune déclaration qui compte de "
    "votre structure ou de vous. Elle est due avant ou pendant les soins (CSP "
    "L. 1111-15) ; une affiche seule ne suffit pas, un rappel fait après ne la "
    "remplace pas. / Patient told of the filing: unknown, no declaration that counts "
    "of your structure or of yours. It is due before or during the care; a poster "
    "alone is not enough, and a later reminder does not replace it."
)

MESSAGE_OPENED = "Le patient a ouvert votre message. / The patient opened your message."
PROCESSED = "Votre envoi a été traité. / What you sent was processed."
NOT_WHOLLY_PROCESSED = (
    "Votre envoi n’a pas été entièrement traité. / What you sent was not wholly "
    "processed."
)
"""The first lines of an MDN."""

_TOLD = {
    Told.PATIENT_SETTINGS: (
        "Refusé par les réglages du patient.",
        "Refused by the patient's settings.",
    ),
    Told.POLICY: ("Refusé.", "Refused by policy."),
}


def waiting_times(announcement: Announcement) -> str:
    """
    Return how long a document hidden from its patient waits, without an announcement.

    >>> waiting_times(Announcement(notice_after_days=40, shown_after_months=1))
    'visible après 1 mois / shown after 1 month'
    """
    days, months = announcement.notice_after_days, announcement.shown_after_months
    fr = f"visible après {months} mois"
    en = f"shown after {months} month{'' if months == 1 else 's'}"
    if days < _SHORTEST_MONTH * months:
        fr = f"invité après {days} jour{'s' if days > 1 else ''}, {fr}"
        en = f"invited after {days} day{'' if days == 1 else 's'}, {en}"
    return f"{fr} / {en}"


_SHORTEST_MONTH = 28
"""With a later notice the document may be shown first: the notice is not promised."""


def code_for_sender(reason: Reason) -> str:
    """
    Return the code a receipt may carry for this reason.

    A blocked sender reads ``REFUSED_BY_PATIENT_SETTINGS``; of a document that the
    patient's setting masks the sender reads ``FILED``, as of any other.

    >>> code_for_sender(Reason.SENDER_BLOCKED), code_for_sender(Reason.DOC_INVALID)
    ('REFUSED_BY_PATIENT_SETTINGS', 'DOC_INVALID')
    """
    text = REASON_TEXTS[reason]
    if text.told is Told.REASON:
        return reason.value
    if text.effect is Effect.FILED:
        return Reason.FILED.value
    return text.told.value


def text_for_sender(reason: Reason) -> tuple[str, str]:
    """Return the French and English sentences a receipt may carry for this reason."""
    text = REASON_TEXTS[reason]
    if text.told is not Told.REASON and text.effect is not Effect.FILED:
        return _TOLD[text.told]
    shown = REASON_TEXTS[Reason(code_for_sender(reason))]
    return shown.fr, shown.en
