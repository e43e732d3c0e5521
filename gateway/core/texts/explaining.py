"""What `gateway explain` says: each rule, each fact, and the words around them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

from gateway.core.habilitation import column_texts
from gateway.core.reasons import GATEWAY_RULE

LANGUAGES = ("fr", "en")


@frozen
class Both:
    """One thing in French and in English."""

    fr: str
    en: str

    def said(self, language: str) -> str:
        """Return it in one of `LANGUAGES`."""
        return self.fr if language == "fr" else self.en


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

FACT_TEXTS: Mapping[str, Both] = MappingProxyType(
    {
        "trust": Both("confiance du lien", "trust in the link"),
        "entitlement": Both("droit de la boîte", "entitlement of the mailbox"),
        "address_ins": Both("INS de l’adresse", "INS of the address"),
        "metadata_ins": Both("INS de METADATA", "INS of METADATA"),
        "profile": Both("état de l’espace", "state of the space"),
        "state": Both("état de l’espace", "state of the space"),
        "holder_age": Both("âge du titulaire", "age of the holder"),
        "masks_by_default": Both("masque par défaut", "masks by default"),
        "blocked": Both("bloqués par le patient", "blocked by the patient"),
        "secret_connection": Both("connexion secrète", "secret connection"),
        "traits_seen": Both("traits, non enregistré", "traits, not filed"),
        "document": Both("document", "document"),
        "sender": Both("expéditeur", "sender"),
        "sender.kind": Both("certificat de l’expéditeur", "sender's certificate"),
        "sender.address": Both("adresse de l’expéditeur", "sender's address"),
        "sender.identity": Both("identité de l’expéditeur", "sender's identity"),
        "sender.structures": Both("structures de l’expéditeur", "sender's structures"),
        "sender.persons": Both("personne de l’expéditeur", "sender's person"),
        "document.unique_id": Both("identifiant du document", "document's identifier"),
        "document.ins": Both("INS du document", "INS of the document"),
        "document.traits": Both("traits d’identité", "traits of identity"),
        "document.qualification": Both("qualification", "qualification"),
        "document.authors": Both("auteurs", "authors"),
        "document.type_is_known": Both("type connu", "type is known"),
        "document.visibility": Both("visibilité demandée", "visibility asked for"),
        "document.visibility_is_clear": Both("visibilité lisible", "visibility clear"),
        "document.restricted": Both("confidentialité restreinte", "restricted"),
        "document.same_id": Both("même identifiant", "same identifier"),
        "document.set_id": Both("lot de versions", "set of versions"),
        "document.version": Both("numéro de version", "version number"),
        "document.body_level": Both("niveau du corps", "body level"),
        "document.mates": Both("autres versions", "other versions"),
        "document.parent": Both("document remplacé", "document replaced"),
        "document.successors": Both("ce qui le remplace déjà", "what replaced it"),
        "document.withdrawal": Both("document à retirer", "document to withdraw"),
        "document.document_is_opposed": Both("document opposé", "document opposed"),
        "document.opposition": Both("opposition au type", "opposition to the type"),
        "document.is_dated_ahead": Both("daté d’un jour à venir", "dated ahead"),
        "policy.refuse_wrong_test_key": Both(
            "réglage refuse_wrong_test_key", "setting refuse_wrong_test_key"
        ),
        "policy.blocked_may_file": Both(
            "réglage blocked_may_file", "setting blocked_may_file"
        ),
        "policy.blocked_may_write": Both(
            "réglage blocked_may_write", "setting blocked_may_write"
        ),
        "policy.file_unknown_types_as_other": Both(
            "réglage unknown_types", "setting unknown_types"
        ),
        "policy.allow_masked_and_hidden": Both(
            "réglage allow_masked_and_invisible", "setting allow_masked_and_invisible"
        ),
        "policy.refuse_other_birth_place": Both(
            "réglage refuse_other_birth_place", "setting refuse_other_birth_place"
        ),
        "policy.notice_after_days": Both(
            "réglage announcement_notice_days", "setting announcement_notice_days"
        ),
        "policy.shown_after_months": Both(
            "réglage announcement_months", "setting announcement_months"
        ),
        "versions.rules": Both("table des règles", "table of rules"),
        "versions.settings": Both("réglages du service", "settings of the service"),
        "versions.patient_settings": Both(
            "version des réglages du patient", "version of the patient's settings"
        ),
        "others": Both("motifs d’un autre patient", "reasons of another patient"),
        "address": Both("adresse du patient", "patient's address"),
        "brings": Both("ce qui est apporté", "what is brought"),
        "refuse_wrong_key": Both(
            "réglage refuse_wrong_test_key", "setting refuse_wrong_test_key"
        ),
        "blocked_may_file": Both(
            "réglage blocked_may_file", "setting blocked_may_file"
        ),
        "blocked_may_write": Both(
            "réglage blocked_may_write", "setting blocked_may_write"
        ),
        "link.door": Both("porte", "door"),
        "link.domains": Both("domaines de l’opérateur", "operator's domains"),
        "link.hosts": Both("hôtes du certificat", "certificate's hosts"),
        "link.mailboxes": Both("boîtes tenues", "mailboxes held"),
        "link.trusted": Both("domaines de confiance", "trusted domains"),
        "reverse_path": Both("adresse de retour", "return path"),
        "headers": Both("champs d’en-tête", "header fields"),
        "headers.from_": Both("From", "From"),
        "headers.sender": Both("Sender", "Sender"),
        "headers.reply_to": Both("Reply-To", "Reply-To"),
        "patient_domain": Both("domaine des patients", "patients' domain"),
        "visibility": Both("visibilité demandée", "visibility asked for"),
        "recipient": Both("destinataire", "recipient"),
        "door": Both("porte", "door"),
        "is_readable": Both("certificat lisible", "certificate can be read"),
        "kind": Both("nature du titulaire", "kind of holder"),
        "claimed": Both("nature déclarée", "kind it says"),
        "names_somebody": Both("titulaire identifié", "names its holder"),
        "names_a_host": Both("nomme un hôte", "names a host"),
        "has_wildcard": Both("nom avec une étoile", "name with an asterisk"),
        "has_nul": Both("nom avec un octet nul", "name with a NUL"),
        "not_before": Both("valide depuis", "valid from"),
        "not_after": Both("valide jusqu’à", "valid until"),
        "now": Both("instant du contrôle", "time of the check"),
        "says_key_usages": Both("usages de la clé indiqués", "key usages are said"),
        "key_usages": Both("usages de la clé", "key usages"),
        "says_extended_usages": Both(
            "usages étendus indiqués", "extended usages are said"
        ),
        "extended_usages": Both("usages étendus", "extended usages"),
        "is_authority": Both("certificat d’autorité", "certificate of an authority"),
        "self_signed": Both("signé par lui-même", "signed by itself"),
        "strong_key": Both("clé assez forte", "key is strong enough"),
        "strong_signature": Both("signature assez forte", "signature is strong enough"),
        "authority_known": Both("autorité reconnue", "authority is known"),
        "revocation": Both("révocation", "revocation"),
        "listed": Both("inscrit sur la liste blanche", "on the allow-list"),
        "exists": Both("boîte existante", "mailbox exists"),
        "is_open": Both("boîte ouverte", "mailbox is open"),
        "used_bytes": Both("octets occupés", "bytes used"),
        "quota_bytes": Both(
            "réglage mailbox_quota_bytes", "setting mailbox_quota_bytes"
        ),
        "domain": Both("domaine", "domain"),
        "leads_on": Both(
            "domaine d’un autre opérateur de la liste blanche",
            "domain of another operator on the allow-list",
        ),
        "to_postmaster": Both("au postmaster d’ici", "for the postmaster here"),
        "may_hold": Both("certificat qui tient une boîte", "certificate holds one"),
        "asked": Both("boîte demandée", "mailbox asked for"),
        "held": Both("boîtes tenues", "mailboxes held"),
        "answer.profile": Both("état de l’espace", "state of the space"),
        "answer.message": Both("message auquel on répond", "message answered"),
        "answer.received": Both(
            "ce message et la fin de l’échange, s’ils ont été reçus",
            "that message and the end of the exchange, if received",
        ),
        "answer.trust": Both(
            "adresses de réponse de confiance", "trust in the answer's addresses"
        ),
        "answer.answer_until": Both("réponses jusqu’au", "answers until"),
        "answer.most": Both(
            "messages acceptés en quelques jours", "messages taken within some days"
        ),
        "answer.sent": Both("messages déjà envoyés", "messages sent already"),
        "answer.most_file_bytes": Both(
            "octets de fichiers que la boîte accepte",
            "bytes of files the mailbox takes",
        ),
        "answer.is_known_pharmacy": Both(
            "pharmacie où le patient est allé", "a pharmacy the patient was at"
        ),
        "answer.now": Both("instant de l’envoi", "time of sending"),
        "answer.leads_to_patient": Both(
            "réponse vers un patient", "answer leads to a patient"
        ),
        "files.uploaded": Both("fichiers joints", "files attached"),
        "files.attached": Both("documents joints", "documents attached"),
        "files.policy.max_files": Both("réglage max_files", "setting max_files"),
        "files.policy.max_file_bytes": Both(
            "réglage max_upload_bytes", "setting max_upload_bytes"
        ),
        "files.policy.max_total_bytes": Both(
            "réglage max_message_bytes", "setting max_message_bytes"
        ),
        "done.act": Both("acte", "act"),
        "done.version": Both("document", "document"),
        "done.version.ownership": Both("auteur du document", "author of the document"),
        "done.version.availability": Both("état du document", "state of the document"),
        "done.way": Both("à quel titre", "by what right"),
        "done.relation": Both("lien avec le patient", "relation to the patient"),
        "done.column": Both("profession, dans la matrice", "profession, in the matrix"),
        "done.visibility": Both("marques du document", "flags of the document"),
        "done.masked": Both("masqué", "hidden from professionals"),
        "done.maskable": Both("peut être masqué", "can be hidden"),
        "done.asked": Both("demandé par le patient", "asked for by the patient"),
        "done.is_own": Both("écrit par qui agit", "written by whoever acts"),
        "follow_up.act": Both("acte", "act"),
        "follow_up.way": Both("à quel titre", "by what right"),
        "follow_up.is_open": Both("suivi en cours", "follow-up is open"),
        "block.identity": Both("qui agit", "who acts"),
        "block.names": Both("noms de qui agit", "names of whoever acts"),
        "block.blocked": Both("bloqués par le patient", "blocked by the patient"),
        "block.administrators": Both(
            "administrateurs du profil", "administrators of the profile"
        ),
        "block.profile": Both("état de l’espace", "state of the space"),
        "block.asked": Both("demandé par le patient", "asked for by the patient"),
        "block.blocks": Both("à bloquer", "to be blocked"),
        "block.most": Both("réglage max_blocks", "setting max_blocks"),
        "naming.identity": Both("à nommer", "to be named"),
        "naming.blocked": Both("bloqués par le patient", "blocked by the patient"),
        "naming.administrators": Both(
            "administrateurs du profil", "administrators of the profile"
        ),
        "naming.most": Both("réglage max_administrators", "setting max_administrators"),
        "way": Both("à quel titre", "by what right"),
        "found": Both("patient trouvé", "patient found"),
        "by_names": Both("recherche par les noms", "search by names"),
        "opposed": Both("s’oppose à toute lecture", "objects to being read"),
        "opposed_to_this": Both(
            "s’oppose à cette personne", "objects to this professional"
        ),
        "relation": Both("lien avec le patient", "relation to the patient"),
        "informed": Both("patient informé", "patient told"),
        "team_agreement": Both("accord pour l’équipe", "agreement to the team"),
        "own_agreement": Both("accord pour cette fois", "agreement for this once"),
        "regulator_permitted": Both(
            "SAMU autorisé par le patient", "emergency calls permitted by the patient"
        ),
        "others_permitted": Both(
            "autres urgences autorisées par le patient",
            "other emergencies permitted by the patient",
        ),
        "declared": Both("urgence déclarée", "emergency declared"),
        "signed_in_by": Both("connexion", "sign-in"),
        "column": Both("profession, dans la matrice", "profession, in the matrix"),
        "policy.initial_team_consent": Both(
            "réglage initial_team_consent", "setting initial_team_consent"
        ),
        "policy.blocked_in_emergency": Both(
            "réglage blocked_in_emergency", "setting blocked_in_emergency"
        ),
        "policy.least_reason": Both("réglage least_reason", "setting least_reason"),
        "status": Both("état du document", "state of the document"),
        "flags": Both("marques du document", "flags of the document"),
        "is_own": Both("écrit par qui lit", "written by whoever reads"),
        "readers": Both("professions qui lisent ce type", "who reads this type"),
        "version": Both("version de la matrice", "version of the matrix"),
        "masked_in_emergency": Both(
            "masqués ouverts en urgence", "hidden ones open in an emergency"
        ),
        "treating_sees_masked": Both(
            "réglage treating_sees_masked", "setting treating_sees_masked"
        ),
        "on_request": Both("anciennes versions demandées", "old versions asked for"),
        "has_address": Both("adresse électronique donnée", "e-mail address given"),
        "is_hidden": Both("caché au patient", "hidden from the patient"),
        "is_secret": Both("caché aux représentants", "hidden from the representatives"),
    }
)
"""Each fact of the arguments, by its path among them."""

PLAIN_FACTS = frozenset(
    {
        "trust",
        "entitlement",
        "profile",
        "state",
        "masks_by_default",
        "blocked",
        "sender.kind",
        "sender.address",
        "sender.identity",
        "sender.structures",
        "sender.persons",
        "document.traits",
        "document.qualification",
        "document.type_is_known",
        "document.visibility",
        "document.visibility_is_clear",
        "document.document_is_opposed",
        "document.opposition",
        "document.is_dated_ahead",
        "has_address",
        "way",
        "found",
        "opposed",
        "opposed_to_this",
        "relation",
        "informed",
        "signed_in_by",
        "column",
    }
)
"""
The facts that a patient is told of a decision about them.

Not among them: what names another document (one may be hidden), what numbers say of
whom a document is about (it may be another person), and what is of a minor's secret.
"""

VALUE_TEXTS: Mapping[str, Both] = MappingProxyType(
    {
        "trust:GOOD": Both("vérifiée", "verified"),
        "trust:BAD": Both("absente", "none"),
        "trust:UNKNOWN": Both("non vérifiée", "not verified"),
        "entitlement:GOOD": Both("peut écrire aux patients", "may write to patients"),
        "entitlement:BAD": Both(
            "ne peut pas écrire aux patients", "may not write to patients"
        ),
        "entitlement:UNKNOWN": Both("inconnu", "not known"),
        **{
            f"{path}:{state}": said
            for path in ("profile", "state")
            for state, said in {
                "ABSENT": Both("aucun espace", "no space"),
                "ANNOUNCED": Both("annoncé", "announced"),
                "OPPOSED": Both("refusé par son titulaire", "objected to"),
                "OPEN_NOT_ACTIVATED": Both(
                    "ouvert, pas encore activé", "open, not activated yet"
                ),
                "ACTIVATED": Both("ouvert", "open"),
                "CLOSED": Both("fermé", "closed"),
                "DELETION_REQUESTED": Both("à supprimer", "to be deleted"),
                "DELETED": Both("supprimé", "deleted"),
                "SUSPENDED": Both("suspendu", "suspended"),
            }.items()
        },
        "sender.kind:OPERATOR": Both(
            "celui d’un opérateur de messagerie", "that of a mail operator"
        ),
        "sender.kind:STRUCTURE": Both("celui d’une structure", "that of a structure"),
        "sender.kind:EMPLOYEE": Both(
            "celui d’une personne qui y travaille", "that of somebody who works there"
        ),
        "sender.kind:PERSON": Both(
            "celui d’un professionnel", "that of a professional"
        ),
        "document.traits:SAME": Both("les vôtres", "yours"),
        "document.traits:OTHER_BIRTH_PLACE": Both(
            "les vôtres, sauf le lieu de naissance", "yours, save the place of birth"
        ),
        "document.traits:DOUBTFUL": Both("proches des vôtres", "close to yours"),
        "document.traits:DIFFERENT": Both("autres que les vôtres", "not yours"),
        "document.traits:INCOMPARABLE": Both(
            "impossibles à comparer", "impossible to compare"
        ),
        "document.traits:UNKNOWN": Both("inconnus", "not known"),
        "document.qualification:QUALIFIED": Both(
            "identité vérifiée", "identity verified"
        ),
        "document.qualification:NO_INS": Both("sans numéro INS", "without INS number"),
        "document.qualification:TRAITS_INCOMPLETE": Both(
            "traits incomplets", "traits incomplete"
        ),
        "document.qualification:UNKNOWN": Both("inconnue", "not known"),
        "document.visibility:MASQUE_PS": Both(
            "masqué aux professionnels", "hidden from professionals"
        ),
        "document.visibility:INVISIBLE_PATIENT": Both(
            "montré au patient plus tard", "shown to the patient later"
        ),
        "document.visibility:INVISIBLE_REPRESENTANTS_LEGAUX": Both(
            "caché aux représentants", "hidden from representatives"
        ),
        "document.opposition:NONE": Both("aucune", "none"),
        "document.opposition:ON_RECORD": Both("notée", "on record"),
        "document.opposition:UNKNOWN": Both("inconnue", "not known"),
        "way:TEAM": Both("équipe de soins", "care team"),
        "way:CONSENT": Both("accord pour une fois", "agreement for once"),
        "way:REGULATION": Both("appel au SAMU (15)", "emergency call (15)"),
        "way:EMERGENCY": Both("urgence déclarée", "declared emergency"),
        "found:QUALIFIED": Both("par votre INS, vérifié", "by your INS, verified"),
        "found:TYPED": Both("par votre INS", "by your INS"),
        "found:UNQUALIFIED": Both(
            "par votre INS, non vérifié", "by your INS, not verified"
        ),
        "found:TRAITS": Both(
            "par votre nom et votre date de naissance", "by your name and birth date"
        ),
        "found:NOBODY": Both("non", "no"),
        "relation:NONE": Both("aucun", "none"),
        "relation:TEAM": Both("de votre équipe de soins", "of your care team"),
        "relation:TREATING": Both("votre médecin traitant", "your treating doctor"),
        "relation:ADMINISTRATOR": Both(
            "l’administrateur de votre dossier", "the administrator of your record"
        ),
        "signed_in_by:CARD": Both(
            "en son nom, par deux facteurs", "by name, by two factors"
        ),
        "signed_in_by:CERTIFICATE_ALONE": Both(
            "par un certificat seul", "by a certificate alone"
        ),
        "signed_in_by:STAFF_CARD": Both(
            "par une carte de personnel", "by a staff card"
        ),
        "signed_in_by:STRUCTURE": Both(
            "par le certificat d’une structure", "by a structure's certificate"
        ),
        "signed_in_by:INDIRECT": Both(
            "en son nom, par deux facteurs dans sa structure",
            "by name, by two factors in the structure",
        ),
        **{
            f"column:{one.column.value}": Both(one.french, one.english)
            for one in column_texts().values()
        },
        "column:NO_CARE": Both("hors du soin", "no care"),
        "column:ACTIVITY_UNKNOWN": Both("activité inconnue", "activity not known"),
        "column:ACTIVITIES_CLOSED": Both("non ouverte ici", "not opened here"),
        "column:NO_COLUMN": Both("hors de la matrice", "not in the matrix"),
    }
)
"""The values of plain facts that are codes, each by the fact and the code."""

HEADLINES: Mapping[str, Both] = MappingProxyType(
    {
        "door": Both(
            "Un message pour vous a été refusé à l’arrivée.",
            "A message for you was refused on arrival.",
        ),
        "aside": Both(
            "Un message qui vous était adressé a été mis de côté : ce qu’il portait "
            "n’était pas à votre nom. Rien n’a été ajouté ni remis.",
            "A message addressed to you was set aside: what it brought was not in your "
            "name. Nothing was added or delivered.",
        ),
        "notice": Both(
            "Un avis a été préparé pour vous, par courriel ou par SMS : il dit "
            "seulement que quelque chose vous attend.",
            "A notice was prepared for you, by e-mail or text message: it says only "
            "that something waits.",
        ),
        "no-notice": Both(
            "Aucun avis n’a été préparé, ni par courriel ni par SMS.",
            "No notice was prepared, neither by e-mail nor by text message.",
        ),
        "set": Both(
            "Un document n’a pas été ajouté : ce qui est réglé pour cet espace ne le "
            "permet pas.",
            "A document was not added: what is set for this space does not allow it.",
        ),
        "reading": Both(
            "Un professionnel a pu consulter votre dossier.",
            "A professional could read your record.",
        ),
        "no-reading": Both(
            "La consultation de votre dossier a été refusée à un professionnel.",
            "A professional was refused to read your record.",
        ),
        "writing": Both("Votre message a été envoyé.", "Your message was sent."),
        "no-writing": Both(
            "Votre message n’a pas été envoyé.", "Your message was not sent."
        ),
        "viewing": Both(
            "Un professionnel a pu ouvrir ce document.",
            "A professional could open this document.",
        ),
        "other": Both("Une décision a été prise.", "Something was decided."),
    }
)
"""What is said first to the patient of a decision that is no filing."""

WORDS: Mapping[str, Both] = MappingProxyType(
    {
        "decision": Both("Décision", "Decision"),
        "of": Both("du", "of"),
        "about": Both("message", "message"),
        "about_document": Both("document", "document"),
        "about_consultation": Both("consultation", "consultation"),
        "refused": Both("refus", "refused"),
        "allowed": Both("accepté", "allowed"),
        "at_door": Both("refus à la porte", "refusal at the door"),
        "let_in": Both("entrée par la porte", "let in at the door"),
        "sender": Both("expéditeur", "sender"),
        "certificate": Both("certificat", "certificate"),
        "issued_by": Both("émis par", "issued by"),
        "allowlist": Both("liste blanche", "allow-list"),
        "entry": Both("inscription", "entry"),
        "crl": Both("liste de révocation n°", "revocation list no."),
        "program": Both("programme", "program"),
        "settings": Both("réglages du service", "service settings"),
        "patient_settings": Both("réglages du patient", "patient's settings"),
        "journal": Both("journal", "journal"),
        "journal_ok": Both("conforme à sa ligne", "as its line says"),
        "journal_other": Both("autre que sa ligne", "other than its line says"),
        "journal_none": Both("aucune ligne retrouvée", "no line found"),
        "today": Both("celui d’aujourd’hui", "that of today"),
        "not_today": Both("autre que celui d’aujourd’hui", "other than that of today"),
        "filing": Both("Enregistrement", "Filing"),
        "recipient": Both("Destinataire à la porte", "Recipient at the door"),
        "certificate_at_door": Both("Certificat à la porte", "Certificate at the door"),
        "mailbox": Both("Boîte aux lettres à la porte", "Mailbox at the door"),
        "sender_at_door": Both("Expéditeur à la porte", "Sender at the door"),
        "copy": Both("Copie", "Copy"),
        "notice": Both("Avis au patient", "Notice to the patient"),
        "reading": Both("Consultation du dossier", "Reading the record"),
        "viewing": Both("Document consulté", "Document read"),
        "search": Both("Recherche d’un patient", "Search for a patient"),
        "relay": Both("Destinataire d’ailleurs à la porte", "Recipient elsewhere"),
        "opening": Both("Ouverture d’une boîte", "Opening a mailbox"),
        "writing": Both("Message d’un patient", "Message of a patient"),
        "delivery": Both("Remise à une boîte", "Delivery to a mailbox"),
        "act": Both("Acte sur un document ouvert", "Act on an open document"),
        "follow-up": Both("Suivi d’un patient", "Follow-up of a patient"),
        "block": Both("Blocage pour le patient", "Block in the patient's place"),
        "naming": Both("Administrateur du profil", "Administrator of the profile"),
        "place": Both("destinataire, document", "recipient, document"),
        "permitted": Both("rien ne s’y oppose", "nothing objects"),
        "source": Both("source", "source"),
        "facts": Both("faits", "facts"),
        "rules": Both("règles, dans l’ordre", "rules, in order"),
        "passes": Both("oui", "yes"),
        "objects": Both("s’oppose", "objects"),
        "same": Both("rejoué : même décision", "replayed: same decision"),
        "other": Both("rejoué : autre décision", "replayed: other decision"),
        "was": Both("était", "was"),
        "is": Both("est", "is"),
        "did_object": Both("s’opposait", "did object"),
        "unreadable": Both("ne peut être lue", "cannot be read"),
        "person": Both("personne", "person"),
        "wrong_key": Both("clé fausse", "wrong key"),
        "yes": Both("oui", "yes"),
        "no": Both("non", "no"),
        "nothing": Both("aucun", "none"),
    }
)
"""The words around them."""
