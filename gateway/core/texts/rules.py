"""What each rule asks, in words: what `gateway explain` and the pages say of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

from gateway.core.reasons import GATEWAY_RULE
from gateway.core.texts.both import Both


@frozen
class RuleText:
    """What a rule asks, as a sentence that is so where it does not object."""

    title: Both
    source: str


RULE_TEXTS: Mapping[str, RuleText] = MappingProxyType(
    {
        "1": RuleText(
            Both(
                "L’expéditeur est de l’espace de confiance",
                "The sender is of the space of trust",
            ),
            "SEL-MP-037 EX_AIR-080",
        ),
        "2": RuleText(
            Both(
                "La boîte de l’expéditeur peut écrire aux patients",
                "The sender's mailbox may write to patients",
            ),
            GATEWAY_RULE,
        ),
        "3": RuleText(
            Both(
                "L’adresse du patient est un INS avec sa clé",
                "The patient's address is an INS with its key",
            ),
            "SEL-MP-037 EX_GEN-1270",
        ),
        "4": RuleText(
            Both("Un espace est ouvert pour ce patient", "The patient has a space"),
            "Arrêté du 26/04/2022, art. 1",
        ),
        "5": RuleText(
            Both(
                "Le patient ne s’est pas opposé à son espace",
                "The patient did not object to having a space",
            ),
            "CSP L. 1111-14",
        ),
        "6": RuleText(
            Both(
                "L’espace n’est ni fermé ni suspendu",
                "The space is neither closed nor suspended",
            ),
            "CSP R. 1111-36",
        ),
        "8": RuleText(
            Both(
                "Le patient n’a bloqué ni l’expéditeur ni l’auteur",
                "The patient blocked neither the sender nor the author",
            ),
            "Information des professionnels de Mon espace santé : blocage",
        ),
        "9": RuleText(
            Both("Le message porte un document", "The message carries a document"),
            GATEWAY_RULE,
        ),
        "10": RuleText(
            Both("Le document a pu être lu", "The document could be read"),
            "SEL-MP-037 REC_2.1-1080",
        ),
        "11": RuleText(
            Both(
                "L’adresse, METADATA et le document nomment le même patient",
                "Address, METADATA and document name the same patient",
            ),
            "DICAH, condition « identité »",
        ),
        "12": RuleText(
            Both(
                "Les traits du document sont ceux du patient",
                "The traits in the document are the patient's",
            ),
            "SEL-MP-037 EX_GEN-1230",
        ),
        "13": RuleText(
            Both("L’INS est qualifié", "The INS is qualified"),
            "Référentiel socle MSSanté n° 2, ECO.2.4.2",
        ),
        "14": RuleText(
            Both(
                "L’auteur est connu, et de la structure qui envoie",
                "The author is known, and of the sending structure",
            ),
            "SEL-MP-037 EX_GEN-1320",
        ),
        "15": RuleText(
            Both("Le type du document est accepté", "The type of document is accepted"),
            GATEWAY_RULE,
        ),
        "16": RuleText(
            Both(
                "La visibilité demandée est possible",
                "The visibility asked for is possible",
            ),
            "SEL-MP-037 EX_2.1-1050",
        ),
        "17": RuleText(
            Both("Le document n’est pas déjà là", "The document is not there already"),
            "SEL-MP-037 EX_GEN-1060 ; CI-SIS Structuration minimale §3.5.5.10",
        ),
        "18": RuleText(
            Both(
                "Son identifiant et son numéro de version sont libres",
                "Its identifier and version number are free",
            ),
            "CI-SIS Structuration minimale §3.5.5.10",
        ),
        "20": RuleText(
            Both("Il peut remplacer ce qu’il remplace", "It may replace what it does"),
            "CI-SIS Transmission d'un document CDA-R2 en HL7v2, code 901",
        ),
        "22": RuleText(
            Both(
                "Le patient ne s’est pas opposé à ce document",
                "The patient did not oppose this document",
            ),
            "CSP R. 1111-47",
        ),
        "23": RuleText(
            Both(
                "Le patient ne s’est pas opposé à ce type par cette structure",
                "The patient did not oppose this type by this structure",
            ),
            "CSP R. 1111-47",
        ),
        "24": RuleText(
            Both(
                "Le secret d’un mineur n’a pas d’autre réglage",
                "A minor's secret has no other flag",
            ),
            "CSP R. 1111-50",
        ),
        "withdrawal": RuleText(
            Both(
                "Qui demande le retrait peut retirer la dernière version",
                "Whoever asks may withdraw the latest version",
            ),
            "SEL-MP-037 EX_3.3-1060 ; CSP R. 1111-51",
        ),
        "mail-from": RuleText(
            Both(
                "L’adresse de retour est au titulaire du certificat",
                "The return path is the certificate holder's",
            ),
            "Référentiel socle MSSanté n° 1",
        ),
        "from-one": RuleText(
            Both("From nomme une seule adresse", "From names one address"),
            "RFC 5322",
        ),
        "from-own": RuleText(
            Both("From est à l’expéditeur", "From is the sender's"),
            "Référentiel socle MSSanté n° 1",
        ),
        "sender-own": RuleText(
            Both("Sender est à l’expéditeur", "Sender is the sender's"),
            "Référentiel socle MSSanté n° 1",
        ),
        "reply-to": RuleText(
            Both(
                "Reply-To reste dans l’espace de confiance",
                "Reply-To stays in the space of trust",
            ),
            "Référentiel socle MSSanté n° 1",
        ),
        "patient-by-mail": RuleText(
            Both(
                "Aucun patient n’écrit par la messagerie",
                "No patient writes by mail",
            ),
            GATEWAY_RULE,
        ),
        "copy": RuleText(
            Both(
                "Le message ne porte pas de document masqué aux professionnels",
                "The message carries no document masked from professionals",
            ),
            "CI-SIS Transmission d'un document CDA-R2 en HL7v2",
        ),
        "certificate": RuleText(
            Both(
                "Le certificat est valide et de l’espace de confiance",
                "The certificate is good, and of the space of trust",
            ),
            "Référentiel socle MSSanté n° 1",
        ),
        "holder": RuleText(
            Both(
                "Le titulaire du certificat peut utiliser cette porte",
                "The certificate's holder may use this door",
            ),
            "Référentiel socle MSSanté n° 1",
        ),
        "mailbox": RuleText(
            Both(
                "La boîte existe, est ouverte et a de la place",
                "The mailbox exists, is open and has room",
            ),
            GATEWAY_RULE,
        ),
        "relay": RuleText(
            Both(
                "Le domaine est de l’espace de confiance, et la porte y mène",
                "The domain is of the space of trust, and the door leads there",
            ),
            "Référentiel socle MSSanté n° 1",
        ),
        "opening": RuleText(
            Both(
                "Le titulaire du certificat tient la boîte qu’il ouvre",
                "The certificate's holder holds the mailbox they open",
            ),
            "Référentiel socle MSSanté n° 1",
        ),
        "delivery": RuleText(
            Both(
                "La boîte est encore là et ouverte",
                "The mailbox is still there, and open",
            ),
            GATEWAY_RULE,
        ),
        "writing-profile": RuleText(
            Both("L’espace du patient est activé", "The patient’s space is activated"),
            "Messagerie citoyenne de Mon espace santé",
        ),
        "writing-no-patient": RuleText(
            Both(
                "La réponse ne va à aucun patient",
                "The answer goes to no patient",
            ),
            "Messagerie citoyenne de Mon espace santé",
        ),
        "writing-received": RuleText(
            Both(
                "Le professionnel a écrit le premier, ou c’est une pharmacie où le "
                "patient est allé",
                "The professional wrote first, or it is a pharmacy the patient was at",
            ),
            "Messagerie citoyenne de Mon espace santé",
        ),
        "writing-open": RuleText(
            Both(
                "Le professionnel n’a pas mis fin à l’échange",
                "The professional has not ended the exchange",
            ),
            "Référentiel socle MSSanté n° 2, ECO.2.2.8",
        ),
        "writing-window": RuleText(
            Both(
                "Le professionnel prend encore les réponses",
                "The professional still takes answers",
            ),
            GATEWAY_RULE,
        ),
        "writing-enough": RuleText(
            Both(
                "La boîte prend encore des messages de ce patient",
                "The mailbox still takes messages from this patient",
            ),
            GATEWAY_RULE,
        ),
        "writing-address": RuleText(
            Both(
                "Une adresse reçoit la réponse",
                "There is an address for the answer",
            ),
            GATEWAY_RULE,
        ),
        "writing-inside": RuleText(
            Both(
                "La réponse reste dans l’espace de confiance",
                "The answer stays in the space of trust",
            ),
            "Référentiel socle MSSanté n° 1",
        ),
        "writing-files": RuleText(
            Both(
                "Les fichiers joints sont acceptés, un à un et ensemble",
                "The files are accepted, each and together",
            ),
            GATEWAY_RULE,
        ),
        "search": RuleText(
            Both(
                "Qui cherche pourrait lire ce patient, ou déclare une urgence",
                "Whoever searches could read the patient, or declares an emergency",
            ),
            "CSP R. 1111-46 ; CSP L. 1111-17",
        ),
        "reading-available": RuleText(
            Both(
                "L’espace du patient existe et il est ouvert",
                "The patient’s space exists, and is open",
            ),
            "DICAH, condition « disponibilité »",
        ),
        "reading-identified": RuleText(
            Both(
                "Le patient a été trouvé par son INS, ou par ses traits en urgence",
                "The patient was found by their INS, or by names in an emergency",
            ),
            "DICAH, condition « identité »",
        ),
        "reading-consented": RuleText(
            Both(
                "Le patient est d’accord, ou une urgence est déclarée",
                "The patient agrees, or an emergency is declared",
            ),
            "CSP R. 1111-46 ; CSP L. 1111-17",
        ),
        "reading-authenticated": RuleText(
            Both(
                "Qui lit a prouvé qui il est, par deux facteurs",
                "Whoever reads proved who they are, by two factors",
            ),
            "SEL-MP-037 EX_AIR-080",
        ),
        "reading-habilitated": RuleText(
            Both(
                "Son activité ouvre la consultation",
                "Their activity opens reading",
            ),
            "Arrêté du 26/10/2023",
        ),
        "viewing-there": RuleText(
            Both("Le document est encore là", "The document is still there"),
            GATEWAY_RULE,
        ),
        "viewing-asked-for": RuleText(
            Both(
                "Il est courant, ou une ancienne version est demandée",
                "It is current, or an old version is asked for",
            ),
            "SEL-MP-037 EX_3.1-1030",
        ),
        "viewing-unmasked": RuleText(
            Both(
                "Le patient ne l’a pas masqué à qui lit",
                "The patient did not hide it from whoever reads",
            ),
            "CSP R. 1111-49",
        ),
        "viewing-by-matrix": RuleText(
            Both(
                "La matrice d’habilitation ouvre ce type à cette profession",
                "The habilitation matrix opens this type to this profession",
            ),
            "CSP R. 1111-46 ; arrêté du 26/10/2023",
        ),
        "act-theirs": RuleText(
            Both(
                "Cet acte revient à qui le fait : auteur, médecin traitant, équipe "
                "ou administrateur",
                "The act is theirs: author, treating doctor, team or administrator",
            ),
            "CSP R. 1111-49, R. 1111-51 et R. 1111-53",
        ),
        "act-current": RuleText(
            Both("C’est la dernière version", "It is the latest version"),
            "SEL-MP-037 EX_3.3-1060",
        ),
        "act-changes": RuleText(
            Both("Cela change quelque chose", "It changes something"),
            GATEWAY_RULE,
        ),
        "act-asked": RuleText(
            Both(
                "Le patient le demande, là où c’est à lui de demander",
                "The patient asks for it, where it is for the patient to ask",
            ),
            "CSP R. 1111-49",
        ),
        "follow-up-calm": RuleText(
            Both(
                "Le patient a pu être interrogé : ce n’est pas une urgence",
                "The patient could be asked: it is no emergency",
            ),
            "CSP L. 1110-12",
        ),
        "follow-up-changes": RuleText(
            Both(
                "Le suivi n’est pas déjà ainsi",
                "The follow-up is not like that already",
            ),
            GATEWAY_RULE,
        ),
        "block": RuleText(
            Both(
                "L’administrateur peut bloquer cette personne, à la demande du patient",
                "The administrator may block them, as the patient asks",
            ),
            "CSP R. 1111-54",
        ),
        "naming": RuleText(
            Both(
                "Ce professionnel peut administrer le profil",
                "This professional may administer the profile",
            ),
            "CSP R. 1111-43 et R. 1111-54",
        ),
        "notice-hidden": RuleText(
            Both("Le message est visible du patient", "The patient sees the message"),
            "CSP R. 1111-53",
        ),
        "notice-secret": RuleText(
            Both(
                "Ce qui attend n’est pas caché aux représentants",
                "What waits is not hidden from the representatives",
            ),
            "CSP R. 1111-50",
        ),
        "notice-profile": RuleText(
            Both("L’espace existe encore", "The space is there still"),
            GATEWAY_RULE,
        ),
        "notice-sign-in": RuleText(
            Both("Le patient peut se connecter", "The patient can sign in"),
            GATEWAY_RULE,
        ),
        "notice-address": RuleText(
            Both(
                "Le patient a donné une adresse électronique",
                "The patient gave an e-mail address",
            ),
            GATEWAY_RULE,
        ),
    }
)
"""Each rule that objects, by its row in its table or by a name."""
