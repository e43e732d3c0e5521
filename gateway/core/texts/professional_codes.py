"""The e-mail with the code that a professional signs in with."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CODE_TEXTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "fr": (
            "Votre code pour l’espace des professionnels",
            "Votre code pour entrer dans l’espace des professionnels de {service} : "
            "{digits}\n\n"
            "Il est valable {minutes} minutes, une seule fois, à côté de votre carte "
            "ou de votre certificat.\n\n"
            "Si vous n’avez rien demandé, quelqu’un a présenté votre certificat : "
            "prévenez sans attendre le responsable du service.\n",
        ),
        "en": (
            "Your code for the professionals’ space",
            "Your code to enter the professionals’ space of {service}: {digits}\n\n"
            "It is good for {minutes} minutes, once, beside your card or your "
            "certificate.\n\n"
            "If you asked for nothing, somebody showed your certificate: tell who "
            "runs the service without delay.\n",
        ),
    }
)
"""Subject and text by language."""
