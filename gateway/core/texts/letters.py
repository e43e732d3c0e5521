"""The texts of what is printed for a patient: the letter with the code, a proof."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen


@frozen(kw_only=True)
class LetterWords:
    """Title and parts of a printed page; its places are filled in where it is made."""

    title: str
    before: tuple[str, ...]
    code: str = ""
    after: tuple[str, ...] = ()


ANNOUNCEMENT: Mapping[str, LetterWords] = MappingProxyType(
    {
        "fr": LetterWords(
            title="Votre espace pour vos documents de santé",
            before=(
                "Un espace est prévu pour vous : vous y recevrez les documents et les "
                "messages des professionnels qui vous soignent. Vous seul décidez qui "
                "les voit.",
            ),
            code="Votre code provisoire",
            after=(
                "Pour l'activer, tapez l'adresse {url} dans votre navigateur, puis "
                "« Première visite ». Ayez sous la main votre carte Vitale. Le code "
                "sert une fois et vaut six semaines : gardez-le pour vous.",
                "Vous ne voulez pas de cet espace ? Dites-le au même endroit, ou à "
                "l'accueil du service, dans les six semaines. Sans réponse, il sera "
                "ouvert ; vous pourrez le fermer à tout moment.",
                "Sans ordinateur ni téléphone, une personne de l'accueil fait ces "
                "démarches avec vous.",
            ),
        ),
        "en": LetterWords(
            title="Your space for your health documents",
            before=(
                "A space is planned for you: there you will receive the documents and "
                "messages of the professionals who care for you. You alone decide who "
                "sees them.",
            ),
            code="Your provisional code",
            after=(
                "To activate it, type the address {url} in your browser, then choose "
                "“First visit”. Have your carte Vitale at hand. The code works once "
                "and is valid for six weeks: keep it to yourself.",
                "If you do not want this space, say so in the same place, or to the "
                "service, within six weeks. Without an answer it will be opened; you "
                "may close it at any time.",
                "Without a computer or a telephone, someone at the counter does this "
                "with you.",
            ),
        ),
    }
)
"""The letter for who has no e-mail address (CSP R. 1111-28)."""

OPPOSITION: Mapping[str, LetterWords] = MappingProxyType(
    {
        "fr": LetterWords(
            title="Preuve de votre opposition",
            before=(
                "La personne ci-dessous a dit qu'elle ne veut pas d'espace pour ses "
                "documents de santé. C'est enregistré depuis le {since}, et aucun "
                "espace n'est ouvert pour elle.",
            ),
            after=(
                "Elle peut changer d'avis à tout moment, et n'a pas à dire pourquoi.",
            ),
        ),
        "en": LetterWords(
            title="Proof of your objection",
            before=(
                "The person below has said that they want no space for their health "
                "documents. This is recorded since {since}, and no space is open for "
                "them.",
            ),
            after=("They may change their mind at any time, without saying why.",),
        ),
    }
)
"""The proof of an objection (CSP R. 1111-28)."""

LABELS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "fr": ("Nom de naissance et prénoms", "Né(e) le", "Numéro INS"),
        "en": ("Birth name and given names", "Born on", "INS number"),
    }
)
"""The names of what says who somebody is."""
