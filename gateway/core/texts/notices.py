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

from gateway.core.texts.account_notices import ACCOUNT_NOTICES
from gateway.core.texts.notice_care import CARE_EN, CARE_FR, SAFETY_EN, SAFETY_FR
from gateway.core.texts.represented_notices import REPRESENTED_NOTICES


class NoticeKind(StrEnum):
    """What a notice is about."""

    CODE = "code"
    MESSAGE = "message"
    DOCUMENT = "document"
    UPDATE = "update"  # hidden until announced, and not announced (CSP R. 1111-53)
    UNREAD = "unread"  # one of the patient's, by nobody for days
    UNDELIVERED = "undelivered"
    ADDRESS = "address"  # for codes and notices was changed, or taken away
    ACCESS = "access"  # an operator listed the vault; until that took an access
    BREAK_GLASS = "break-glass"  # an operator may open documents that were named
    UNFOUNDED = "unfounded"  # a review found that this was not justified
    PEOPLE = "people"  # who acts for whom was asked, answered or ended
    PACKED = "packed"  # a file with everything the patient has can be fetched
    HELPED = "helped"  # somebody acted for the patient
    REPRESENTED = "represented"  # something waits in the space of whom one represents
    REPRESENTED_UPDATE = "their-update"  # the same of them as an update
    REPRESENTED_ACCESS = "their-access"  # an operator looks into that space, or may
    REPRESENTED_UNFOUNDED = "their-unfounded"
    REPRESENTED_SETTINGS = "their-settings"
    REPRESENTED_ADMINISTRATOR = "their-admin"
    REPRESENTED_OPENED = "their-opened"
    REPRESENTED_CLOSED = "their-closed"
    REPRESENTED_DELETING = "their-deleting"
    REPRESENTED_DELETED = "their-deleted"
    REPRESENTED_REOPENED = "their-reopened"
    REPRESENTED_SUSPENDED = "their-suspended"
    REPRESENTED_LIFTED = "their-lifted"
    MAJORITY_SOON = "majority-soon"  # a representation ends in two months
    MAJORITY = "majority"  # it ended
    PASSWORD = "password"  # noqa: S105 (a word; it was changed)
    PROOF = "proof"  # a code, for a change of the account or another password
    PROVISIONAL = "provisional"  # the code to activate a space with
    LOGIN = "login"  # the login, for who forgot it
    ACCOUNT = "account"  # the login or the telephone number was changed
    CORRECTION = "correction"  # what was asked of an author waits for too long
    INQUIRY = "inquiry"  # somebody reported: a step was done with it
    DEVICE = "device"  # signed in with a browser that was not known
    PASSKEY = "passkey"  # a passkey was added or removed
    TRUSTED = "trusted"  # no code is asked in a browser any more
    REVIEW = "review"  # something the patient wrote is to be read again
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
    SHOWN = "shown"  # a document that was hidden from the patient until now
    WITHDRAWN = "withdrawn"  # a document, by its author
    SETTINGS = "settings"  # changed by an operator
    ADMINISTRATOR = "administrator"  # a professional was named, or is no longer
    ADMINISTERED = "administered"  # such a professional masked or blocked
    MASKED = "masked"  # a document, or shown again, by who wrote it
    READ_FIRST = "read-first"  # a professional, for the first time
    READ = "read"  # a professional who read before
    EMERGENCY = "emergency"  # a professional, without the patient's agreement
    READ_REFUSED = "read-refused"  # an emergency was declared, and refused
    REPRESENTED_READ = "their-reading"  # one of these in a space one represents
    DIGEST = "digest"  # what happened on a day and could wait


_REMINDER_FR = (
    "Ce rappel ne remplace pas ce que doit vous dire, avant ou pendant vos soins, "
    "l’équipe qui vous soigne.\n"
)
_REMINDER_EN = (
    "This reminder does not replace what the team that cares for you has to tell you, "
    "before or during your care.\n"
)
_NEWS = {
    "fr": (
        "Du nouveau dans votre espace",
        "Bonjour,\n\nUn élément a été ajouté à votre espace.\n\n"
        + _REMINDER_FR
        + CARE_FR,
    ),
    "en": (
        "Something new in your space",
        "Hello,\n\nSomething was added to your space.\n\n" + _REMINDER_EN + CARE_EN,
    ),
}


NOTICE_TEXTS: Mapping[NoticeKind, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        **{NoticeKind(word): said for word, said in ACCOUNT_NOTICES.items()},
        **{NoticeKind(word): said for word, said in REPRESENTED_NOTICES.items()},
        NoticeKind.CODE: {
            "fr": (
                "Votre code de connexion",
                "Bonjour,\n\n"
                "Votre code de connexion est : {digits}\n\n"
                "Il est valable {minutes} minutes et sert une seule fois. "
                "Ne le donnez à personne.\n\n"
                "Vous n’avez pas demandé ce code ? Quelqu’un connaît peut-être votre "
                "mot de passe : demandez-en un nouveau à l’accueil du service.\n\n"
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
        NoticeKind.ADDRESS: {
            "fr": (
                "Votre adresse a changé",
                "Bonjour,\n\n"
                "L’adresse de courriel de votre espace a été changée : les codes de "
                "connexion et les avis ne seront plus envoyés à l’ancienne.\n\n"
                "Vous ne l’avez pas demandé ? Prévenez tout de suite l’accueil du "
                "service.\n" + CARE_FR,
            ),
            "en": (
                "Your address has changed",
                "Hello,\n\n"
                "The e-mail address of your space was changed: sign-in codes and "
                "notices no longer go to the former one.\n\n"
                "If you did not ask for it, tell the service at once.\n" + CARE_EN,
            ),
        },
        NoticeKind.ACCESS: {
            "fr": (
                "Votre espace a été consulté",
                "Bonjour,\n\n"
                "Une personne qui exploite le service a consulté votre espace, pour "
                "une raison qu’elle a dû donner. La date, son nom et cette raison sont "
                "gardés.\n\n"
                "Pour en savoir plus, adressez-vous à l’accueil du service.\n"
                + CARE_FR,
            ),
            "en": (
                "Your space was consulted",
                "Hello,\n\n"
                "Someone who runs the service looked into your space, for a reason "
                "that had to be given. The date, the name and that reason are "
                "kept.\n\n"
                "To learn more, ask the service.\n" + CARE_EN,
            ),
        },
        NoticeKind.BREAK_GLASS: {
            "fr": (
                "Un accès à votre espace a été ouvert",
                "Bonjour,\n\n"
                "Une personne qui exploite le service a reçu, pour une raison qu’elle "
                "a dû donner et pour un temps court, un accès à des éléments précis "
                "qui vous concernent. Votre espace dit qui, quand et pourquoi, à la "
                "page « Historique ».\n\n"
                "Une question, un désaccord ? Adressez-vous à l’accueil du service.\n"
                + CARE_FR,
            ),
            "en": (
                "An access to your space was opened",
                "Hello,\n\n"
                "Someone who runs the service was given, for a reason that had to be "
                "stated and for a short time, access to particular items that concern "
                "you. Your space says who, when and why, on the page "
                '"History".\n\n'
                "If you have a question or disagree, ask the service.\n" + CARE_EN,
            ),
        },
        NoticeKind.UNFOUNDED: {
            "fr": (
                "Un accès à votre espace n’était pas justifié",
                "Bonjour,\n\n"
                "Le contrôle d’un accès à votre espace par une personne qui exploite "
                "le service a conclu qu’il n’était pas justifié. Votre espace dit "
                "lequel, à la page « Historique ».\n\n"
                "Adressez-vous à l’accueil du service ; vous pouvez aussi saisir la "
                "CNIL.\n" + CARE_FR,
            ),
            "en": (
                "An access to your space was not justified",
                "Hello,\n\n"
                "The review of an access to your space by someone who runs the service "
                "found that it was not justified. Your space says which one, on the "
                'page "History".\n\n'
                "Ask the service; you may also turn to the CNIL, the French data "
                "protection authority.\n" + CARE_EN,
            ),
        },
        NoticeKind.PASSWORD: {
            "fr": (
                "Votre mot de passe a changé",
                "Bonjour,\n\n"
                "Le mot de passe de votre espace a été changé, et les connexions "
                "ouvertes ont été fermées.\n\n"
                "Vous ne l’avez pas demandé ? Prévenez tout de suite l’accueil du "
                "service.\n" + CARE_FR,
            ),
            "en": (
                "Your password has changed",
                "Hello,\n\n"
                "The password of your space was changed, and open connections were "
                "closed.\n\n"
                "If you did not ask for it, tell the service at once.\n" + CARE_EN,
            ),
        },
        NoticeKind.PEOPLE: {
            "fr": (
                "Du nouveau parmi vos proches",
                "Bonjour,\n\n"
                "Une demande ou un accord entre vous et l’un de vos proches a changé. "
                "Votre espace dit lequel, à la page « Mes proches ».\n" + CARE_FR,
            ),
            "en": (
                "News about the people close to you",
                "Hello,\n\n"
                "A request or an agreement between you and someone close to you has "
                'changed. Your space says which, on the page "People close to me".\n'
                + CARE_EN,
            ),
        },
        NoticeKind.HELPED: {
            "fr": (
                "Quelqu’un a agi pour vous",
                "Bonjour,\n\n"
                "Une personne à qui vous avez donné accès a ouvert votre espace "
                "aujourd’hui, ou y a fait quelque chose. Tout est inscrit à son "
                "nom.\n\n"
                "Ce n’est pas normal ? Retirez son accès à la page « Mes proches ».\n"
                + CARE_FR,
            ),
            "en": (
                "Someone acted for you",
                "Hello,\n\n"
                "A person to whom you gave access opened your space today, or did "
                "something there. Everything is recorded under their name.\n\n"
                'If that is wrong, take the access back on the page "People close to '
                'me".\n' + CARE_EN,
            ),
        },
        NoticeKind.PACKED: {
            "fr": (
                "Le fichier que vous avez demandé est prêt",
                "Bonjour,\n\n"
                "Un fichier que vous avez demandé est prêt. Il vous attend dans votre "
                "espace, à la page « Mon compte », pendant quelques jours.\n\n"
                "Vous n’avez rien demandé ? Changez votre mot de passe et prévenez "
                "l’accueil du service.\n" + CARE_FR,
            ),
            "en": (
                "The file you asked for is ready",
                "Hello,\n\n"
                "A file you asked for is ready. It waits in your space, on the page "
                '"My account", for some days.\n\n'
                "If you asked for nothing, change your password and tell the "
                "service.\n" + CARE_EN,
            ),
        },
        NoticeKind.MESSAGE: {
            "fr": (
                "Un message vous attend",
                "Bonjour,\n\n"
                "Un nouveau message vous attend dans votre espace.\n" + CARE_FR,
            ),
            "en": (
                "A message is waiting for you",
                "Hello,\n\nA new message is waiting in your space.\n" + CARE_EN,
            ),
        },
        NoticeKind.DOCUMENT: _NEWS,
        NoticeKind.SHOWN: _NEWS,  # that it was hidden is nobody's business
        NoticeKind.WITHDRAWN: {
            "fr": (
                "Un changement dans votre espace",
                "Bonjour,\n\nUn élément de votre espace a changé.\n" + CARE_FR,
            ),
            "en": (
                "A change in your space",
                "Hello,\n\nSomething in your space has changed.\n" + CARE_EN,
            ),
        },
        NoticeKind.SETTINGS: {
            "fr": (
                "Un réglage de votre espace a changé",
                "Bonjour,\n\n"
                "Une personne qui exploite le service a changé un réglage de votre "
                "espace. L’historique de votre espace dit lequel, et pourquoi.\n\n"
                "Ce n’est pas normal ? Prévenez l’accueil du service.\n" + CARE_FR,
            ),
            "en": (
                "A setting of your space has changed",
                "Hello,\n\n"
                "Someone who runs the service changed a setting of your space. The "
                "history of your space says which, and why.\n\n"
                "If that is wrong, tell the service.\n" + CARE_EN,
            ),
        },
        NoticeKind.ADMINISTRATOR: {
            "fr": (
                "L’administrateur de votre espace a changé",
                "Bonjour,\n\n"
                "Un professionnel a été nommé administrateur de votre espace, ou ne "
                "l’est plus. Votre espace dit qui, à la page « Administrateur ».\n\n"
                "Ce n’est pas vous ? Retirez-le, changez votre mot de passe, et "
                "prévenez l’accueil du service.\n" + CARE_FR,
            ),
            "en": (
                "The administrator of your space has changed",
                "Hello,\n\n"
                "A professional was named administrator of your space, or is one no "
                'longer. Your space says who, on the page "Administrator".\n\n'
                "If it was not you, take it back, change your password, and tell the "
                "service.\n" + CARE_EN,
            ),
        },
        NoticeKind.ADMINISTERED: {
            "fr": (
                "Un réglage de votre espace a changé",
                "Bonjour,\n\n"
                "Un professionnel que vous avez nommé administrateur a changé un "
                "réglage de votre espace, à votre demande d’après lui. L’historique de "
                "votre espace dit lequel, et vous pouvez revenir en arrière.\n\n"
                "Vous n’avez rien demandé ? Retirez-lui ce rôle, et prévenez l’accueil "
                "du service.\n" + CARE_FR,
            ),
            "en": (
                "A setting of your space has changed",
                "Hello,\n\n"
                "A professional whom you named administrator changed a setting of your "
                "space, at your request as they say. The history of your space says "
                "which, and you can go back.\n\n"
                "If you asked for nothing, take that role from them, and tell the "
                "service.\n" + CARE_EN,
            ),
        },
        NoticeKind.MASKED: {
            "fr": (
                "Un réglage de votre espace a changé",
                "Bonjour,\n\n"
                "Un professionnel a changé qui voit un élément qu’il avait déposé dans "
                "votre espace, à votre demande d’après lui. L’historique de votre "
                "espace dit lequel, et vous pouvez revenir en arrière.\n\n"
                "Vous n’avez rien demandé ? Prévenez l’accueil du service.\n" + CARE_FR,
            ),
            "en": (
                "A setting of your space has changed",
                "Hello,\n\n"
                "A professional changed who sees something that they had added to your "
                "space, at your request as they say. The history of your space says "
                "which, and you can go back.\n\n"
                "If you asked for nothing, tell the service.\n" + CARE_EN,
            ),
        },
        NoticeKind.READ_FIRST: {
            "fr": (
                "Quelqu’un a consulté votre espace pour la première fois",
                "Bonjour,\n\n"
                "Une personne qui vous soigne a consulté votre espace pour la première "
                "fois. Votre espace dit qui, quand et ce qui a été lu, à la page "
                "« Historique ».\n\n"
                "Vous ne la connaissez pas ? Vous pouvez la bloquer et la signaler "
                "dans votre espace.\n" + CARE_FR,
            ),
            "en": (
                "Somebody looked into your space for the first time",
                "Hello,\n\n"
                "Somebody who cares for you looked into your space for the first time. "
                "Your space says who, when and what was read, on the page "
                '"History".\n\n'
                "If you do not know them, you can block them and say so in your "
                "space.\n" + CARE_EN,
            ),
        },
        NoticeKind.READ: {
            "fr": (
                "Votre espace a été consulté par quelqu’un qui vous soigne",
                "Bonjour,\n\n"
                "Une personne qui vous soigne a consulté votre espace. Votre espace "
                "dit qui, quand et ce qui a été lu, à la page « Historique ».\n"
                + CARE_FR,
            ),
            "en": (
                "Somebody who cares for you looked into your space",
                "Hello,\n\n"
                "Somebody who cares for you looked into your space. Your space says "
                'who, when and what was read, on the page "History".\n' + CARE_EN,
            ),
        },
        NoticeKind.EMERGENCY: {
            "fr": (
                "Votre espace a été ouvert en urgence",
                "Bonjour,\n\n"
                "Un professionnel a déclaré une urgence et a ouvert votre espace sans "
                "votre accord, comme la loi le permet si vous ne l’avez pas refusé. "
                "Votre espace dit qui, quand, pourquoi et ce qui a été lu, à la page "
                "« Historique ».\n\n"
                "Ce n’était pas une urgence ? Signalez-le dans votre espace. Vous "
                "pouvez aussi refuser ces accès dans vos réglages.\n" + CARE_FR,
            ),
            "en": (
                "Your space was opened in an emergency",
                "Hello,\n\n"
                "A professional declared an emergency and opened your space without "
                "your agreement, as the law allows if you did not refuse it. Your "
                "space says who, when, why and what was read, on the page "
                '"History".\n\n'
                "If it was no emergency, say so in your space. You can also refuse "
                "such access in your settings.\n" + CARE_EN,
            ),
        },
        NoticeKind.READ_REFUSED: {
            "fr": (
                "Un accès en urgence à votre espace a été refusé",
                "Bonjour,\n\n"
                "Un professionnel a demandé un accès en urgence à votre espace. Il a "
                "été refusé, et rien n’a été lu. Votre espace dit qui et quand, à la "
                "page « Historique ».\n" + CARE_FR,
            ),
            "en": (
                "An emergency access to your space was refused",
                "Hello,\n\n"
                "A professional asked for an emergency access to your space. It was "
                "refused, and nothing was read. Your space says who and when, on the "
                'page "History".\n' + CARE_EN,
            ),
        },
        NoticeKind.DIGEST: {
            "fr": (
                "Du nouveau dans votre espace aujourd’hui",
                "Bonjour,\n\n"
                "Du nouveau vous attend dans votre espace, à la page « Mes avis ».\n\n"
                "Cet avis part une fois par jour au plus. Vous pouvez en changer dans "
                "votre espace.\n\n" + _REMINDER_FR + CARE_FR,
            ),
            "en": (
                "News in your space today",
                "Hello,\n\n"
                'There is news in your space, on the page "My notices".\n\n'
                "This notice leaves once a day at most. You can change that in your "
                "space.\n\n" + _REMINDER_EN + CARE_EN,
            ),
        },
        NoticeKind.UPDATE: {
            "fr": (
                "Votre espace a été mis à jour",
                "Bonjour,\n\n"
                "Votre espace a été mis à jour.\n\n"
                "Nous vous invitons à prendre contact avec un professionnel de santé, "
                "par exemple votre médecin traitant : il en parlera avec vous.\n\n"
                "Cette mise à jour n’apparaît pas encore dans votre espace : il est "
                "inutile de vous y connecter pour elle.\n"
                "Cette invitation est automatique : elle ne dit rien de votre "
                "santé.\n\n" + SAFETY_FR,
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
                "health.\n\n" + SAFETY_EN,
            ),
        },
        NoticeKind.REVIEW: {
            "fr": (
                "À relire dans votre espace",
                "Bonjour,\n\n"
                "Vous avez écrit quelque chose dans votre espace il y a un certain "
                "temps. Relisez-le, puis confirmez-le, changez-le ou retirez-le, à la "
                "page « Mes papiers ».\n" + CARE_FR,
            ),
            "en": (
                "To be read again in your space",
                "Hello,\n\n"
                "Some time ago you wrote something in your space. Read it again, then "
                'confirm it, change it or take it back, on the page "My papers".\n'
                + CARE_EN,
            ),
        },
        NoticeKind.UNREAD: {
            "fr": (
                "Un de vos messages n’était pas encore ouvert",
                "Bonjour,\n\n"
                "Un message que vous avez envoyé depuis votre espace n’avait encore "
                "été ouvert par personne quand cet avis a été écrit. Votre espace dit "
                "lequel, et ce que vous pouvez faire.\n" + CARE_FR,
            ),
            "en": (
                "One of your messages had not been opened yet",
                "Hello,\n\n"
                "A message you sent from your space had been opened by nobody yet when "
                "this notice was written. Your space says which one, and what you can "
                "do.\n" + CARE_EN,
            ),
        },
        NoticeKind.UNDELIVERED: {
            "fr": (
                "Un de vos messages n’a pas pu être remis",
                "Bonjour,\n\n"
                "Un message que vous avez envoyé depuis votre espace n’a pas pu être "
                "remis. Votre espace dit lequel, et ce que vous pouvez faire.\n"
                + CARE_FR,
            ),
            "en": (
                "One of your messages could not be delivered",
                "Hello,\n\n"
                "A message you sent from your space could not be delivered. Your space "
                "says which one, and what you can do.\n" + CARE_EN,
            ),
        },
    }
)
"""Subject and text, by kind and language."""
