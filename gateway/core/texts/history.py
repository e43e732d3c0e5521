"""
What the lines of a patient's history say to the patient.

A line that has no words here is about how the service works, or about what is hidden
from the patient: it is not on the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from attrs import frozen

from gateway.core.actors import Means
from gateway.core.texts.both import Both


class Deed(StrEnum):
    """What kind of thing was done, to choose by."""

    READ = "read"
    FILED = "filed"
    MESSAGES = "messages"
    SETTINGS = "settings"
    SESSIONS = "sessions"
    SERVICE = "service"


@frozen
class DeedText:
    """A thing that was done: its kind and its words."""

    deed: Deed
    text: Both


def _said(deed: Deed, fr: str, en: str) -> DeedText:
    return DeedText(deed, Both(fr, en))


DEED_TEXTS: Mapping[str, DeedText] = MappingProxyType(
    {
        "document:open": _said(Deed.READ, "Document ouvert", "Document opened"),
        "document:download": _said(
            Deed.READ, "Document téléchargé", "Document downloaded"
        ),
        "document:send": _said(
            Deed.MESSAGES,
            "Document envoyé avec un message",
            "Document sent with a message",
        ),
        "document:file": _said(Deed.FILED, "Document déposé", "Document added"),
        "document:keep": _said(
            Deed.FILED, "Document ajouté au dossier", "Document added to the record"
        ),
        "document:deprecate": _said(
            Deed.FILED,
            "Document remplacé par une version plus récente",
            "Document replaced by a newer version",
        ),
        "document:decide": _said(
            Deed.FILED, "Document non ajouté", "Document not added"
        ),
        "recipient:refuse": _said(
            Deed.MESSAGES, "Message refusé à l’arrivée", "Message refused on arrival"
        ),
        "recipient:look": _said(
            Deed.MESSAGES,
            "A demandé si un message peut vous être envoyé",
            "Asked whether a message can be sent to you",
        ),
        "document:withdraw": _said(
            Deed.FILED, "Document retiré par son auteur", "Document withdrawn"
        ),
        "document:announce": _said(
            Deed.FILED,
            "Résultat annoncé : document visible dans l’espace",
            "Result announced: the document can be seen",
        ),
        "document:erase": _said(
            Deed.FILED,
            "Document ajouté dans l’espace, supprimé définitivement",
            "Document added in the space, deleted for good",
        ),
        "export:ask": _said(
            Deed.READ,
            "Téléchargement de tout le dossier demandé",
            "Download of the whole record asked for",
        ),
        "export:ready": _said(
            Deed.SERVICE,
            "Fichier de tout le dossier prêt",
            "File of the whole record ready",
        ),
        "export:take": _said(
            Deed.READ, "Tout le dossier téléchargé", "Whole record downloaded"
        ),
        "export:end": _said(
            Deed.SERVICE,
            "Fichier de tout le dossier effacé du service",
            "File of the whole record deleted by the service",
        ),
        "consultation:begin": _said(Deed.READ, "Dossier consulté", "Record read"),
        "consultation:refuse": _said(
            Deed.READ,
            "Consultation du dossier refusée",
            "Reading of the record refused",
        ),
        "consultation:end": _said(Deed.READ, "Consultation terminée", "Reading ended"),
        "document:consult": _said(
            Deed.READ, "Document lu par un professionnel", "Document read"
        ),
        "agreement:give": _said(
            Deed.SETTINGS,
            "Accord donné à un professionnel pour consulter",
            "Agreement given to a professional to read",
        ),
        "agreement:end": _said(
            Deed.SETTINGS, "Accord pour consulter terminé", "Agreement to read ended"
        ),
        "agreement:code": _said(
            Deed.SETTINGS,
            "Code créé pour donner accès à un professionnel",
            "Code made to give access to a professional",
        ),
        "team:join": _said(
            Deed.SETTINGS,
            "Entrée dans votre équipe de soins",
            "Joined your care team",
        ),
        "team:leave": _said(
            Deed.SETTINGS,
            "Sortie de votre équipe de soins",
            "Left your care team",
        ),
        "episode:open": _said(Deed.SETTINGS, "Début d’un suivi", "A follow-up began"),
        "episode:close": _said(Deed.SETTINGS, "Fin d’un suivi", "A follow-up ended"),
        "document:mask": _said(
            Deed.SETTINGS,
            "Masqué aux professionnels",
            "Hidden from professionals",
        ),
        "document:unmask": _said(
            Deed.SETTINGS,
            "Montré de nouveau aux professionnels",
            "Shown to professionals again",
        ),
        "message:deliver": _said(Deed.MESSAGES, "Message reçu", "Message received"),
        "message:send": _said(Deed.MESSAGES, "Message envoyé", "Message sent"),
        "writing:refuse": _said(
            Deed.MESSAGES, "Message non envoyé", "Message not sent"
        ),
        "message:read": _said(Deed.MESSAGES, "Message lu", "Message read"),
        "message:delete": _said(
            Deed.MESSAGES, "Conversation supprimée", "Conversation deleted"
        ),
        "message:recall": _said(
            Deed.MESSAGES,
            "Message envoyé par erreur, repris",
            "Message sent by mistake, taken back",
        ),
        "conversation:end": _said(
            Deed.MESSAGES,
            "Conversation terminée par le correspondant",
            "Conversation ended by the correspondent",
        ),
        "delegation:ask": _said(
            Deed.SETTINGS, "Aide demandée à un proche", "Someone was asked to help"
        ),
        "delegation:accept": _said(
            Deed.SETTINGS, "Aide d’un proche acceptée", "A request to help was accepted"
        ),
        "delegation:refuse": _said(
            Deed.SETTINGS, "Aide d’un proche refusée", "A request to help was refused"
        ),
        "delegation:change": _said(
            Deed.SETTINGS,
            "Dernier jour d’un aidant changé",
            "The last day of a carer was changed",
        ),
        "delegation:end": _said(
            Deed.SETTINGS, "Aide d’un proche terminée", "The help of someone ended"
        ),
        "correction:ask": _said(
            Deed.MESSAGES,
            "Correction d’un document demandée à son auteur",
            "The author of a document was asked to correct it",
        ),
        "correction:remind": _said(
            Deed.SERVICE,
            "Auteur d’un document relancé",
            "The author of a document was reminded",
        ),
        "correction:escalate": _said(
            Deed.SERVICE,
            "Demande sans réponse de l’auteur : le service s’en occupe",
            "The author did not answer: the service looks into it",
        ),
        "correction:end": _said(
            Deed.SERVICE,
            "Demande à l’auteur d’un document terminée",
            "What was asked of the author of a document is over",
        ),
        "correction:take-back": _said(
            Deed.MESSAGES,
            "Demande à l’auteur d’un document retirée",
            "What was asked of the author of a document was taken back",
        ),
        "inquiry:open": _said(
            Deed.SETTINGS,
            "Personne inconnue signalée au service",
            "Somebody unknown was reported to the service",
        ),
        "inquiry:look": _said(
            Deed.SERVICE, "Signalement en cours d’examen", "Report being looked at"
        ),
        "inquiry:answer": _said(
            Deed.SERVICE, "Réponse à un signalement", "Answer to a report"
        ),
        "inquiry:close": _said(Deed.SERVICE, "Signalement clos", "Report closed"),
        "profile:add": _said(Deed.SERVICE, "Espace créé", "Space created"),
        "profile:change": _said(Deed.SETTINGS, "Réglage changé", "Setting changed"),
        "session:start": _said(
            Deed.SESSIONS,
            "Mot de passe donné, code envoyé",
            "Password given, code sent",
        ),
        "session:refuse": _said(Deed.SESSIONS, "Connexion refusée", "Sign-in refused"),
        "session:open": _said(Deed.SESSIONS, "Connexion à l’espace", "Signed in"),
        "session:close": _said(Deed.SESSIONS, "Déconnexion", "Signed out"),
        "account:prove": _said(
            Deed.SESSIONS,
            "Mot de passe et code vérifiés",
            "Password and code checked",
        ),
        "account:refuse": _said(Deed.SESSIONS, "Vérification refusée", "Check refused"),
        "decision:read": _said(Deed.READ, "Explication lue", "Explanation read"),
        "operator:read": _said(
            Deed.READ,
            "Dossier consulté par le service",
            "Record consulted by the service",
        ),
        "access:ask": _said(
            Deed.READ,
            "Accès demandé par un opérateur du service",
            "An operator of the service asked for access",
        ),
        "access:take": _said(
            Deed.READ,
            "Accès ouvert par un opérateur du service, à contrôler ensuite",
            "An operator of the service opened an access, to be reviewed",
        ),
        "access:grant": _said(
            Deed.READ,
            "Accès d’un opérateur accordé par une seconde personne",
            "A second person granted an operator's access",
        ),
        "access:refuse": _said(
            Deed.READ,
            "Accès d’un opérateur refusé par une seconde personne",
            "A second person refused an operator's access",
        ),
        "access:end": _said(
            Deed.READ,
            "Accès d’un opérateur terminé avant l’heure",
            "An operator's access ended before its time",
        ),
        "access:review": _said(
            Deed.READ, "Accès d’un opérateur contrôlé", "An operator's access reviewed"
        ),
        "notice:send": _said(
            Deed.SERVICE,
            "Avis par courriel ou par SMS",
            "Notice by e-mail or text message",
        ),
    }
)
"""By action of the journal."""

ENDS_TEXTS: Mapping[tuple[str, str], Both] = MappingProxyType(
    {
        ("access:review", "fine"): Both(
            "Accès d’un opérateur contrôlé : il était justifié",
            "An operator's access was reviewed: it was justified",
        ),
        ("access:review", "not-fine"): Both(
            "Accès d’un opérateur contrôlé : il n’était pas justifié",
            "An operator's access was reviewed: it was not justified",
        ),
        ("consultation:begin", "TEAM"): Both(
            "Dossier consulté, dans votre équipe de soins",
            "Record read, within your care team",
        ),
        ("consultation:begin", "CONSENT"): Both(
            "Dossier consulté, avec votre accord pour cette fois",
            "Record read, with your agreement for this once",
        ),
        ("consultation:begin", "REGULATION"): Both(
            "Dossier consulté par le médecin du 15, pendant un appel",
            "Record read by the doctor of the 15, during a call",
        ),
        ("consultation:begin", "EMERGENCY"): Both(
            "Dossier ouvert en urgence, sans votre accord",
            "Record opened in an emergency, without your agreement",
        ),
        ("document:consult", "REGULATION"): Both(
            "Document lu par le médecin du 15",
            "Document read by the doctor of the 15",
        ),
        ("document:consult", "EMERGENCY"): Both(
            "Document lu en urgence", "Document read in an emergency"
        ),
        ("consultation:end", "closed"): Both(
            "Consultation fermée : son accord n’est plus valable, ou cette personne "
            "est bloquée",
            "Reading closed: its agreement no longer holds, or this person is blocked",
        ),
        ("agreement:give", "team"): Both(
            "Accord donné à une équipe de soins pour consulter",
            "Agreement given to a care team to read",
        ),
        ("agreement:give", "consultation"): Both(
            "Accord donné à un professionnel pour consulter une fois",
            "Agreement given to a professional to read once",
        ),
        ("agreement:end", "withdrawn"): Both(
            "Accord pour consulter retiré", "Agreement to read taken back"
        ),
        ("agreement:end", "blocked"): Both(
            "Accord pour consulter terminé par un blocage",
            "Agreement to read ended by a block",
        ),
        ("agreement:end", "episode"): Both(
            "Accord pour consulter terminé avec le suivi",
            "Agreement to read ended with the follow-up",
        ),
        ("team:leave", "blocked"): Both(
            "Sortie de votre équipe de soins par un blocage",
            "Left your care team by a block",
        ),
        ("session:open", "passkey"): Both(
            "Connexion à l’espace par une clé d’accès", "Signed in with a passkey"
        ),
        ("session:open", "trusted"): Both(
            "Connexion à l’espace sans code, depuis un appareil de confiance",
            "Signed in without a code, from a trusted device",
        ),
        ("session:refuse", "passkey"): Both(
            "Connexion par une clé d’accès refusée", "Sign-in with a passkey refused"
        ),
        ("session:refuse", "passkey-cloned"): Both(
            "Connexion refusée : cette clé d’accès semble avoir été copiée",
            "Sign-in refused: this passkey seems to have been copied",
        ),
        ("document:download", "operator"): Both(
            "Document ouvert par un opérateur du service",
            "Document opened by an operator of the service",
        ),
        ("operator:read", "quarantine get"): Both(
            "Message retenu à l’arrivée, ouvert par un opérateur du service",
            "A message held back on arrival was opened by an operator of the service",
        ),
        ("operator:read", "vault list"): Both(
            "Liste des documents consultée par un opérateur du service",
            "The list of documents was read by an operator of the service",
        ),
        ("operator:read", "access show"): Both(
            "Accès d’un opérateur examiné par le service",
            "An operator's access was looked at by the service",
        ),
    }
)
"""By action and outcome, where that says more than the action alone."""

CHANGE_TEXTS: Mapping[str, Both] = MappingProxyType(
    {
        "attached": Both("Rattachement à un assuré", "Attached to an insured person"),
        "represented": Both(
            "Représentant légal inscrit ou retiré",
            "Legal representative recorded or taken away",
        ),
        "majority": Both("Majorité annoncée ou atteinte", "Coming of age"),
        "account": Both("Compte ouvert", "Account opened"),
        "add": Both("Espace créé", "Space created"),
        "directives-write": Both(
            "Directives anticipées écrites", "Advance directives written"
        ),
        "directives-replace": Both(
            "Directives anticipées remplacées", "Advance directives replaced"
        ),
        "directives-confirm": Both(
            "Directives anticipées confirmées", "Advance directives confirmed"
        ),
        "directives-take-back": Both(
            "Directives anticipées retirées", "Advance directives taken back"
        ),
        "entourage-write": Both(
            "Entourage et volontés écrits", "People close to me and wishes written"
        ),
        "entourage-replace": Both(
            "Entourage et volontés remplacés", "People close to me and wishes replaced"
        ),
        "entourage-take-back": Both(
            "Entourage et volontés retirés",
            "People close to me and wishes taken back",
        ),
        "informed": Both(
            "Vous avez été informé du dépôt de documents, déclare cette structure ou "
            "ce professionnel",
            "You were told that documents are filed, says this structure or "
            "professional",
        ),
        "administrator": Both(
            "Administrateur du profil nommé ou retiré",
            "Administrator of the profile named, or no longer one",
        ),
        "closing": Both(
            "Fermeture de l’espace voulue par un représentant, ou plus voulue",
            "A representative wants the space closed, or no longer",
        ),
        "block": Both("Professionnel ou structure bloqué", "Sender blocked"),
        "unblock": Both("Blocage levé", "Block lifted"),
        "card": Both("Numéro de carte Vitale changé", "Health card number changed"),
        "email": Both("Adresse de courriel changée", "E-mail address changed"),
        "telephone": Both("Numéro de téléphone changé", "Telephone number changed"),
        "language": Both("Langue changée", "Language changed"),
        "login": Both("Identifiant changé", "Login changed"),
        "password": Both("Mot de passe changé", "Password changed"),
        "passkey": Both("Clé d’accès ajoutée", "Passkey added"),
        "passkey-removed": Both("Clé d’accès retirée", "Passkey removed"),
        "trusted": Both(
            "Appareil de confiance : plus de code demandé",
            "Trusted device: no code asked any more",
        ),
        "untrusted": Both(
            "Appareil de confiance retiré : un code est de nouveau demandé",
            "Device no longer trusted: a code is asked again",
        ),
        "unreached": Both(
            "Adresse de courriel non joignable, ou joignable à nouveau",
            "E-mail address not reached, or reached again",
        ),
        "telephone-proved": Both(
            "Numéro de téléphone vérifié par un code, ou plus valable",
            "Telephone number proved by a code, or no longer valid",
        ),
        "notice-way": Both(
            "Avis par courriel ou par SMS : choix changé",
            "Notices by e-mail or text message: choice changed",
        ),
        "code-way": Both(
            "Codes de connexion par courriel ou par SMS : choix changé",
            "Codes to sign in by e-mail or text message: choice changed",
        ),
        "notices": Both(
            "Façon d’être prévenu changée", "How you are told of things changed"
        ),
        "oid": Both("Autorité de l’INS corrigée", "Authority of the INS mended"),
        "state": Both("État de l’espace changé", "State of the space changed"),
        "identity": Both(
            "Identité mise à jour par un fichier du service",
            "Identity updated from a file of the service",
        ),
        "mask": Both("Documents masqués aux professionnels", "Documents hidden"),
        "unmask": Both("Documents montrés de nouveau", "Documents shown again"),
        "mask-all": Both(
            "Tous les documents masqués aux professionnels",
            "All documents hidden from professionals",
        ),
        "unmask-all": Both(
            "Tous les documents montrés comme avant",
            "All documents shown as before",
        ),
        "mask-by-default": Both(
            "Nouveaux documents masqués ou non d’office",
            "New documents hidden at first, or not",
        ),
        "emergency.samu": Both(
            "Accès du SAMU en urgence changé", "Emergency access of the SAMU changed"
        ),
        "emergency.other": Both(
            "Accès en urgence des autres professionnels changé",
            "Emergency access of other professionals changed",
        ),
        "emergency.masked": Both(
            "Documents masqués en urgence : choix changé",
            "Hidden documents in an emergency: choice changed",
        ),
        "oppose-structure": Both(
            "Opposition au dépôt par une structure",
            "Objection to documents being added by a place",
        ),
        "oppose-type": Both(
            "Opposition au dépôt d’un type de document",
            "Objection to a type of document being added",
        ),
        "oppose-document": Both(
            "Opposition au dépôt d’un document",
            "Objection to a document being added",
        ),
        "oppose-reading": Both(
            "Opposition à la lecture par les professionnels",
            "Objection to being read by professionals",
        ),
        "oppose-mail": Both(
            "Opposition à la messagerie entre professionnels",
            "Objection to mail between professionals",
        ),
        "oppose-mail-to-me": Both(
            "Opposition à la messagerie vers vous",
            "Objection to mail to you",
        ),
        "treating": Both(
            "Médecin traitant indiqué ou retiré",
            "Treating doctor named or taken away",
        ),
        "withdraw-structure": Both(
            "Opposition au dépôt par une structure levée",
            "Objection to a place lifted",
        ),
        "withdraw-type": Both(
            "Opposition à un type de document levée",
            "Objection to a type of document lifted",
        ),
        "withdraw-document": Both(
            "Opposition à un document levée", "Objection to a document lifted"
        ),
        "withdraw-reading": Both(
            "Opposition à la lecture levée", "Objection to being read lifted"
        ),
        "withdraw-mail": Both(
            "Opposition à la messagerie entre professionnels levée",
            "Objection to mail between professionals lifted",
        ),
        "withdraw-mail-to-me": Both(
            "Opposition à la messagerie vers vous levée",
            "Objection to mail to you lifted",
        ),
    }
)
"""By what was changed, for ``profile:change``."""

TOLD_ABOUT = frozenset(
    word
    for word in CHANGE_TEXTS
    if word.startswith(("oppose-", "withdraw-"))
    or word
    in {
        "block",
        "passkey",
        "passkey-removed",
        "represented",
        "treating",
        "trusted",
        "unblock",
        "untrusted",
    }
)
"""Changes of which the patient is told whom or what they are about."""

TOLD_VALUES = frozenset({"administrator", "block", "unblock", "email", "telephone"})
"""Changes of which the values before and after are words for the patient."""

MEANS_TEXTS: Mapping[Means, Both] = MappingProxyType(
    {
        Means.WEB: Both("dans l’espace", "in the space"),
        Means.PORTAL: Both(
            "dans l’espace des professionnels", "in the professionals' pages"
        ),
        Means.ADMIN_SOCKET: Both(
            "par une commande du service", "by a command of the service"
        ),
        Means.MASTER_KEY: Both(
            "par une commande, avec la clé du service",
            "by a command, with the key of the service",
        ),
        Means.MAIL: Both("par message", "by a message"),
        Means.COUNTER: Both("à un guichet", "at a counter"),
        Means.TASK: Both("de lui-même, à sa date", "by itself, on its day"),
    }
)
"""By what means something was changed."""

PRESENTED_TEXTS: Mapping[str, Both] = MappingProxyType(
    {
        "card": Both(
            "carte Vitale présentée, selon ce professionnel",
            "health card (carte Vitale) shown, as this professional says",
        ),
        "app": Both(
            "appli carte Vitale présentée, selon ce professionnel",
            "carte Vitale application shown, as this professional says",
        ),
    }
)
"""What the patient showed to say who they are, by the words of `Presented`."""

READING_REFUSED_TEXTS: Mapping[str, Both] = MappingProxyType(
    {
        "BLOCKED": Both("Vous avez bloqué cette personne.", "You blocked this person."),
        "OPPOSED": Both(
            "Vous vous opposez à cette consultation.", "You object to this reading."
        ),
        "NOT_INFORMED": Both(
            "Cette personne n’a pas dit qu’elle vous avait informé.",
            "This person did not say that they had told you.",
        ),
        "CONSENT_MISSING": Both(
            "Vous n’avez pas donné votre accord.", "You had not agreed."
        ),
        "CONSENT_EXPIRED": Both(
            "Votre accord n’était plus valable.", "Your agreement no longer held."
        ),
        "CODE_WRONG": Both(
            "Le code donné n’était pas le vôtre, ou il avait expiré.",
            "The code given was not yours, or it was too old.",
        ),
        "EMERGENCY_REFUSED_BY_PATIENT": Both(
            "Vos réglages refusent cet accès en urgence.",
            "Your settings refuse this emergency access.",
        ),
        "EMERGENCY_NOT_DECLARED": Both(
            "L’urgence n’a pas été déclarée.", "The emergency was not declared."
        ),
        "EMERGENCY_REASON_MISSING": Both(
            "L’urgence n’a pas été justifiée.", "No reason was given for it."
        ),
        "NOT_A_REGULATOR": Both(
            "Cet accès est celui du médecin du 15.",
            "This access is for the doctor of the 15.",
        ),
        "AUTH_TOO_WEAK": Both(
            "Cette personne n’a pas assez prouvé qui elle est.",
            "This person did not prove well enough who they are.",
        ),
        "ROLE_NEVER_READS": Both(
            "Son métier ne permet pas de consulter.",
            "Their role does not let them read.",
        ),
        "NOT_HABILITATED": Both(
            "Son activité ne permet pas de consulter.",
            "Their activity does not let them read.",
        ),
        "INS_NOT_QUALIFIED": Both(
            "Son logiciel n’avait pas vérifié votre identité.",
            "Their program had not verified your identity.",
        ),
    }
)
"""Why a reading was refused, as its patient is told; of the rest nothing is said."""

SECRET_CHANGES = frozenset({"secret", "unsecret"})
"""Changes that no page tells: a minor's secret is one (CSP R. 1111-50)."""


def deed_text(action: str, outcome: str) -> DeedText | None:
    """Return what a line says, or None where the patient is told nothing of it."""
    known = DEED_TEXTS.get(action)
    if known is None or (action == "profile:change" and outcome in SECRET_CHANGES):
        return None
    if action == "profile:change" and outcome in CHANGE_TEXTS:
        return DeedText(known.deed, CHANGE_TEXTS[outcome])
    if (said := ENDS_TEXTS.get((action, outcome))) is not None:
        return DeedText(known.deed, said)
    return known
