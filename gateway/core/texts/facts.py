"""What each fact of a decision is called."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.core.texts.both import Both

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
