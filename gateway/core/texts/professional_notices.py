"""The e-mail that says that patients wrote to a professional, and nothing of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.core.texts.notice_care import SAFETY_EN, SAFETY_FR

MESSAGES_TEXTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "fr": (
            "Messages en attente : {number}",
            "Bonjour,\n\n"
            "Nouveaux messages dans les boîtes sécurisées que vous lisez : "
            "{number}.\n\n"
            "Pour les lire, ouvrez votre logiciel de messagerie, ou tapez vous-même "
            "l’adresse de l’espace des professionnels dans votre navigateur{url}.\n\n"
            "Cet avis part une fois par jour au plus. Vous pouvez y mettre fin dans "
            "l’espace, à la page « Réponses des patients ».\n\n" + SAFETY_FR,
        ),
        "en": (
            "Messages waiting: {number}",
            "Hello,\n\n"
            "New messages in the secure mailboxes that you read: {number}.\n\n"
            "To read them, open your mail program, or type the address of the "
            "professionals’ space in your browser yourself{url}.\n\n"
            "This notice leaves once a day at most. You can end it in the space, on "
            'the page "Patients’ answers".\n\n' + SAFETY_EN,
        ),
    }
)
"""Subject and text by language; ``url`` is empty, or what ``AT`` makes of it."""

AT: Final[Mapping[str, str]] = MappingProxyType({"fr": " : {url}", "en": ": {url}"})
"""The address after the sentence that tells to type it."""
