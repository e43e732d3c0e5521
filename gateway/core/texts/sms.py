"""
The texts of text messages to patients: as little as in an e-mail, and shorter.

No link: the address is there to be typed, and what happened stands in the space. The
apostrophe is that of the alphabet of text messages, which has no other (3GPP TS 23.038
§6.2.1): with it a message is not cut in two.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.core.texts.both import Both
from gateway.core.texts.notices import NoticeKind

_NEWS = Both(
    "{service} : il y a du nouveau dans votre espace. Tapez vous-même son adresse "
    "pour y aller.",
    "{service}: there is news in your space. Type its address yourself to get there.",
)
_OF_ANOTHER = Both(
    "{service} : il y a du nouveau sur un espace que vous gérez. Tapez vous-même "
    "l'adresse du service pour y aller.",
    "{service}: there is news of a space you look after. Type the address of the "
    "service yourself to get there.",
)
_CODE = Both(
    "{service} : votre code est {digits}, valable {minutes} min. Ne le donnez à "
    "personne.",
    "{service}: your code is {digits}, valid for {minutes} min. Give it to nobody.",
)
_OWN: Mapping[NoticeKind, Both] = MappingProxyType(
    {
        NoticeKind.CODE: _CODE,
        NoticeKind.PROOF: _CODE,
        **{
            kind: _OF_ANOTHER
            for kind in NoticeKind
            if kind is NoticeKind.REPRESENTED or kind.startswith("their-")
        },
        NoticeKind.REPRESENTED_UPDATE: Both(
            "{service} : un espace que vous gérez a été mis à jour. Nous vous invitons "
            "à prendre contact avec un médecin.",
            "{service}: a space you look after was updated. We invite you to contact a "
            "doctor.",
        ),
        NoticeKind.UPDATE: Both(
            "{service} : votre espace a été mis à jour. Nous vous invitons à prendre "
            "contact avec votre médecin.",
            "{service}: your space was updated. We invite you to contact your doctor.",
        ),
    }
)


def sms_text(kind: NoticeKind) -> Both:
    """Return what a text message says of an event: of most, that there is something."""
    return _OWN.get(kind, _NEWS)
