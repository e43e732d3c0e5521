"""The texts of the e-mails about a patient's account, and the life of their space."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.core.texts.notice_care import CARE_EN, CARE_FR


def _life(subject: str, text: str, language: str) -> tuple[str, str]:
    """Return a notice that the space went on in its life."""
    if language == "fr":
        return subject, "Bonjour,\n\n" + text + CARE_FR
    return subject, "Hello,\n\n" + text + CARE_EN


ACCOUNT_NOTICES: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "proof": {
            "fr": (
                "Votre code de confirmation",
                "Bonjour,\n\n"
                "Votre code de confirmation est : {digits}\n\n"
                "Il confirme un changement de votre compte. Il est valable {minutes} "
                "minutes et sert une seule fois. Ne le donnez à personne.\n\n"
                "Vous n’avez rien demandé ? Ne faites rien : sans ce code, rien ne "
                "change. Si cela se répète, prévenez l’accueil du service.\n\n"
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
        "correction": {
            "fr": (
                "Une demande est restée sans réponse",
                "Bonjour,\n\n"
                "Vous avez demandé quelque chose à un professionnel, qui n’a pas "
                "répondu à temps. Le service s’en occupe. La suite est dans votre "
                "espace.\n" + CARE_FR,
            ),
            "en": (
                "Something that you asked was not answered",
                "Hello,\n\n"
                "You asked something of a professional, who did not answer in time. "
                "The service looks into it. More is in your space.\n" + CARE_EN,
            ),
        },
        "inquiry": {
            "fr": (
                "Du nouveau sur votre question",
                "Bonjour,\n\n"
                "Il y a du nouveau sur une question que vous avez posée au service. La "
                "suite est dans votre espace, à la page de vos signalements.\n"
                + CARE_FR,
            ),
            "en": (
                "News of your question",
                "Hello,\n\n"
                "There is news of a question that you asked the service. It is in your "
                "space, on the page of what you asked.\n" + CARE_EN,
            ),
        },
        "provisional": {
            "fr": (
                "Votre code provisoire",
                "Bonjour,\n\n"
                "Votre code provisoire est : {digits}\n\n"
                "Il sert une fois, pour activer votre espace, ou pour dire que vous "
                "n’en voulez pas. Il est valable six semaines et remplace celui "
                "d’avant. Ne le donnez à personne.\n" + CARE_FR,
            ),
            "en": (
                "Your provisional code",
                "Hello,\n\n"
                "Your provisional code is: {digits}\n\n"
                "It works once, to activate your space, or to say that you do not want "
                "it. It is valid for six weeks and replaces the one before. Give it to "
                "nobody.\n" + CARE_EN,
            ),
        },
        "login": {
            "fr": (
                "Votre identifiant",
                "Bonjour,\n\n"
                "L’identifiant de votre espace est : {login}\n\n"
                "Vous ne l’avez pas demandé ? Il ne suffit pas pour entrer, mais "
                "quelqu’un connaît votre numéro et votre date de naissance : prévenez "
                "l’accueil du service.\n" + CARE_FR,
            ),
            "en": (
                "Your identifier",
                "Hello,\n\n"
                "The identifier of your space is: {login}\n\n"
                "If you did not ask for it, someone knows your number and your birth "
                "date: that is not enough to get in, but tell the service.\n" + CARE_EN,
            ),
        },
        "account": {
            "fr": (
                "Votre compte a changé",
                "Bonjour,\n\n"
                "L’identifiant ou le numéro de téléphone de votre espace a été "
                "changé. La page « Mon compte » de votre espace dit ce qu’il est.\n\n"
                "Vous ne l’avez pas demandé ? Prévenez tout de suite l’accueil du "
                "service.\n" + CARE_FR,
            ),
            "en": (
                "Your account has changed",
                "Hello,\n\n"
                "The identifier or the telephone number of your space was changed. The "
                "page “My account” of your space says what it is.\n\n"
                "If you did not ask for it, tell the service at once.\n" + CARE_EN,
            ),
        },
        "device": {
            "fr": (
                "Nouvelle connexion à votre espace",
                "Bonjour,\n\n"
                "Votre espace vient d’être ouvert avec un navigateur que nous ne "
                "connaissions pas. Si c’était vous, ne faites rien.\n\n"
                "Ce n’était pas vous ? Connectez-vous, allez dans « Mon compte », "
                "fermez les autres connexions et changez de mot de passe. Sans accès, "
                "prévenez tout de suite l’accueil du service.\n" + CARE_FR,
            ),
            "en": (
                "New sign-in to your space",
                "Hello,\n\n"
                "Your space was just opened with a browser that was not known. If it "
                "was you, do nothing.\n\n"
                "If it was not, sign in, go to “My account”, close the other sessions "
                "and change your password. If you cannot get in, tell the service at "
                "once.\n" + CARE_EN,
            ),
        },
        "passkey": {
            "fr": (
                "Vos clés d’accès ont changé",
                "Bonjour,\n\n"
                "Une clé d’accès de votre espace vient d’être ajoutée ou retirée. La "
                "page « Mon compte » de votre espace dit lesquelles vous avez.\n\n"
                "Vous ne l’avez pas demandé ? Connectez-vous, retirez celles que vous "
                "ne connaissez pas et changez de mot de passe. Sans accès, prévenez "
                "tout de suite l’accueil du service.\n" + CARE_FR,
            ),
            "en": (
                "Your passkeys have changed",
                "Hello,\n\n"
                "A passkey of your space was just added or removed. The page “My "
                "account” of your space says which you have.\n\n"
                "If you did not ask for it, sign in, remove those that you do not know "
                "and change your password. If you cannot get in, tell the service at "
                "once.\n" + CARE_EN,
            ),
        },
        "trusted": {
            "fr": (
                "Un appareil de confiance de plus",
                "Bonjour,\n\n"
                "Votre espace vient d’être ouvert dans un navigateur, et plus aucun "
                "code n’y sera demandé pendant un temps : le mot de passe y suffit. Si "
                "vous l’avez voulu, ne faites rien.\n\n"
                "Ce n’était pas vous ? Connectez-vous, allez dans « Mon compte », "
                "redemandez le code et changez de mot de passe. Sans accès, prévenez "
                "tout de suite l’accueil du service.\n" + CARE_FR,
            ),
            "en": (
                "One more trusted device",
                "Hello,\n\n"
                "Your space was just opened in a browser, and no code is asked there "
                "for some time: the password is enough. If you wanted this, do "
                "nothing.\n\n"
                "If it was not you, sign in, go to “My account”, have the code asked "
                "again and change your password. If you cannot get in, tell the "
                "service at once.\n" + CARE_EN,
            ),
        },
        "opened": {
            "fr": _life(
                "Votre espace est ouvert",
                "Votre espace est ouvert : des professionnels de santé peuvent y "
                "déposer vos documents.\n\nVous pouvez l’activer, ou le fermer, quand"
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
        "announced": {
            "fr": _life(
                "Un espace va être ouvert pour vous",
                "Un espace pour vos documents et vos messages de santé sera ouvert "
                "pour vous dans six semaines.\n\nVous n’en voulez pas ? Dites-le "
                "avant à l’accueil du service. Vous pourrez changer d’avis.\n",
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
        "opposed": {
            "fr": _life(
                "Votre opposition est enregistrée",
                "Vous ne voulez pas d’espace : c’est enregistré, et aucun ne sera "
                "ouvert.\n\nUne preuve peut vous être remise. Vous pouvez changer "
                "d’avis à tout moment : adressez-vous à l’accueil du service.\n",
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
        "activated": {
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
        "closed": {
            "fr": _life(
                "Votre espace est fermé",
                "Votre espace est fermé : plus rien n’y arrive, et personne n’y "
                "entre.\n\nCe qu’il contient est gardé dix ans, puis supprimé. Pour "
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
        "deleting": {
            "fr": _life(
                "Votre espace va être supprimé",
                "Vous avez demandé la suppression de votre espace. Il est fermé, et "
                "tout ce qu’il contient sera supprimé pour toujours dans trente "
                "jours.\n\nVous avez changé d’avis ? Connectez-vous avant ce jour "
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
        "deleted": {
            "fr": _life(
                "Votre espace est supprimé",
                "Votre espace et tout ce qu’il contenait sont supprimés. Nous ne "
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
        "reopened": {
            "fr": _life(
                "Votre espace est rouvert",
                "Votre espace est rouvert, avec ce qui y était gardé. Une suppression"
                " demandée est annulée.\n\nVous ne l’avez pas demandé ? Prévenez tout"
                " de suite l’accueil du service.\n",
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
        "suspended": {
            "fr": _life(
                "Votre espace est suspendu",
                "L’accès à votre espace est suspendu, à cause d’un incident ou d’un "
                "usage qui n’est pas le vôtre.\n\nSi vous n’êtes pas d’accord, "
                "dites-le à l’accueil du service avant six semaines : sinon il sera "
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
        "lifted": {
            "fr": _life(
                "Votre espace n’est plus suspendu",
                "La suspension de votre espace est levée. Pour y entrer de nouveau, "
                "prouvez qui vous êtes à l’accueil du service.\n",
                "fr",
            ),
            "en": _life(
                "Your space is no longer suspended",
                "The suspension of your space is lifted. To get in again, prove to "
                "the service who you are.\n",
                "en",
            ),
        },
    }
)
"""Subject and text, by the word of the kind and by language."""
