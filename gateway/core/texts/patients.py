"""What a patient reads of a document that came with a message and is not beside it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from gateway.core.reasons import Effect, Reason
from gateway.core.texts.outcomes import REASON_TEXTS

Text = tuple[str, str]
"""French, English."""


class Whereabouts(StrEnum):
    """Where the document of an outcome is now, as its patient may know of it."""

    SEEN = "seen"  # in the documents, an old version too
    WITHDRAWN = "withdrawn"  # by its author, and was to be seen before
    HIDDEN = "hidden"  # from the patient: it is not there at all (CSP R. 1111-53)
    ABSENT = "absent"  # never filed


_NOTHING: Text = ("", "")
_WITHDRAWN_SINCE: Text = (
    "Un document reçu avec ce message a été retiré depuis par son auteur.",
    "A document that came with this message was withdrawn by its author since.",
)
_FILED_ELSEWHERE: Text = (
    "Un document reçu avec ce message a été enregistré, mais n’est plus dans votre "
    "espace. Demandez-le à l’expéditeur.",
    "A document that came with this message was filed, but is no longer in your space. "
    "Ask the sender for it.",
)
_NOT_FOR_YOU: Text = (
    "Un document joint à ce message n’a pas été enregistré : votre espace ne pouvait "
    "pas le recevoir.",
    "A document attached to this message was not filed: your space could not receive "
    "it.",
)

_TEXTS: Mapping[Reason, Text] = MappingProxyType(
    {
        Reason.SENDER_NOT_TRUSTED: (
            "Un document joint à ce message n’a pas été enregistré : son expéditeur "
            "n’est pas reconnu.",
            "A document attached to this message was not filed: its sender is not "
            "recognised.",
        ),
        Reason.SENDER_NOT_ENTITLED: (
            "Un document joint à ce message n’a pas été enregistré : son expéditeur "
            "n’a pas le droit d’en déposer.",
            "A document attached to this message was not filed: its sender may not "
            "file any.",
        ),
        Reason.INS_MALFORMED: _NOT_FOR_YOU,
        Reason.PROFILE_ABSENT: _NOT_FOR_YOU,
        Reason.PROFILE_OPPOSED: _NOT_FOR_YOU,
        Reason.PROFILE_CLOSED: _NOT_FOR_YOU,
        Reason.PROFILE_SUSPENDED: _NOT_FOR_YOU,
        Reason.SENDER_BLOCKED: (
            "Un document joint à ce message n’a pas été enregistré : vous avez bloqué "
            "cet expéditeur.",
            "A document attached to this message was not filed: you have blocked this "
            "sender.",
        ),
        Reason.MESSAGE_ONLY: _NOTHING,
        Reason.DOC_INVALID: (
            "Un document joint à ce message n’était pas lisible et n’a pas été "
            "enregistré. Demandez à l’expéditeur de l’envoyer de nouveau.",
            "A document attached to this message could not be read and was not filed. "
            "Ask the sender to send it again.",
        ),
        Reason.PATIENT_MISMATCH: (
            "Un document joint à ce message a été mis de côté : il n’est pas à votre "
            "nom. Prévenez l’expéditeur.",
            "A document attached to this message was set aside: it is not about you. "
            "Tell the sender.",
        ),
        Reason.TRAITS_MISMATCH: (
            "Un document joint à ce message a été mis de côté : l’identité qu’il donne "
            "n’est pas la vôtre. Prévenez l’expéditeur.",
            "A document attached to this message was set aside: the identity in it is "
            "not yours. Tell the sender.",
        ),
        Reason.INS_NOT_QUALIFIED: (
            "Un document joint à ce message n’a pas été enregistré : votre identité "
            "n’y est pas vérifiée. Demandez à l’expéditeur de la vérifier et de "
            "l’envoyer de nouveau.",
            "A document attached to this message was not filed: your identity is not "
            "verified in it. Ask the sender to verify it and to send it again.",
        ),
        Reason.AUTHOR_UNVERIFIED: (
            "Un document joint à ce message n’a pas été enregistré : son auteur n’a "
            "pas pu être vérifié. Demandez à l’expéditeur de l’envoyer de nouveau.",
            "A document attached to this message was not filed: its author could not "
            "be verified. Ask the sender to send it again.",
        ),
        Reason.TYPE_UNKNOWN: (
            "Un document joint à ce message n’a pas été enregistré : son type n’est "
            "pas accepté. Demandez à l’expéditeur de l’envoyer autrement.",
            "A document attached to this message was not filed: its type is not "
            "accepted. Ask the sender to send it another way.",
        ),
        Reason.CONFIDENTIALITY_CONFLICT: (
            "Un document joint à ce message n’a pas été enregistré : ses réglages de "
            "visibilité se contredisent. Demandez à l’expéditeur de l’envoyer de "
            "nouveau.",
            "A document attached to this message was not filed: its settings of "
            "visibility contradict each other. Ask the sender to send it again.",
        ),
        Reason.DUPLICATE: (
            "Un document joint à ce message était déjà dans vos documents.",
            "A document attached to this message was in your documents already.",
        ),
        Reason.ID_REUSED: (
            "Un document joint à ce message n’a pas été enregistré : il porte le "
            "numéro d’un autre document, ou d’un document retiré. Demandez à "
            "l’expéditeur de l’envoyer de nouveau.",
            "A document attached to this message was not filed: it has the number of "
            "another document, or of one that was withdrawn. Ask the sender to send "
            "it again.",
        ),
        Reason.REPLACE_FORBIDDEN: (
            "Un document joint à ce message devait en remplacer un autre, dont "
            "l’expéditeur n’est pas l’auteur : il n’a pas été enregistré, et l’autre "
            "reste.",
            "A document attached to this message was to replace another, of which the "
            "sender is not the author: it was not filed, and the other stays.",
        ),
        Reason.PATIENT_OPPOSED_DOC: (
            "Un document joint à ce message n’a pas été enregistré : vous vous y êtes "
            "opposé.",
            "A document attached to this message was not filed: you objected to it.",
        ),
        Reason.OPPOSITION_ON_RECORD: (
            "Un document joint à ce message n’a pas été enregistré : vous vous êtes "
            "opposé aux documents de ce type ou de cet établissement.",
            "A document attached to this message was not filed: you objected to "
            "documents of this type or from this place.",
        ),
        Reason.WITHDRAWN: (
            "Par ce message, l’auteur d’un document l’a retiré de votre espace.",
            "By this message, the author of a document withdrew it from your space.",
        ),
        Reason.WITHDRAWAL_UNKNOWN: (
            "L’expéditeur a demandé le retrait d’un document qui n’est pas dans votre "
            "espace : rien n’a été retiré.",
            "The sender asked to withdraw a document that is not in your space: "
            "nothing was withdrawn.",
        ),
        Reason.WITHDRAWAL_FORBIDDEN: (
            "L’expéditeur a demandé le retrait d’un document dont il n’est pas "
            "l’auteur : rien n’a été retiré.",
            "The sender asked to withdraw a document that is not theirs: nothing was "
            "withdrawn.",
        ),
        Reason.WITHDRAWAL_OUTDATED: (
            "L’expéditeur a demandé le retrait d’une ancienne version d’un document : "
            "rien n’a été retiré.",
            "The sender asked to withdraw an old version of a document: nothing was "
            "withdrawn.",
        ),
    }
)
"""Of what is not filed; what is filed is shown, or was withdrawn since."""

_FILED = frozenset({Effect.FILED})
_SAYS_NOTHING_OF_THE_HIDDEN = frozenset({Reason.DUPLICATE, Reason.WITHDRAWN})


def text_for_patient(reason: Reason, place: Whereabouts) -> Text:
    """
    Return what is said of one document, in French and in English.

    Empty where nothing is to be said: the document is shown beside the message, there
    was none, or it is hidden from the patient, who is not to learn here that it is
    there (CSP R. 1111-53).
    """
    if REASON_TEXTS[reason].effect in _FILED:
        match place:
            case Whereabouts.WITHDRAWN:
                return _WITHDRAWN_SINCE
            case Whereabouts.ABSENT:
                return _FILED_ELSEWHERE
            case _:
                return _NOTHING
    if place is Whereabouts.HIDDEN and reason in _SAYS_NOTHING_OF_THE_HIDDEN:
        return _NOTHING
    if place is Whereabouts.WITHDRAWN and reason is Reason.DUPLICATE:
        return _WITHDRAWN_SINCE
    return _TEXTS[reason]
