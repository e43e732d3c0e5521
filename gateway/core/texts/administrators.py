"""What a professional reads who was named administrator of a profile, or is no more."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

ADMINISTRATOR_SUBJECT: Final = (
    "Administrateur d’un profil / Administrator of a patient’s profile"
)

ADMINISTRATOR_TEXTS: Mapping[bool, tuple[str, str]] = MappingProxyType(
    {
        True: (
            "Patient : {address}\n\n"
            "Depuis le {day}, vous êtes administrateur du profil de ce patient, qui "
            "vous a nommé. Vous pouvez y lire aussi les documents masqués, dans les "
            "limites de votre profession, et, à la demande du patient, masquer un "
            "document ou bloquer un professionnel. Le patient en est informé à chaque "
            "fois, et peut mettre fin à ce rôle quand il le veut. Si vous ne le "
            "souhaitez pas, dites-le-lui.",
            "Since {day} you are administrator of the profile of this patient, who "
            "named you. You may read masked documents there as well, as far as your "
            "profession may, and, when the patient asks for it, mask a document or "
            "block a professional. The patient is told each time, and may end this "
            "role at any time. If you do not want it, tell them.",
        ),
        False: (
            "Patient : {address}\n\n"
            "Vous n’êtes plus administrateur du profil de ce patient. Vous y avez les "
            "droits des autres professionnels.",
            "You are administrator of the profile of this patient no longer. You have "
            "the rights of other professionals there.",
        ),
    }
)
"""French, then English, by whether they are one; the day is where the patients are."""
