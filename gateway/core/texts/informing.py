"""
What professionals say to patients of the filing of documents: texts ready for use.

They are in French: who cares for patients in France says or prints them. The facts are
those of the law (CSP L. 1111-15, R. 1111-46 to R. 1111-49); the means are free.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import frozen

from gateway.core.informing import InformedBy
from gateway.core.texts.both import Both

CHANNEL_TEXTS: Mapping[InformedBy, Both] = MappingProxyType(
    {
        InformedBy.CONSULTATION: Both("pendant les soins", "during care"),
        InformedBy.TELEPHONE: Both("par téléphone", "by telephone"),
        InformedBy.ARRIVAL: Both("à l’accueil", "at the desk, on arrival"),
        InformedBy.CONVOCATION: Both(
            "par écrit, avec la convocation", "in writing, with the appointment"
        ),
        InformedBy.ONLINE: Both("sur un site, en ligne", "online"),
        InformedBy.MESSAGE: Both(
            "par message, courriel ou lettre", "by message, e-mail or letter"
        ),
        InformedBy.POSTER: Both("par une affiche", "by a poster"),
        InformedBy.SPOKEN: Both("de vive voix", "by word of mouth"),
        InformedBy.WRITTEN: Both("par écrit", "in writing"),
        InformedBy.UNSAID: Both("sans préciser comment", "without saying how"),
    }
)
"""How the patient was told, as the patient reads it."""

ON_A_DAY: Final = Both("{how}, le {day}", "{how}, on {day}")
"""The same, with the day where it is declared."""


@frozen(kw_only=True)
class TextForUse:
    """
    A text to say, to print or to put on a page.

    ``channel`` is what the sender then declares; None: it is a reminder alone, or a
    poster, and declares nothing. ``advice`` is for who uses it, never for the patient.
    """

    title: Both
    lines: tuple[str, ...]
    advice: str
    channel: InformedBy | None = None


_RIGHTS: Final = (
    "Vous pouvez vous y opposer pour un motif légitime : dites-le-nous. Vous pouvez à "
    "tout moment masquer un document, bloquer un professionnel, refuser que votre "
    "dossier soit consulté ou fermer votre espace, à l’adresse {url}."
)
_BEFORE: Final = (
    "À employer avant ou pendant les soins, une fois dans le suivi du patient : cela "
    "vaut pour toute l’équipe."
)
_AFTER: Final = (
    "C’est un rappel : il ne remplace pas l’information due avant ou pendant les soins."
)

TEXTS: Mapping[str, TextForUse] = MappingProxyType(
    {
        "telephone": TextForUse(
            title=Both(
                "À dire au téléphone, en donnant le rendez-vous",
                "what to say when the appointment is made by telephone",
            ),
            channel=InformedBy.TELEPHONE,
            lines=(
                "« Une information avant de raccrocher : les documents de vos soins "
                "seront déposés dans votre espace de santé ({service}). Vous y "
                "retrouverez vos comptes rendus et vos ordonnances, et les "
                "professionnels qui vous soignent pourront en lire ce que leur métier "
                "leur permet. »",
                "« Y voyez-vous une difficulté pour un document en particulier ? Nous "
                "en parlerons avec le médecin. »",
                "« Vous choisissez vous-même, dans votre espace, qui peut lire quoi. »",
                "Si la personne s’y oppose : notez le document concerné, jamais la "
                "raison médicale, et prévenez le professionnel qui la soigne.",
            ),
            advice=_BEFORE,
        ),
        "arrival": TextForUse(
            title=Both(
                "À dire à l’accueil, ou pendant les soins",
                "what to say at the desk, or while the care is given",
            ),
            channel=InformedBy.ARRIVAL,
            lines=(
                "« Les documents de votre venue seront déposés dans votre espace de "
                "santé ({service}). Les professionnels qui vous soignent pourront en "
                "lire ce que leur métier leur permet. Vous pouvez vous y opposer pour "
                "un motif légitime, et choisir à tout moment qui peut lire quoi. Avez-"
                "vous une question ? »",
            ),
            advice=_BEFORE,
        ),
        "convocation": TextForUse(
            title=Both(
                "Paragraphe pour une convocation ou une confirmation de rendez-vous",
                "paragraph for a convocation or the confirmation of an appointment",
            ),
            channel=InformedBy.CONVOCATION,
            lines=(
                "Vos documents de santé. Comme le prévoit la loi (article L. 1111-15 "
                "du Code de la santé publique), {structure} déposera les documents "
                "utiles à vos soins dans votre espace de santé ({service}). Ils vous "
                "y suivent, et les professionnels qui vous soignent y lisent ce que "
                "leur métier leur permet.",
                _RIGHTS,
            ),
            advice=_BEFORE,
        ),
        "online": TextForUse(
            title=Both(
                "Ligne et case à cocher, pour une préadmission ou un rendez-vous",
                "line and tick box for pre-admission or booking online",
            ),
            channel=InformedBy.ONLINE,
            lines=(
                "☐ J’ai lu que {structure} dépose les documents de mes soins dans mon "
                "espace de santé ({service}), et que je peux m’y opposer pour un motif "
                "légitime en le disant au professionnel qui me soigne.",
                _RIGHTS,
            ),
            advice=_BEFORE + " Cocher vaut lecture, et non consentement : ne cochez "
            "pas d’avance, et ne refusez pas le rendez-vous à qui ne coche pas.",
        ),
        "email": TextForUse(
            title=Both(
                "Paragraphe pour un courriel qui porte un document au patient",
                "paragraph for an e-mail that brings a document to the patient",
            ),
            lines=(
                "Le document joint est aussi déposé dans votre espace de santé "
                "({service}), à l’adresse {url} : vous l’y retrouverez, et choisissez "
                "qui peut le lire. L’équipe de {structure} a dû vous en informer lors "
                "de votre prise en charge ; si ce n’est pas le cas, dites-le-lui.",
            ),
            advice=_AFTER,
        ),
        "foot": TextForUse(
            title=Both(
                "Pied d’une ordonnance, d’une lettre de liaison ou d’un compte rendu",
                "foot of a prescription, a discharge letter or a report",
            ),
            lines=(
                "Ce document est déposé dans l’espace de santé du patient ({service}). "
                "Le patient choisit qui peut le lire : {url}.",
            ),
            advice=_AFTER,
        ),
        "results": TextForUse(
            title=Both(
                "Ligne pour une page où l’on retire résultats ou ordonnances",
                "line for a page where results or prescriptions are fetched",
            ),
            lines=(
                "Vos résultats et vos ordonnances sont aussi déposés dans votre espace "
                "de santé ({service}). " + _RIGHTS,
            ),
            advice=_AFTER,
        ),
    }
)
"""By the word of the command `gateway texts`."""


@frozen(kw_only=True)
class Poster:
    """What a poster says: a title, a lead, points, and how to ask."""

    title: str
    lead: str
    points: tuple[str, ...]
    ask: str
    footer: str


POSTER: Final = Poster(
    title="Vos documents de santé sont déposés dans votre espace",
    lead="{structure} dépose les documents de vos soins dans votre espace de santé "
    "({service}). Parlez-en avec nous : cette affiche ne remplace pas ce que nous "
    "devons vous dire.",
    points=(
        "Vous y retrouvez vos comptes rendus, vos ordonnances et vos résultats.",
        "Les professionnels qui vous soignent y lisent ce que leur métier leur permet.",
        "Vous pouvez vous opposer à un dépôt pour un motif légitime : dites-le-nous.",
        "Vous pouvez masquer un document, bloquer un professionnel, refuser que votre "
        "dossier soit consulté, fermer votre espace : à tout moment, sans dire "
        "pourquoi.",
    ),
    ask="Une question ? Demandez à l’accueil, ou tapez {url}",
    footer="Code de la santé publique, articles L. 1111-15 et R. 1111-46 à R. 1111-49",
)
"""For a waiting room: welcome, and never enough alone."""

OUR_TEAM: Final = "notre équipe"
"""Who cares, where no name is given."""


def informing_words(structure: str, *, service: str, url: str) -> Mapping[str, str]:
    """Return what the texts leave open: who files, and where patients find it."""
    return {
        "structure": " ".join(structure.split()) or OUR_TEAM,
        "service": service,
        "url": url,
    }
