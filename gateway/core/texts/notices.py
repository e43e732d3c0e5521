"""
The texts of the e-mails to patients.

They say that something happened in the space, where to go and how to be helped, and
nothing else: no health datum, no title or type of document, no name of a professional
or service, no identity of the patient, no subject of a message, and no link with a
token. The address is there to be typed by hand: people who have learned of phishing
follow no link.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class NoticeKind(StrEnum):
    """What a notice is about."""

    CODE = "code"
    MESSAGE = "message"
    DOCUMENT = "document"
    UPDATE = "update"  # hidden until announced, and not announced (CSP R. 1111-53)
    UNDELIVERED = "undelivered"
    ADDRESS = "address"  # for codes and notices was changed, or taken away
    ACCESS = "access"  # an operator looked into the vault
    PASSWORD = "password"  # noqa: S105 (a word; it was changed)
    PROOF = "proof"  # a code, for a change of the account or another password
    LOGIN = "login"  # the login, for who forgot it
    ACCOUNT = "account"  # the login or the telephone number was changed
    DEVICE = "device"  # signed in with a browser that was not known
    OPENED = "opened"
    ANNOUNCED = "announced"
    OPPOSED = "opposed"
    ACTIVATED = "activated"
    CLOSED = "closed"
    DELETING = "deleting"
    DELETED = "deleted"
    REOPENED = "reopened"
    SUSPENDED = "suspended"
    LIFTED = "lifted"


_SAFETY_FR = (
    "Nous ne vous demanderons jamais votre mot de passe ni un code par courriel ou "
    "par téléphone.\n"
    "En cas d'urgence, appelez le 15.\n\n"
    "{service}\n"
    "Ce courriel est automatique, ne répondez pas.\n"
)
_CARE_FR = (
    "Pour y aller, tapez vous-même l'adresse {url} dans votre navigateur.\n\n"
    + _SAFETY_FR
)
_SAFETY_EN = (
    "We never ask for your password or for a code by e-mail or telephone.\n"
    "In an emergency, call 15.\n\n"
    "{service}\n"
    "This e-mail is automatic, please do not answer.\n"
)
_CARE_EN = (
    "To get there, type the address {url} in your browser yourself.\n\n" + _SAFETY_EN
)


def _life(subject: str, text: str, language: str) -> tuple[str, str]:
    """Return a notice that the space went on in its life."""
    if language == "fr":
        return subject, "Bonjour,\n\n" + text + _CARE_FR
    return subject, "Hello,\n\n" + text + _CARE_EN


NOTICE_TEXTS: Mapping[NoticeKind, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        NoticeKind.CODE: {
            "fr": (
                "Votre code de connexion",
                "Bonjour,\n\n"
                "Votre code de connexion est : {digits}\n\n"
                "Il est valable {minutes} minutes et sert une seule fois. "
                "Ne le donnez à personne.\n\n"
                "Vous n'avez pas demandé ce code ? Quelqu'un connaît peut-être votre "
                "mot de passe : demandez-en un nouveau à l'accueil du service.\n\n"
                "{service}\n"
                "Ce courriel est automatique, ne répondez pas.\n",
            ),
            "en": (
                "Your sign-in code",
                "Hello,\n\n"
                "Your sign-in code is: {digits}\n\n"
                "It is valid for {minutes} minutes and works once. "
                "Give it to nobody.\n\n"
                "You did not ask for this code? Someone may know your password: ask "
                "the service for a new one.\n\n"
                "{service}\n"
                "This e-mail is automatic, please do not answer.\n",
            ),
        },
        NoticeKind.PROOF: {
            "fr": (
                "Votre code de confirmation",
                "Bonjour,\n\n"
                "Votre code de confirmation est : {digits}\n\n"
                "Il confirme un changement de votre compte. Il est valable {minutes} "
                "minutes et sert une seule fois. Ne le donnez à personne.\n\n"
                "Vous n'avez rien demandé ? Ne faites rien : sans ce code, rien ne "
                "change. Si cela se répète, prévenez l'accueil du service.\n\n"
                "{service}\n"
                "Ce courriel est automatique, ne répondez pas.\n",
            ),
            "en": (
                "Your confirmation code",
                "Hello,\n\n"
                "Your confirmation code is: {digits}\n\n"
                "It confirms a change of your account. It is valid for {minutes} "
                "minutes and works once. Give it to nobody.\n\n"
                "If you asked for nothing, do nothing: without this code, nothing "
                "changes. If it happens again, tell the service.\n\n"
                "{service}\n"
                "This e-mail is automatic, please do not answer.\n",
            ),
        },
        NoticeKind.LOGIN: {
            "fr": (
                "Votre identifiant",
                "Bonjour,\n\n"
                "L'identifiant de votre espace est : {login}\n\n"
                "Vous ne l'avez pas demandé ? Il ne suffit pas pour entrer, mais "
                "quelqu'un connaît votre numéro et votre date de naissance : prévenez "
                "l'accueil du service.\n" + _CARE_FR,
            ),
            "en": (
                "Your identifier",
                "Hello,\n\n"
                "The identifier of your space is: {login}\n\n"
                "If you did not ask for it, someone knows your number and your birth "
                "date: that is not enough to get in, but tell the service.\n"
                + _CARE_EN,
            ),
        },
        NoticeKind.ACCOUNT: {
            "fr": (
                "Votre compte a changé",
                "Bonjour,\n\n"
                "L'identifiant ou le numéro de téléphone de votre espace a été "
                "changé. La page « Mon compte » de votre espace dit ce qu'il est.\n\n"
                "Vous ne l'avez pas demandé ? Prévenez tout de suite l'accueil du "
                "service.\n" + _CARE_FR,
            ),
            "en": (
                "Your account has changed",
                "Hello,\n\n"
                "The identifier or the telephone number of your space was changed. The "
                "page “My account” of your space says what it is.\n\n"
                "If you did not ask for it, tell the service at once.\n" + _CARE_EN,
            ),
        },
        NoticeKind.DEVICE: {
            "fr": (
                "Nouvelle connexion à votre espace",
                "Bonjour,\n\n"
                "Votre espace vient d'être ouvert avec un navigateur que nous ne "
                "connaissions pas. Si c'était vous, ne faites rien.\n\n"
                "Ce n'était pas vous ? Connectez-vous, allez dans « Mon compte », "
                "fermez les autres connexions et changez de mot de passe. Sans accès, "
                "prévenez tout de suite l'accueil du service.\n" + _CARE_FR,
            ),
            "en": (
                "New sign-in to your space",
                "Hello,\n\n"
                "Your space was just opened with a browser that was not known. If it "
                "was you, do nothing.\n\n"
                "If it was not, sign in, go to “My account”, close the other sessions "
                "and change your password. If you cannot get in, tell the service at "
                "once.\n" + _CARE_EN,
            ),
        },
        NoticeKind.OPENED: {
            "fr": _life(
                "Votre espace est ouvert",
                "Votre espace est ouvert : des professionnels de santé peuvent y "
                "déposer vos documents.\n\nVous pouvez l'activer, ou le fermer, quand"
                " vous voulez.\n",
                "fr",
            ),
            "en": _life(
                "Your space is open",
                "Your space is open: health professionals can file your documents in "
                "it.\n\nYou may activate it, or close it, whenever you like.\n",
                "en",
            ),
        },
        NoticeKind.ANNOUNCED: {
            "fr": _life(
                "Un espace va être ouvert pour vous",
                "Un espace pour vos documents et vos messages de santé sera ouvert "
                "pour vous dans six semaines.\n\nVous n'en voulez pas ? Dites-le "
                "avant à l'accueil du service. Vous pourrez changer d'avis.\n",
                "fr",
            ),
            "en": _life(
                "A space will be opened for you",
                "A space for your health documents and messages will be opened for "
                "you in six weeks.\n\nIf you do not want it, tell the service before "
                "then. You may change your mind later.\n",
                "en",
            ),
        },
        NoticeKind.OPPOSED: {
            "fr": _life(
                "Votre opposition est enregistrée",
                "Vous ne voulez pas d'espace : c'est enregistré, et aucun ne sera "
                "ouvert.\n\nUne preuve peut vous être remise. Vous pouvez changer "
                "d'avis à tout moment : adressez-vous à l'accueil du service.\n",
                "fr",
            ),
            "en": _life(
                "Your objection is recorded",
                "You want no space: this is recorded, and none will be opened.\n\nA "
                "proof can be given to you. You may change your mind at any time: ask"
                " the service.\n",
                "en",
            ),
        },
        NoticeKind.ACTIVATED: {
            "fr": _life(
                "Votre espace est activé",
                "Votre espace est activé : vous pouvez lire vos documents et vos "
                "messages.\n",
                "fr",
            ),
            "en": _life(
                "Your space is activated",
                "Your space is activated: you can read your documents and messages.\n",
                "en",
            ),
        },
        NoticeKind.CLOSED: {
            "fr": _life(
                "Votre espace est fermé",
                "Votre espace est fermé : plus rien n'y arrive, et personne n'y "
                "entre.\n\nCe qu'il contient est gardé dix ans, puis supprimé. Pour "
                "le rouvrir, connectez-vous.\n",
                "fr",
            ),
            "en": _life(
                "Your space is closed",
                "Your space is closed: nothing arrives there any more, and nobody "
                "gets in.\n\nWhat is in it is kept for ten years, then deleted. To "
                "open it again, sign in.\n",
                "en",
            ),
        },
        NoticeKind.DELETING: {
            "fr": _life(
                "Votre espace va être supprimé",
                "Vous avez demandé la suppression de votre espace. Il est fermé, et "
                "tout ce qu'il contient sera supprimé pour toujours dans trente "
                "jours.\n\nVous avez changé d'avis ? Connectez-vous avant ce jour "
                "pour le rouvrir.\n",
                "fr",
            ),
            "en": _life(
                "Your space will be deleted",
                "You asked for your space to be deleted. It is closed, and all that "
                "is in it will be deleted for ever in thirty days.\n\nIf you change "
                "your mind, sign in before that day to open it again.\n",
                "en",
            ),
        },
        NoticeKind.DELETED: {
            "fr": _life(
                "Votre espace est supprimé",
                "Votre espace et tout ce qu'il contenait sont supprimés. Nous ne "
                "pouvons plus les lire, et rien ne les fait revenir.\n\nUn nouvel "
                "espace peut être ouvert à votre demande.\n",
                "fr",
            ),
            "en": _life(
                "Your space is deleted",
                "Your space and all that was in it are deleted. We cannot read them "
                "any more, and nothing brings them back.\n\nA new space can be opened"
                " if you ask for it.\n",
                "en",
            ),
        },
        NoticeKind.REOPENED: {
            "fr": _life(
                "Votre espace est rouvert",
                "Votre espace est rouvert, avec ce qui y était gardé. Une suppression"
                " demandée est annulée.\n\nVous ne l'avez pas demandé ? Prévenez tout"
                " de suite l'accueil du service.\n",
                "fr",
            ),
            "en": _life(
                "Your space is open again",
                "Your space is open again, with what was kept in it. A deletion that "
                "was asked for is cancelled.\n\nIf you did not ask for it, tell the "
                "service at once.\n",
                "en",
            ),
        },
        NoticeKind.SUSPENDED: {
            "fr": _life(
                "Votre espace est suspendu",
                "L'accès à votre espace est suspendu, à cause d'un incident ou d'un "
                "usage qui n'est pas le vôtre.\n\nSi vous n'êtes pas d'accord, "
                "dites-le à l'accueil du service avant six semaines : sinon il sera "
                "fermé.\n",
                "fr",
            ),
            "en": _life(
                "Your space is suspended",
                "Access to your space is suspended, because of an incident or of a "
                "use that is not yours.\n\nIf you disagree, tell the service within "
                "six weeks: otherwise it will be closed.\n",
                "en",
            ),
        },
        NoticeKind.LIFTED: {
            "fr": _life(
                "Votre espace n'est plus suspendu",
                "La suspension de votre espace est levée. Pour y entrer de nouveau, "
                "prouvez qui vous êtes à l'accueil du service.\n",
                "fr",
            ),
            "en": _life(
                "Your space is no longer suspended",
                "The suspension of your space is lifted. To get in again, prove to "
                "the service who you are.\n",
                "en",
            ),
        },
        NoticeKind.ADDRESS: {
            "fr": (
                "Votre adresse a changé",
                "Bonjour,\n\n"
                "L'adresse de courriel de votre espace a été changée : les codes de "
                "connexion et les avis ne seront plus envoyés à l'ancienne.\n\n"
                "Vous ne l'avez pas demandé ? Prévenez tout de suite l'accueil du "
                "service.\n" + _CARE_FR,
            ),
            "en": (
                "Your address has changed",
                "Hello,\n\n"
                "The e-mail address of your space was changed: sign-in codes and "
                "notices no longer go to the former one.\n\n"
                "If you did not ask for it, tell the service at once.\n" + _CARE_EN,
            ),
        },
        NoticeKind.ACCESS: {
            "fr": (
                "Votre espace a été consulté",
                "Bonjour,\n\n"
                "Une personne qui exploite le service a consulté votre espace, pour "
                "une raison qu'elle a dû donner. La date, son nom et cette raison sont "
                "gardés.\n\n"
                "Pour en savoir plus, adressez-vous à l'accueil du service.\n"
                + _CARE_FR,
            ),
            "en": (
                "Your space was consulted",
                "Hello,\n\n"
                "Someone who runs the service looked into your space, for a reason "
                "that had to be given. The date, the name and that reason are "
                "kept.\n\n"
                "To learn more, ask the service.\n" + _CARE_EN,
            ),
        },
        NoticeKind.PASSWORD: {
            "fr": (
                "Votre mot de passe a changé",
                "Bonjour,\n\n"
                "Le mot de passe de votre espace a été changé, et les connexions "
                "ouvertes ont été fermées.\n\n"
                "Vous ne l'avez pas demandé ? Prévenez tout de suite l'accueil du "
                "service.\n" + _CARE_FR,
            ),
            "en": (
                "Your password has changed",
                "Hello,\n\n"
                "The password of your space was changed, and open connections were "
                "closed.\n\n"
                "If you did not ask for it, tell the service at once.\n" + _CARE_EN,
            ),
        },
        NoticeKind.MESSAGE: {
            "fr": (
                "Un message vous attend",
                "Bonjour,\n\n"
                "Un nouveau message vous attend dans votre espace.\n" + _CARE_FR,
            ),
            "en": (
                "A message is waiting for you",
                "Hello,\n\nA new message is waiting in your space.\n" + _CARE_EN,
            ),
        },
        NoticeKind.DOCUMENT: {
            "fr": (
                "Du nouveau dans votre espace",
                "Bonjour,\n\nUn élément a été ajouté à votre espace.\n" + _CARE_FR,
            ),
            "en": (
                "Something new in your space",
                "Hello,\n\nSomething was added to your space.\n" + _CARE_EN,
            ),
        },
        NoticeKind.UPDATE: {
            "fr": (
                "Votre espace a été mis à jour",
                "Bonjour,\n\n"
                "Votre espace a été mis à jour.\n\n"
                "Nous vous invitons à prendre contact avec un professionnel de santé, "
                "par exemple votre médecin traitant : il en parlera avec vous.\n\n"
                "Cette mise à jour n'apparaît pas encore dans votre espace : il est "
                "inutile de vous y connecter pour elle.\n"
                "Cette invitation est automatique : elle ne dit rien de votre "
                "santé.\n\n" + _SAFETY_FR,
            ),
            "en": (
                "Your space was updated",
                "Hello,\n\n"
                "Your space was updated.\n\n"
                "We invite you to contact a health professional, for example your "
                "regular doctor, who will talk about it with you.\n\n"
                "This update does not appear in your space yet: there is no need to "
                "sign in for it.\n"
                "This invitation is automatic: it says nothing about your "
                "health.\n\n" + _SAFETY_EN,
            ),
        },
        NoticeKind.UNDELIVERED: {
            "fr": (
                "Un de vos messages n'a pas pu être remis",
                "Bonjour,\n\n"
                "Un message que vous avez envoyé depuis votre espace n'a pas pu être "
                "remis. Votre espace dit lequel, et ce que vous pouvez faire.\n"
                + _CARE_FR,
            ),
            "en": (
                "One of your messages could not be delivered",
                "Hello,\n\n"
                "A message you sent from your space could not be delivered. Your space "
                "says which one, and what you can do.\n" + _CARE_EN,
            ),
        },
    }
)
"""Subject and text, by kind and language."""
