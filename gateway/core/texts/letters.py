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
    made: str = ""
    """Says on which day it was made, where that is said."""


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
                "Pour l’activer, tapez l’adresse {url} dans votre navigateur, puis "
                "« Première visite ». Ayez sous la main votre carte Vitale. Le code "
                "sert une fois et vaut six semaines : gardez-le pour vous.",
                "Vous ne voulez pas de cet espace ? Dites-le au même endroit, ou à "
                "l’accueil du service, dans les six semaines. Sans réponse, il sera "
                "ouvert ; vous pourrez le fermer à tout moment.",
                "Sans ordinateur ni téléphone, une personne de l’accueil fait ces "
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

COUNTER: Mapping[str, LetterWords] = MappingProxyType(
    {
        "fr": LetterWords(
            title="Votre code pour l’accueil",
            before=(
                "Vous pouvez régler votre espace sans ordinateur ni téléphone : à "
                "l’accueil du service, une personne le fait avec vous. Elle note ce "
                "que vous décidez, et rien d’autre. Elle ne lit pas vos documents.",
            ),
            code="Votre code",
            after=(
                "Apportez cette lettre et une pièce d’identité. Vous pouvez demander : "
                "qui ne doit plus rien déposer pour vous, qui ne doit pas lire vos "
                "documents, ce qui vaut en cas d’urgence, comment vous prévenir, ou la "
                "fermeture de votre espace.",
                "Le code sert une fois et vaut six semaines : ne le donnez qu’à "
                "l’accueil. Ce qui a été fait pour vous est inscrit dans l’historique "
                "de votre espace.",
            ),
        ),
        "en": LetterWords(
            title="Your code for the counter",
            before=(
                "You can set up your space without a computer or a telephone: at the "
                "counter of the service somebody does it with you. They write down "
                "what you decide, and nothing else. They do not read your documents.",
            ),
            code="Your code",
            after=(
                "Bring this letter and an identity document. You can ask for: who may "
                "add nothing for you any more, who may not read your documents, what "
                "holds in an emergency, how to reach you, or your space to be closed.",
                "The code works once and is valid for six weeks: give it at the "
                "counter alone. What was done for you is in the history of your space.",
            ),
        ),
    }
)
"""The letter for who wants no screen: a proof that one is whom the space is of."""

OPPOSITION: Mapping[str, LetterWords] = MappingProxyType(
    {
        "fr": LetterWords(
            title="Preuve de votre opposition",
            before=(
                "La personne ci-dessous a dit qu’elle ne veut pas d’espace pour ses "
                "documents de santé. C’est enregistré depuis le {since}, et aucun "
                "espace n’est ouvert pour elle.",
            ),
            after=(
                "Elle peut changer d’avis à tout moment, et n’a pas à dire pourquoi.",
            ),
            made="Fait le {day}",
        ),
        "en": LetterWords(
            title="Proof of your objection",
            before=(
                "The person below has said that they want no space for their health "
                "documents. This is recorded since {since}, and no space is open for "
                "them.",
            ),
            after=("They may change their mind at any time, without saying why.",),
            made="Made on {day}",
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
