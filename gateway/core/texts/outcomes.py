"""
What each outcome, caution and error code says to people, in French and English.

`docs/outcomes.md` is made from these tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.core.decision import Caution
from gateway.core.reasons import (
    GATEWAY_RULE,
    Effect,
    ErrorCode,
    Reason,
    ReasonText,
    Told,
)

_AUTHORS_RIGHT = "SEL-MP-037 EX_3.3-1060 ; CSP R. 1111-51"

REASON_TEXTS: Mapping[Reason, ReasonText] = MappingProxyType(
    {
        Reason.SENDER_NOT_TRUSTED: ReasonText(
            fr="L’expéditeur n’a pas prouvé son appartenance à l’espace de confiance. "
            "Vérifiez le certificat et la liste blanche.",
            en="The sender did not prove that it belongs to the space of trust. "
            "Check its certificate and the allow-list.",
            source="SEL-MP-037 EX_AIR-080 ; liste blanche MSSanté",
            effect=Effect.REFUSED_AT_DOOR,
            delivers=False,
            told=Told.POLICY,
            error=ErrorCode.OTHER,
        ),
        Reason.SENDER_NOT_ENTITLED: ReasonText(
            fr="Cette boîte aux lettres ne peut pas écrire aux patients. "
            "Utilisez une boîte enregistrée dans l’annuaire.",
            en="This mailbox may not write to patients. "
            "Use a mailbox registered in the directory.",
            source=GATEWAY_RULE,
            effect=Effect.REFUSED_AT_DOOR,
            delivers=False,
            told=Told.POLICY,
            error=ErrorCode.OTHER,
        ),
        Reason.INS_MALFORMED: ReasonText(
            fr="L’adresse du patient n’est pas une adresse valide. "
            "Vérifiez l’identifiant et sa clé.",
            en="The patient's address is not a valid one. "
            "Check the identifier and its control key.",
            source="SEL-MP-037 EX_GEN-1270",
            effect=Effect.REFUSED_AT_DOOR,
            delivers=False,
            told=Told.POLICY,
            error=ErrorCode.PATIENT_UNKNOWN,
        ),
        Reason.PROFILE_ABSENT: ReasonText(
            fr="Aucun espace n’est ouvert pour ce patient. "
            "Remettez le document par un autre moyen.",
            en="No space is open for this patient. Hand the document over another way.",
            source="Arrêté du 26/04/2022, art. 1",
            effect=Effect.REFUSED,
            delivers=False,
            error=ErrorCode.PATIENT_UNKNOWN,
        ),
        Reason.PROFILE_OPPOSED: ReasonText(
            fr="Le patient s’est opposé à l’ouverture de son espace. "
            "Remettez le document par un autre moyen.",
            en="The patient objected to having a space opened. "
            "Hand the document over another way.",
            source="CSP L. 1111-14",
            effect=Effect.REFUSED,
            delivers=False,
            error=ErrorCode.OTHER,
        ),
        Reason.PROFILE_CLOSED: ReasonText(
            fr="L’espace de ce patient est fermé. Remettez le document par un autre "
            "moyen.",
            en="This patient's space is closed. Hand the document over another way.",
            source="CSP R. 1111-36",
            effect=Effect.REFUSED,
            delivers=False,
            error=ErrorCode.OTHER,
        ),
        Reason.PROFILE_SUSPENDED: ReasonText(
            fr="L’espace de ce patient est suspendu pour le moment : rien n’a été "
            "enregistré ni remis. Faites un nouvel envoi plus tard.",
            en="This patient's space is suspended for now: nothing was filed or "
            "delivered. Send again later.",
            source="CSP R. 1111-36",
            effect=Effect.TEMPORARY,
            delivers=False,
            error=ErrorCode.OTHER,
        ),
        Reason.FILED_NOT_ACTIVATED: ReasonText(
            fr="Document enregistré. Le patient n’a pas encore activé son espace : "
            "il lira le message à l’activation.",
            en="Document filed. The patient has not activated the space yet: "
            "the message will be read at activation.",
            source="Doctrine du numérique en santé : DMP avant activation",
            effect=Effect.FILED,
            delivers=True,
        ),
        Reason.SENDER_BLOCKED: ReasonText(
            fr="Le patient a bloqué ce professionnel ou cette structure : rien n’a été "
            "enregistré ni remis. Le service de son espace lève ce blocage à sa "
            "demande.",
            en="The patient has blocked this professional or structure: nothing was "
            "filed or delivered. The service of the space lifts this when the patient "
            "asks.",
            source="Information des professionnels de Mon espace santé : blocage",
            effect=Effect.REFUSED,
            delivers=False,
            told=Told.PATIENT_SETTINGS,
            error=ErrorCode.OTHER,
        ),
        Reason.MESSAGE_ONLY: ReasonText(
            fr="Le message a été remis. Il ne portait aucun document à enregistrer.",
            en="The message was delivered. It carried no document to file.",
            source=GATEWAY_RULE,
            effect=Effect.MESSAGE_ONLY,
            delivers=True,
        ),
        Reason.DOC_INVALID: ReasonText(
            fr="Le document joint est illisible ou ne respecte pas le format attendu : "
            "il n’a pas été enregistré. Corrigez-le et envoyez-le de nouveau. Ce qui "
            "ne peut pas être ouvert n’est pas remis au patient.",
            en="The attached document cannot be read or breaks the expected format: "
            "it was not filed. Correct it and send it again. What cannot be opened is "
            "not given to the patient.",
            source="SEL-MP-037 REC_2.1-1080",
            effect=Effect.REFUSED,
            delivers=True,
            error=ErrorCode.OTHER,
        ),
        Reason.PATIENT_MISMATCH: ReasonText(
            fr="Le document ne concerne pas le patient à qui il est adressé : "
            "tout a été mis de côté et rien n’a été remis. Vérifiez l’adresse et le "
            "document avant un nouvel envoi.",
            en="The document is not about the patient it is addressed to: everything "
            "was set aside and nothing delivered. Check the address and the document "
            "before sending again.",
            source="DICAH, condition « identité »",
            effect=Effect.QUARANTINED,
            delivers=False,
            error=ErrorCode.IDENTITY_DIFFERS,
        ),
        Reason.TRAITS_MISMATCH: ReasonText(
            fr="Le nom, le prénom, la date de naissance, le sexe ou le lieu de "
            "naissance du document diffèrent de ceux du patient : rien n’a été remis. "
            "Vérifiez son identité et envoyez de nouveau.",
            en="The name, first name, birth date, sex or birth place in the document "
            "differ from the patient's: nothing was delivered. Check the identity and "
            "send again.",
            source="SEL-MP-037 EX_GEN-1230",
            effect=Effect.REFUSED,
            delivers=False,
            error=ErrorCode.IDENTITY_DIFFERS,
        ),
        Reason.INS_NOT_QUALIFIED: ReasonText(
            fr="L’identité du patient n’est pas qualifiée dans le document : il n’a "
            "pas été enregistré. Qualifiez l’INS et envoyez de nouveau.",
            en="The patient's identity is not qualified in the document: it was not "
            "filed. Qualify the identifier and send again.",
            source="Référentiel socle MSSanté n° 2, ECO.2.4.2",
            effect=Effect.REFUSED,
            delivers=True,
            error=ErrorCode.INS_ABSENT,
        ),
        Reason.AUTHOR_UNVERIFIED: ReasonText(
            fr="L’auteur du document est absent, inconnu ou n’appartient pas à la "
            "structure qui l’envoie. Corrigez l’auteur et envoyez de nouveau.",
            en="The document's author is missing, unknown, or not of the structure "
            "that sends it. Correct the author and send again.",
            source="SEL-MP-037 EX_GEN-1320",
            effect=Effect.REFUSED,
            delivers=True,
            error=ErrorCode.OTHER,
        ),
        Reason.TYPE_UNKNOWN: ReasonText(
            fr="Ce type de document n’est pas accepté. Choisissez un type de la liste "
            "nationale et envoyez de nouveau.",
            en="This type of document is not accepted. Choose one of the national list "
            "and send again.",
            source=GATEWAY_RULE,
            effect=Effect.REFUSED,
            delivers=True,
            error=ErrorCode.OTHER,
        ),
        Reason.CONFIDENTIALITY_CONFLICT: ReasonText(
            fr="La visibilité demandée est impossible : ces réglages se contredisent. "
            "Choisissez-en un et envoyez de nouveau.",
            en="The visibility asked for is impossible: its settings contradict each "
            "other. Choose one and send again.",
            source="SEL-MP-037 EX_2.1-1050",
            effect=Effect.REFUSED,
            delivers=True,
            error=ErrorCode.OTHER,
        ),
        Reason.DUPLICATE: ReasonText(
            fr="Ce document était déjà enregistré, à l’identique. Il n’y a rien à "
            "faire.",
            en="This very document was already filed. There is nothing to do.",
            source="SEL-MP-037 EX_GEN-1060 ; CI-SIS Structuration minimale §3.5.5.10",
            effect=Effect.ALREADY_FILED,
            delivers=True,
        ),
        Reason.ID_REUSED: ReasonText(
            fr="Cet identifiant ou ce numéro de version est pris par un autre contenu "
            "ou un document retiré. Donnez-en un nouveau et la version suivante.",
            en="Another content, or a document withdrawn, has this identifier or "
            "version number already. Give it a new identifier and the next version.",
            source="CI-SIS Structuration minimale §3.5.5.10",
            effect=Effect.REFUSED,
            delivers=True,
            error=ErrorCode.OTHER,
        ),
        Reason.REPLACED: ReasonText(
            fr="Document enregistré ; il remplace la version précédente, qui est "
            "conservée.",
            en="Document filed; it replaces the version before it, which is kept.",
            source="SEL-MP-037 EX_3.1-1030 ; CI-SIS Structuration minimale §3.5.5.10",
            effect=Effect.FILED,
            delivers=True,
        ),
        Reason.REPLACE_FORBIDDEN: ReasonText(
            fr="Seul l’auteur d’un document peut remplacer sa dernière version. "
            "Envoyez-le comme un nouveau document ou demandez à l’auteur.",
            en="Only the author of a document may replace its latest version. "
            "Send it as a new document, or ask the author.",
            source="CI-SIS Transmission d'un document CDA-R2 en HL7v2, code 901",
            effect=Effect.REFUSED,
            delivers=True,
            error=ErrorCode.AUTHOR_NOT_ALLOWED,
        ),
        Reason.REPLACED_PARENT_UNKNOWN: ReasonText(
            fr="Document enregistré comme nouveau : celui qu’il devait remplacer n’est "
            "pas connu ici.",
            en="Document filed as new: the one it was to replace is not known here.",
            source=GATEWAY_RULE,
            effect=Effect.FILED,
            delivers=True,
        ),
        Reason.PATIENT_OPPOSED_DOC: ReasonText(
            fr="Le patient s’est opposé à ce document : il n’a pas été enregistré. "
            "Parlez-en avec le patient ; s’il lève son opposition, envoyez le document "
            "de nouveau.",
            en="The patient objected to this document: it was not filed. Talk to the "
            "patient; once the objection is lifted, send the document again.",
            source="CSP R. 1111-47",
            effect=Effect.REFUSED,
            delivers=True,
            error=ErrorCode.OTHER,
        ),
        Reason.OPPOSITION_ON_RECORD: ReasonText(
            fr="Le patient s’est opposé à l’enregistrement de ce document, pour son "
            "type ou pour votre structure : il n’a pas été enregistré. Parlez-en avec "
            "le patient ; s’il lève son opposition, envoyez le document de nouveau.",
            en="The patient objected to the filing of this document, for its type or "
            "for your structure: it was not filed. Talk to the patient; once the "
            "objection is lifted, send the document again.",
            source=f"CSP R. 1111-47 ; {GATEWAY_RULE}",
            effect=Effect.REFUSED,
            delivers=True,
            error=ErrorCode.OTHER,
        ),
        Reason.FILED_SECRET: ReasonText(
            fr="Document enregistré, invisible pour les représentants légaux.",
            en="Document filed, out of sight of the legal representatives.",
            source="CSP R. 1111-50 ; SEL-MP-037 EX_2.1-1050, EX_0.1-1100",
            effect=Effect.FILED,
            delivers=True,
        ),
        Reason.FILED_INVISIBLE: ReasonText(
            fr="Document enregistré, pas encore visible du patient. Sans annonce, il "
            "est invité à consulter un professionnel, puis le voit au terme du délai.",
            en="Document filed, not yet visible to the patient. Unless announced, the "
            "patient is told to see a professional, and sees it once the delay ends.",
            source="CSP R. 1111-53",
            effect=Effect.FILED,
            delivers=True,
        ),
        Reason.FILED_MASKED: ReasonText(
            fr="Document enregistré, masqué aux professionnels à la demande du "
            "patient.",
            en="Document filed, masked from professionals at the patient's request.",
            source="CSP R. 1111-49",
            effect=Effect.FILED,
            delivers=True,
        ),
        Reason.FILED_MASKED_BY_DEFAULT: ReasonText(
            fr="Document enregistré, masqué aux professionnels par le réglage du "
            "patient.",
            en="Document filed, masked from professionals by the patient's setting.",
            source="CSP R. 1111-49",
            effect=Effect.FILED,
            delivers=True,
            # The sender asked for a visible document and may see its own anyway:
            # that the patient masks everything is not for the sender to learn.
            told=Told.PATIENT_SETTINGS,
        ),
        Reason.FILED: ReasonText(
            fr="Document enregistré dans l’espace du patient.",
            en="Document filed in the patient's space.",
            source="CSP L. 1111-15",
            effect=Effect.FILED,
            delivers=True,
        ),
        Reason.WITHDRAWN: ReasonText(
            fr="Document retiré de l’espace du patient, à la demande de son auteur.",
            en="Document withdrawn from the patient's space, as its author asked.",
            source=_AUTHORS_RIGHT,
            effect=Effect.WITHDRAWN,
            delivers=True,
        ),
        Reason.WITHDRAWAL_UNKNOWN: ReasonText(
            fr="Aucun document de cet identifiant n’est enregistré pour ce patient : "
            "rien n’a été retiré. Vérifiez l’identifiant et le destinataire.",
            en="No document of this identifier is filed for this patient: nothing was "
            "withdrawn. Check the identifier and the recipient.",
            source="CI-SIS Structuration minimale §3.5.5.10",
            effect=Effect.REFUSED,
            delivers=True,
            error=ErrorCode.OTHER,
        ),
        Reason.WITHDRAWAL_FORBIDDEN: ReasonText(
            fr="Seul l’auteur d’un document, ou sa structure, peut le retirer : rien "
            "n’a été retiré.",
            en="Only the author of a document, or the author's structure, may withdraw "
            "it: nothing was withdrawn.",
            source=_AUTHORS_RIGHT,
            effect=Effect.REFUSED,
            delivers=True,
            error=ErrorCode.AUTHOR_NOT_ALLOWED,
        ),
        Reason.WITHDRAWAL_OUTDATED: ReasonText(
            fr="Une version plus récente remplace ce document : rien n’a été retiré. "
            "Retirez la dernière version.",
            en="A newer version replaces this document: nothing was withdrawn. "
            "Withdraw the latest version.",
            source="CI-SIS Structuration minimale §3.5.5.10",
            effect=Effect.REFUSED,
            delivers=True,
            error=ErrorCode.NOT_LATEST,
        ),
    }
)
"""One text for each reason; a test fails when one is missing."""

CAUTION_TEXTS: Mapping[Caution, tuple[str, str]] = MappingProxyType(
    {
        Caution.WRONG_TEST_KEY: (
            "La clé de cet identifiant de test est fausse.",
            "The control key of this test identifier is wrong.",
        ),
        Caution.OTHER_BIRTH_PLACE: (
            "Le lieu de naissance diffère de celui du profil.",
            "The place of birth differs from the profile's.",
        ),
        Caution.FILED_AS_OTHER: (
            "Type de document inconnu : enregistré comme « autre ».",
            "Unknown type of document: filed as other.",
        ),
        Caution.RESTRICTED: (
            "Document signalé comme restreint : il ne devrait pas être partagé.",
            "Document marked as restricted: it should not be shared.",
        ),
        Caution.DATED_AHEAD: (
            "Le document est daté d’un jour à venir.",
            "The document is dated on a day to come.",
        ),
        Caution.LATE_VERSION: (
            "Une version plus récente est déjà enregistrée et reste affichée.",
            "A newer version is already filed and stays the one shown.",
        ),
        Caution.REPLACEMENT_IMPLIED: (
            "Le document ne dit pas lequel il remplace ; son numéro de version le dit.",
            "The document does not say which one it replaces; its version number does.",
        ),
        Caution.PARENT_NOT_LATEST: (
            "La version remplacée n’était pas la dernière.",
            "The version replaced was not the latest.",
        ),
        Caution.MASK_KEPT: (
            "La version précédente était masquée par le patient : celle-ci l’est "
            "aussi.",
            "The patient had masked the version before: this one is masked too.",
        ),
        Caution.MASK_DEFERRED: (
            "Le masquage voulu par le patient s’appliquera quand il verra le document.",
            "The patient's masking applies once the document is visible to the "
            "patient.",
        ),
        Caution.SECRET_ADULT: (
            "Connexion secrète pour un adulte : elle est sans effet.",
            "Secret connection for an adult: it has no effect.",
        ),
        Caution.BLOCKED_SENDER: (
            "Expéditeur bloqué, admis par un réglage de la passerelle.",
            "Blocked sender, let through by a setting of the gateway.",
        ),
    }
)
"""French and English sentence of each caution."""

ERROR_LABELS: Mapping[ErrorCode, str] = MappingProxyType(
    {
        ErrorCode.NOT_LATEST: "La version visée n'est pas la dernière version détenue",
        ErrorCode.AUTHOR_NOT_ALLOWED: (
            "Auteur non autorisé à remplacer ou supprimer ce document"
        ),
        ErrorCode.PATIENT_UNKNOWN: "Patient inconnu",
        ErrorCode.INS_ABSENT: "INS absente du document",
        ErrorCode.IDENTITY_DIFFERS: (
            "L'INS ou les traits d'identité ne correspondent pas au patient"
        ),
        ErrorCode.TRAITS_INCOMPLETE: "INS présente mais traits d'identité incomplets",
        ErrorCode.OTHER: "Autre erreur",
    }
)
"""The French label that goes with the code, as ``code^label``; in our words."""

REFUSED_FILINGS = frozenset(
    reason
    for reason, said in REASON_TEXTS.items()
    if said.effect in (Effect.REFUSED, Effect.TEMPORARY, Effect.QUARANTINED)
)
"""The outcomes of a decision on a document that have a line of their own."""
