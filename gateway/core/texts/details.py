"""
What to correct in a document, in French: the readers say it once, in English.

A reader of formats knows no language of people: it raises one English sentence, and
the same sentence is what the operator's log and journal show. Here is the French of
each, found by the English, as gettext does. A test looks up every sentence of the
readers and fails where one has no French.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.core.texts.faults import PART, Words

BETWEEN: Final = "; "
"""What stands between two details; no sentence of the table has it within."""

BOTH: Final = " / "
"""What stands between the French and the English of one that is said in both."""

FRENCH: Mapping[str, str] = MappingProxyType(
    {
        # Around any of the others.
        "and {} more": "et {} de plus",
        "{} (partie/part {})": "{} (partie/part {})",
        "{}: left out": "{} : non retenu",
        # A document of a patient's own, and one on paper.
        "a text that XML cannot hold": (
            "un texte que le format XML ne peut pas contenir"
        ),
        "a text that is too long to be printed": "un texte trop long à imprimer",
        # The file of an archive (gateway/documents/xdm).
        "archive cut short": "archive coupée avant sa fin",
        "archive in several volumes": "archive en plusieurs volumes",
        "archive packed by a method that is not accepted": (
            "archive compressée par une méthode qui n’est pas acceptée"
        ),
        "archive that is encrypted": "archive chiffrée",
        "archive that unpacks far too large": (
            "archive dont le contenu décompressé est démesuré"
        ),
        "archive too large": "archive trop grande",
        "archive whose directory and count differ": (
            "archive dont le répertoire et le nombre de fichiers se contredisent"
        ),
        "archive whose entries overlap its directory": (
            "archive dont des fichiers recouvrent le répertoire"
        ),
        "archive whose entries overlap, or are out of order": (
            "archive dont des fichiers se recouvrent ou ne sont pas dans l’ordre"
        ),
        "archive whose entry has two names": "archive dont un fichier a deux noms",
        "archive whose entry has two sizes": "archive dont un fichier a deux tailles",
        "archive whose entry is described in two ways": (
            "archive dont un fichier est décrit de deux façons"
        ),
        "archive whose stored entry has two sizes": (
            "archive dont un fichier non compressé a deux tailles"
        ),
        "archive with a NUL in a name": "archive avec un caractère nul dans un nom",
        "archive with a damaged directory": "archive dont le répertoire est abîmé",
        "archive with a damaged entry": "archive dont une entrée est abîmée",
        "archive with a damaged file": "archive dont un fichier est abîmé",
        "archive with a damaged file (CRC)": "archive dont un fichier est abîmé (CRC)",
        "archive with a damaged ZIP64 end": "archive dont la fin ZIP64 est abîmée",
        "archive with a ZIP64 end that is not where it says": (
            "archive dont la fin ZIP64 n’est pas où elle est annoncée"
        ),
        "archive with a file and a folder of one name": (
            "archive où un fichier et un dossier ont le même nom"
        ),
        "archive with a file larger than announced": (
            "archive dont un fichier est plus grand qu’annoncé"
        ),
        "archive with a file that is cut short": (
            "archive dont un fichier est coupé avant sa fin"
        ),
        "archive with a file that is too large": (
            "archive dont un fichier est trop grand"
        ),
        "archive with a forbidden character in a name": (
            "archive avec un caractère interdit dans un nom"
        ),
        "archive with a link or a special file": (
            "archive avec un lien ou un fichier spécial"
        ),
        "archive with a name in an unknown encoding": (
            "archive avec un nom dans un encodage inconnu"
        ),
        "archive with a name that begins or ends with a dot or a space": (
            "archive avec un nom qui commence ou finit par un point ou une espace"
        ),
        "archive with a name that is too long": "archive avec un nom trop long",
        "archive with a name that leaves its folder": (
            "archive avec un nom qui sort de son dossier"
        ),
        "archive with an absolute name": "archive avec un nom absolu",
        "archive with bytes after its end": "archive suivie d’octets après sa fin",
        "archive with bytes hidden after a file": (
            "archive avec des octets cachés après un fichier"
        ),
        "archive with bytes that belong to no entry": (
            "archive avec des octets qui n’appartiennent à aucun fichier"
        ),
        "archive with content under the name of a folder": (
            "archive avec un contenu sous le nom d’un dossier"
        ),
        "archive with damaged ZIP64 sizes": (
            "archive dont des tailles ZIP64 sont abîmées"
        ),
        "archive with flags that are not accepted": (
            "archive avec des indicateurs qui ne sont pas acceptés"
        ),
        "archive with folders too deep": "archive avec des dossiers trop profonds",
        "archive with the name of a device": (
            "archive avec le nom d’un périphérique (CON, NUL…)"
        ),
        "archive with the same name twice": "archive avec deux fois le même nom",
        "archive with too many entries": "archive avec trop de fichiers",
        "archive with too much in it": "archive dont le contenu est trop grand",
        "archive with two ends that differ": (
            "archive avec deux fins qui se contredisent"
        ),
        "archive with two ends, or bytes before its entries": (
            "archive avec deux fins, ou des octets avant ses fichiers"
        ),
        "archive without the ZIP64 end that it announces": (
            "archive sans la fin ZIP64 qu’elle annonce"
        ),
        "archive without the ZIP64 sizes that it announces": (
            "archive sans les tailles ZIP64 qu’elle annonce"
        ),
        "not a ZIP archive": "ce n’est pas une archive ZIP",
        # A file attached to a PDF (gateway/documents/pdf_files.py).
        "PDF that is encrypted, with a file attached": (
            "PDF chiffré auquel un fichier est joint"
        ),
        "PDF with a damaged file": "PDF auquel est joint un fichier abîmé",
        "PDF with a file packed in a way that is not read": (
            "PDF auquel est joint un fichier compressé d’une façon qui n’est pas lue"
        ),
        "PDF with a file that is cut short": (
            "PDF auquel est joint un fichier coupé avant sa fin"
        ),
        "PDF with a file that is too large": (
            "PDF auquel est joint un fichier trop grand"
        ),
        "PDF with attached files that overlap": (
            "PDF dont des fichiers joints se recouvrent"
        ),
        "PDF with too many files attached": "PDF auquel trop de fichiers sont joints",
        # The package in it.
        "IHE_XDM is in another folder": "IHE_XDM est dans un autre dossier",
        "a file in IHE_XDM that METADATA.XML omits was ignored": (
            "un fichier de IHE_XDM que METADATA.XML ne cite pas a été ignoré"
        ),
        "a file outside IHE_XDM was ignored": "un fichier hors de IHE_XDM a été ignoré",
        "package with a document of another hash than announced": (
            "un document n’a pas l’empreinte annoncée (hash)"
        ),
        "package with a document of another size than announced": (
            "un document n’a pas la taille annoncée (size)"
        ),
        "package with a document that METADATA.XML omits": (
            "le paquet a un document que METADATA.XML ne cite pas"
        ),
        "package with a document that is not of its mimeType": (
            "un document n’est pas du type annoncé (mimeType)"
        ),
        "package with two documents of one uniqueId": (
            "deux documents du paquet ont le même uniqueId"
        ),
        "package without METADATA.XML in a folder of IHE_XDM": (
            "le paquet n’a pas de METADATA.XML dans un dossier de IHE_XDM"
        ),
        "package without a document that METADATA.XML lists": (
            "le paquet n’a pas un document que METADATA.XML cite"
        ),
        # METADATA.XML (gateway/documents/xds).
        "a name of who informed the patient that is none": (
            "le nom de la personne qui a informé le patient n’en est pas un"
        ),
        "METADATA.XML that does not name exactly one patient": (
            "METADATA.XML ne désigne pas un patient et un seul"
        ),
        "METADATA.XML that informs by no known channel": (
            "METADATA.XML dit le patient informé par un canal qui n’est pas connu"
        ),
        "METADATA.XML that informs on a day that is none": (
            "METADATA.XML dit le patient informé un jour qui n’existe pas"
        ),
        "METADATA.XML that lists a file twice": (
            "METADATA.XML cite deux fois un fichier"
        ),
        "METADATA.XML that lists no document": "METADATA.XML ne cite aucun document",
        "METADATA.XML with a document that has no uniqueId": (
            "METADATA.XML a un document sans uniqueId"
        ),
        "METADATA.XML with a document that names no patient": (
            "METADATA.XML a un document qui ne désigne aucun patient"
        ),
        "METADATA.XML with a document that replaces two": (
            "METADATA.XML a un document qui en remplace deux"
        ),
        "METADATA.XML with a document without URI, hash or size": (
            "METADATA.XML a un document sans URI, hash ou size"
        ),
        "METADATA.XML with a hash that is not a SHA-1": (
            "METADATA.XML a un hash qui n’est pas un SHA-1"
        ),
        "METADATA.XML with a size that is not a number": (
            "METADATA.XML a une taille (size) qui n’est pas un nombre"
        ),
        "METADATA.XML with an unknown action": "METADATA.XML a une action inconnue",
        "METADATA.XML with the same slot twice": (
            "METADATA.XML a deux fois le même slot"
        ),
        "METADATA.XML with two values of one identifier": (
            "METADATA.XML a deux valeurs d’un même identifiant"
        ),
        "METADATA.XML without exactly one SubmitObjectsRequest": (
            "METADATA.XML n’a pas un SubmitObjectsRequest et un seul"
        ),
        "METADATA.XML without exactly one submission set": (
            "METADATA.XML n’a pas un lot de soumission (submission set) et un seul"
        ),
        "METADATA.XML without mimeType": "METADATA.XML est sans mimeType",
        "METADATA.XML with a malformed {}": "{} est mal formé dans METADATA.XML",
        "METADATA.XML with several values of {}": (
            "METADATA.XML a plusieurs valeurs de {}"
        ),
        "METADATA.XML with the slot {} twice": "METADATA.XML a deux fois le slot {}",
        "{} and the document give different {}": (
            "{} et le document ne donnent pas la même valeur de {}"
        ),
        "what is said of it": "ce qui en est dit",
        # XML, whatever it holds (gateway/safe_xml.py).
        "XML file too large": "fichier XML trop grand",
        "XML in an encoding that is not accepted": (
            "XML dans un encodage qui n’est pas accepté"
        ),
        "use UTF-8": "écrivez-le en UTF-8",
        "XML nested too deeply": "XML trop profondément imbriqué",
        "XML not well formed, {}": "XML mal formé, {}",
        "as a whole": "dans son ensemble",
        "XML with a DOCTYPE is refused": "un XML avec DOCTYPE est refusé",
        "XML with a malformed declaration": "la déclaration XML est mal formée",
        "XML with too many elements or attributes": "XML avec trop d’éléments",
        # The header of a CDA (gateway/documents/cda).
        "code/@code is too long": "code/@code est trop long",
        "component has two bodies": "component a deux corps",
        "component/structuredBody has no section with a text": (
            "component/structuredBody n’a aucune section avec un texte"
        ),
        "a PDF that needs a password": "un PDF qui demande un mot de passe",
        "a file that is not what it is said to be": (
            "un fichier qui n’est pas ce qu’il est dit être"
        ),
        "a name that XML cannot hold": "un nom qu’un document XML ne peut pas porter",
        "a title that XML cannot hold": "un titre qu’un XML ne peut pas porter",
        "a title that a document cannot have": (
            "un titre qu’un document ne peut pas avoir"
        ),
        "an author without a number or a name": "un auteur sans numéro ou sans nom",
        "effectiveTime is on a day to come": "effectiveTime est un jour à venir",
        "id is too long": "id est trop long",
        "setId is too long": "setId est trop long",
        "the document gives the patient more than one INS": (
            "le document donne plus d’un INS au patient"
        ),
        "the document gives {} as unknown": "le document donne {} comme inconnu",
        "the document gives {} more than once": "le document donne {} plus d’une fois",
        "the document has no {}": "le document n’a pas de {}",
        "the file has more than one ClinicalDocument": (
            "le fichier a plus d’un ClinicalDocument"
        ),
        "the file has no ClinicalDocument": "le fichier n’a pas de ClinicalDocument",
        "{} is missing": "{} manque",
        "{} is not a time": "{} n’est pas une date valable",
        "{} is not a whole number": "{} n’est pas un nombre entier",
        "{} is not an identifier": "{} n’est pas un identifiant",
        "{} is said to be unknown": "{} est dit inconnu",
        # The body of a CDA: what is said goes on after the name of the place.
        "component/nonXMLBody/text {}": "component/nonXMLBody/text {}",
        "the PDF copy in component/structuredBody": (
            "la copie PDF de component/structuredBody"
        ),
        "the PDF copy in component/structuredBody {}": (
            "la copie PDF de component/structuredBody {}"
        ),
        "begins with blanks or a mark before its PDF": (
            "commence par des blancs ou une marque avant son PDF"
        ),
        "has elements where its content should be": (
            "a des éléments à la place de son contenu"
        ),
        "has no end and may be cut short": "n’a pas de fin et semble coupé",
        "is a GIF that is cut short": "est un GIF coupé avant sa fin",
        "is a JPEG that is cut short": "est un JPEG coupé avant sa fin",
        "is a PDF that is cut short": "est un PDF coupé avant sa fin",
        "is a PNG that is cut short": "est un PNG coupé avant sa fin",
        "is a TIFF that is cut short": "est un TIFF coupé avant sa fin",
        "is base64 that is cut short": "est un base64 coupé avant sa fin",
        "is base64 with an alphabet or padding of its own": (
            "est en base64 avec un alphabet ou un remplissage particulier"
        ),
        "is base64 without saying so (B64)": "est en base64 sans le dire (B64)",
        "is compressed": "est compressé",
        "is compressed in a way that is not read": (
            "est compressé d’une façon qui n’est pas lue"
        ),
        "is empty": "est vide",
        "is not a PDF": "n’est pas un PDF",
        "is not a text": "n’est pas un texte",
        "is not base64": "n’est pas en base64",
        "is not the {} it is said to be": "n’est pas du type annoncé, {}",
        "is said to be compressed and is not": "est dit compressé et ne l’est pas",
        "is said to be compressed, and does not unpack": (
            "est dit compressé et ne se décompresse pas"
        ),
        "is {}, and not the type it says": "est {}, et non du type annoncé",
        "is {}, which no document may be: send a PDF": (
            "est {}, ce qu’un document ne peut pas être : envoyez un PDF"
        ),
        "is {}, which the body of a document should not be": (
            "est {}, ce que le corps d’un document ne devrait pas être"
        ),
        "is {}, which the patient sees converted: send a PDF": (
            "est {}, que le patient voit converti : envoyez un PDF"
        ),
        "is {}, which the patient can only download: send a PDF": (
            "est {}, que le patient ne peut que télécharger : envoyez un PDF"
        ),
        "of an unknown type": "d’un type inconnu",
        "names a file by a reference, which must be in it instead": (
            "renvoie à un fichier, qui doit y être joint à la place"
        ),
        "unpacks to more than is accepted": (
            "se décompresse en plus qu’il n’est accepté"
        ),
        # The message around it (gateway/message).
        "header block too long": "en-tête trop long",
        "malformed MIME field": "champ MIME mal formé",
        "malformed MIME parameter": "paramètre MIME mal formé",
        "malformed comment": "commentaire mal formé",
        "malformed mail address": "adresse mal formée",
        "malformed mailbox": "adresse mal formée",
        "mail address too long": "adresse trop longue",
        "too many addresses": "trop d’adresses",
        "too many header lines": "trop de lignes d’en-tête",
        "blank before the colon of {}": "espace avant les deux-points de {}",
        "control character in line {} of a header": (
            "caractère de contrôle à la ligne {} d’un en-tête"
        ),
        "line {} of a header continues nothing": (
            "la ligne {} d’un en-tête ne continue rien"
        ),
        "line {} of a header is no field": (
            "la ligne {} d’un en-tête n’est pas un champ"
        ),
        "message too large once decoded": "message trop grand une fois décodé",
        "message: {}": "message : {}",
        "damaged submission of documents": "soumission de documents abîmée",
        "not a submission of documents": "ce n’est pas une soumission de documents",
        "submission: {}": "soumission : {}",
        # What the schema says, each after the line and the element.
        "an element is missing or out of place": "un élément manque ou est mal placé",
        "expected: {}": "attendu : {}",
        "has a value that is not valid": "a une valeur qui n’est pas valable",
        "has a wrong fixed value": "n’a pas la valeur imposée",
        "is not allowed here": "n’est pas permis ici",
        "is not an element of the schema": "n’est pas un élément du schéma",
        "lacks a required attribute": "n’a pas un attribut obligatoire",
        "may not contain text": "ne doit pas contenir de texte",
        "schema: {}": "schéma : {}",
        "line {}": "ligne {}",
        "line {}: {}": "ligne {} : {}",
        # What stands before the reason.
        "{}: {}": "{} : {}",
    }
)
"""French by English; ``{}`` is a value, looked up itself. The first that fits wins."""

_VALUE: Final = "{}"


def in_both(detail: str) -> Words:
    """
    Return what is to be corrected in French and in English.

    What is said in both already is taken apart; a sentence that is not known, as one
    that was kept by an earlier version, stays as it is in both.

    >>> in_both("README.TXT is missing; IHE_XDM is in another folder")[0]
    'README.TXT manque; IHE_XDM est dans un autre dossier'
    >>> in_both("trop de parties / too many parts")
    ('trop de parties', 'too many parts')
    """
    french, both, english = detail.partition(BOTH)
    if not both:
        french, english = BETWEEN.join(map(french_of, detail.split(BETWEEN))), detail
    return french.replace(PART, "partie "), english.replace(PART, "part ")


def french_of(sentence: str) -> str:
    """
    Return the French of one sentence, or the sentence where none is known.

    >>> french_of("component/nonXMLBody/text is empty")
    'component/nonXMLBody/text est vide'
    """
    if sentence in FRENCH:
        return FRENCH[sentence]
    for pattern, french in _PATTERNS:
        if found := pattern.fullmatch(sentence):
            return french.format(*map(french_of, found.groups()))
    return sentence


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(map(re.escape, english.split(_VALUE))), re.DOTALL)


_PATTERNS: Final = tuple(
    (_pattern(english), french)
    for english, french in FRENCH.items()
    if _VALUE in english
)
