"""What is said in the file with everything that a patient takes away."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

README: Mapping[str, str] = MappingProxyType(
    {
        "fr": """Tout votre dossier, au {day}
{service}

documents/   chaque document exactement tel qu’il a été déposé (fichiers CDA, pour
             les logiciels de santé)
lisible/     les mêmes, sous une forme que vous pouvez ouvrir : PDF, images, textes
messages/    vos messages, reçus et envoyés (fichiers .eml, pour un logiciel de
             messagerie), exactement tels qu’ils ont été gardés. D’un message qui
             est venu avec des documents, ou à plusieurs patients, vous avez le texte
             et les fichiers que montre votre espace : les documents que vous pouvez
             voir sont dans documents/.
index.html   la liste de vos documents et de vos messages : ouvrez-la avec votre
             navigateur
manifest-sha256.txt
             l’empreinte de chaque fichier : elle montre qu’aucun n’a changé
{history}
Ce dossier contient des données de santé. Gardez-le dans un endroit sûr : toute
personne qui a ce fichier peut le lire, sans mot de passe.

Ce que vous ne pouvez pas encore voir dans votre espace n’est pas ici non plus, ni ce
qui a été supprimé, retiré ou repris par son expéditeur. Vos brouillons, vos avis et
vos réglages se lisent dans votre espace.
Nombre de documents : {documents}.
Nombre de messages : {messages}.
{damaged}""",
        "en": """Your whole record, on {day}
{service}

documents/   each document exactly as it was filed (CDA files, for health software)
lisible/     the same, in a form that you can open: PDF, pictures, texts
messages/    your messages, received and sent (.eml files, for a mail program),
             exactly as they were kept. Of a message that came with documents, or to
             several patients, you have the text and the files that your space
             shows: the documents that you may see are in documents/.
index.html   the list of your documents and messages: open it with your browser
manifest-sha256.txt
             the digest of each file: it shows that none was changed
{history}
This folder holds health data. Keep it in a safe place: whoever has this file can
read it, without a password.

What you cannot see in your space yet is not here either, nor what was deleted,
withdrawn or taken back by its sender. Your drafts, notices and settings can be read in
your space.
Number of documents: {documents}.
Number of messages: {messages}.
{damaged}""",
    }
)

DAMAGED: Mapping[str, str] = MappingProxyType(
    {
        "fr": """
Le service n’a pas pu lire ces messages, qui ne sont pas dans ce dossier. Adressez-vous
à l’accueil du service.
""",
        "en": """
The service could not read these messages, which are not in this folder. Ask the
service.
""",
    }
)
"""Said before the messages that are not in the file, where there are any."""

PROVEN: Mapping[str, str] = MappingProxyType(
    {
        "fr": """history.jsonl
             votre historique, ligne par ligne. Certaines lignes sont fermées : elles
             disent comment le service travaille. Leur place est prouvée, et leur
             contenu n’est pas donné.
check.html   la page qui vérifie l’historique : ouvrez-la, sans Internet, et donnez-lui
             ce dossier. check.py fait la même chose sans navigateur.
proof.json, checkpoint.txt, keys.json
             ce qu’il faut pour cette vérification

Ce que prouve la vérification : rien dans ces lignes n’a été changé, retiré ni ajouté
avant la date du point de contrôle. Elle ne prouve pas que tout ce qui a été fait y a
été écrit. Les lignes écrites après ce point ne sont pas ici : {more}.
Comparez les clés de keys.json avec celles que le service publie.
""",
        "en": """history.jsonl
             your history, line by line. Some lines are closed: they say how the
             service works. Their place is proved, and their content is not given.
check.html   the page that verifies the history: open it, without the Internet, and
             give it this folder. check.py does the same without a browser.
proof.json, checkpoint.txt, keys.json
             what is needed for it

What the verification proves: nothing in these lines was changed, taken away or put in
before the time of the checkpoint. It does not prove that all that was done was written.
Lines written after the checkpoint are not here: {more}.
Compare the keys in keys.json with those that the service publishes.
""",
    }
)
"""Said where a signed checkpoint has lines of the patient."""

UNPROVEN: Mapping[str, str] = MappingProxyType(
    {
        "fr": """
L’historique n’est pas dans ce fichier : ce service n’a pas encore de point de contrôle
signé qui le prouve. Il se lit dans votre espace, à la page « Historique ».
""",
        "en": """
The history is not in this file: this service has no signed checkpoint yet that proves
it. It can be read in your space, on the page "History".
""",
    }
)

INDEX_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "fr": {
            "title": "Mes documents et mes messages",
            "lead": "Tout votre dossier, au {day}. Documents\u00a0: {documents}. "
            "Messages\u00a0: {messages}. Le plus récent est en premier.",
            "documents": "Mes documents",
            "messages": "Mes messages",
            "no_count": "Il n’y avait aucun document dans votre espace.",
            "no_count_messages": "Il n’y avait aucun message dans votre espace.",
            "open": "Ouvrir",
            "original": "Original (CDA)",
            "replaced": "Remplacé par une version plus récente",
            "damaged": "Le service n’a pas pu lire ce document : il n’est pas dans ce "
            "dossier. Adressez-vous à l’accueil du service.",
            "own": "Déposé par vous",
            "readme": "Ce que contient ce dossier",
            "check": "Vérifier l’historique",
            "day": "Date",
            "document": "Document",
            "by": "Déposé par",
            "files": "Fichiers",
            "years": "Par année",
            "count": "{number} documents",
            "count_messages": "{number} messages",
            "party": "De, ou à",
            "from": "De\u00a0: ",
            "to": "À\u00a0: ",
            "subject": "Objet",
            "no_subject": "(sans objet)",
            "file": "Fichier",
            "open_message": "Message (.eml)",
            "attached": "Pièces jointes\u00a0: ",
            "copied": "Texte et fichiers de ce message, comme dans votre espace. Des "
            "documents venus avec lui, ceux que vous pouvez voir sont dans votre liste "
            "de documents.",
            "file_damaged": "Ce fichier n’a pas pu être lu\u00a0: {name}",
            "message_damaged": "Le service n’a pas pu lire ce message\u00a0: il n’est "
            "pas dans ce dossier. Adressez-vous à l’accueil du service.",
            "colon": "\u00a0: ",
            "all": "Toutes les années",
            "newer": "Plus récents\u00a0:",
            "older": "Plus anciens\u00a0:",
            "pages": "Pages",
        },
        "en": {
            "title": "My documents and messages",
            "lead": "Your whole record, on {day}. Documents: {documents}. Messages: "
            "{messages}. The most recent is first.",
            "documents": "My documents",
            "messages": "My messages",
            "no_count": "There was no document in your space.",
            "no_count_messages": "There was no message in your space.",
            "open": "Open",
            "original": "Original (CDA)",
            "replaced": "Replaced by a newer version",
            "damaged": "The service could not read this document: it is not in this "
            "folder. Ask the service.",
            "own": "Added by you",
            "readme": "What is in this folder",
            "check": "Verify the history",
            "day": "Date",
            "document": "Document",
            "by": "Filed by",
            "files": "Files",
            "years": "By year",
            "count": "{number} documents",
            "count_messages": "{number} messages",
            "party": "From, or to",
            "from": "From: ",
            "to": "To: ",
            "subject": "Subject",
            "no_subject": "(no subject)",
            "file": "File",
            "open_message": "Message (.eml)",
            "attached": "Attached: ",
            "copied": "Text and files of this message, as in your space. Of documents "
            "that came with it, those that you may see are in your list of documents.",
            "file_damaged": "This file could not be read: {name}",
            "message_damaged": "The service could not read this message: it is not in "
            "this folder. Ask the service.",
            "colon": ": ",
            "all": "All years",
            "newer": "More recent:",
            "older": "Older:",
            "pages": "Pages",
        },
    }
)
"""The words of the list, by language."""
