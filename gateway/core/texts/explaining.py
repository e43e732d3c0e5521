"""What is said of a decision beside its rules and facts: before and around them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.core.texts.both import Both

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
