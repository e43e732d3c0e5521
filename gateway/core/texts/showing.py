"""What a patient reads around a document that is shown on a page."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.core.rendered import WhyDownload

WHY_DOWNLOAD: Mapping[WhyDownload, Mapping[str, str]] = MappingProxyType(
    {
        WhyDownload.FORMAT: {
            "fr": "Ce format ne s’affiche pas dans la page. Téléchargez le document "
            "pour l’ouvrir avec un logiciel de votre appareil.",
            "en": "This format cannot be shown on the page. Download the document to "
            "open it with a program of your device.",
        },
        WhyDownload.UNREADABLE: {
            "fr": "Ce document n’a pas pu être lu : son fichier est abîmé, ou protégé. "
            "Demandez à qui l’a déposé de vous l’envoyer en PDF ; si c’est vous, "
            "ajoutez-le de nouveau.",
            "en": "This document could not be read: its file is damaged, or protected. "
            "Ask whoever filed it to send it to you as a PDF; if that is you, add it "
            "again.",
        },
        WhyDownload.BUSY: {
            "fr": "Ce document ne peut pas être affiché à cet instant : le service en "
            "convertit d’autres. Rechargez la page dans une minute, ou téléchargez le "
            "document.",
            "en": "This document cannot be shown at this moment: the service is "
            "converting others. Load the page again in a minute, or download the "
            "document.",
        },
        WhyDownload.TOO_LARGE: {
            "fr": "Ce document est trop long pour être affiché dans la page. "
            "Téléchargez-le pour le lire.",
            "en": "This document is too long to be shown on the page. Download it to "
            "read it.",
        },
    }
)
"""Why a document can only be downloaded, by language."""

CONVERTED_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "fr": {
            "text": "Seul le texte de ce fichier est affiché ici, sans sa mise en page "
            "ni ses images : le fichier d’origine a tout.",
            "pictures": "Cette image a été convertie pour être affichée. Le fichier "
            "d’origine est gardé tel quel.",
            "cut": "Seules les premières pages sont affichées ici : le fichier "
            "d’origine a la suite.",
        },
        "en": {
            "text": "Only the text of this file is shown here, without its layout and "
            "its pictures: the original file has all of it.",
            "pictures": "This picture was converted to be shown. The original file is "
            "kept as it is.",
            "cut": "Only the first pages are shown here: the original file has the "
            "rest.",
        },
    }
)
"""What is said beside a file that was converted, by language."""

SHEET_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "fr": {
            "day": "Date",
            "type": "Type",
            "by": "Déposé par",
            "own": "La personne elle-même",
            "where": "Structure",
            "patient": "Patient nommé",
        },
        "en": {
            "day": "Date",
            "type": "Type",
            "by": "Filed by",
            "own": "The person themselves",
            "where": "Place",
            "patient": "Patient named in it",
        },
    }
)
"""What stands above a document that is printed, by language."""

NARRATIVE_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "fr": {
            "table": "Tableau",
            "above": "↑ Au-dessus",
            "below": "↓ En dessous",
            "out": "! Hors des repères",
            "wide": " (large : il se fait défiler de côté)",
            "notes": "Notes",
            "note": "Note",
            "back": "Retour au texte",
            "image": "Image jointe au document",
            "file": "Ouvrir le document joint (PDF)",
            "absent": "[élément joint non affiché]",
        },
        "en": {
            "table": "Table",
            "above": "↑ Above",
            "below": "↓ Below",
            "out": "! Out of range",
            "wide": " (wide: it scrolls sideways)",
            "notes": "Notes",
            "note": "Note",
            "back": "Back to the text",
            "image": "Image that comes with the document",
            "file": "Open the attached document (PDF)",
            "absent": "[attached element not shown]",
        },
    }
)
"""The words that are put into a narrative, by language."""
