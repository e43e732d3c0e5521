"""What a professional reads who cannot read in a vault: why, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.core.reading import ReadingRefusal

READING_TEXTS: Mapping[ReadingRefusal, tuple[str, str]] = MappingProxyType(
    {
        ReadingRefusal.PROFILE_ABSENT: (
            "Cette personne n’a pas d’espace ici. Vérifiez son identité, ou donnez-lui "
            "ses documents par un autre moyen.",
            "This person has no space here. Check who they are, or give them their "
            "documents another way.",
        ),
        ReadingRefusal.PROFILE_OPPOSED: (
            "Cette personne s’est opposée à avoir un espace. Elle seule peut changer "
            "d’avis.",
            "This person objected to having a space. They alone can change their mind.",
        ),
        ReadingRefusal.PROFILE_CLOSED: (
            "Cet espace est fermé. La personne seule peut le rouvrir.",
            "This space is closed. The person alone can open it again.",
        ),
        ReadingRefusal.PROFILE_SUSPENDED: (
            "Cet espace est suspendu pour le moment. Réessayez plus tard.",
            "This space is suspended for now. Try again later.",
        ),
        ReadingRefusal.PATIENT_NOT_FOUND: (
            "Personne n’est trouvé ainsi. Cherchez par le matricule INS ; le nom ne "
            "suffit que dans une urgence déclarée.",
            "Nobody is found this way. Search by the INS number; a name is enough in a "
            "declared emergency alone.",
        ),
        ReadingRefusal.INS_NOT_QUALIFIED: (
            "Votre logiciel n’a pas qualifié l’identité (INS) de cette personne. "
            "Qualifiez-la, puis recommencez.",
            "Your software has not qualified this person's identity (INS). Qualify it, "
            "then try again.",
        ),
        ReadingRefusal.BLOCKED: (
            "Les réglages de cette personne ne vous permettent pas de consulter. "
            "Parlez-en avec elle.",
            "This person's settings do not let you read. Speak with them about it.",
        ),
        ReadingRefusal.OPPOSED: (
            "Cette personne ne souhaite pas que son dossier soit consulté. Parlez-en "
            "avec elle : elle peut changer ce réglage.",
            "This person does not want their record to be read. Speak with them: they "
            "can change this setting.",
        ),
        ReadingRefusal.NOT_INFORMED: (
            "Informez la personne que vous consultez son dossier, puis cochez la case.",
            "Tell the person that you read their record, then tick the box.",
        ),
        ReadingRefusal.CONSENT_MISSING: (
            "Il faut l’accord de cette personne. Recueillez-le avec elle, ou "
            "demandez-lui le code de son espace.",
            "This person's agreement is needed. Ask them for it, or for the code from "
            "their space.",
        ),
        ReadingRefusal.CONSENT_EXPIRED: (
            "L’accord de cette personne n’est plus valable. Demandez-le-lui encore.",
            "This person's agreement no longer holds. Ask them for it again.",
        ),
        ReadingRefusal.EMERGENCY_REFUSED_BY_PATIENT: (
            "Cette personne a refusé cet accès d’urgence. Il faut son accord.",
            "This person refused this emergency access. Their agreement is needed.",
        ),
        ReadingRefusal.EMERGENCY_NOT_DECLARED: (
            "Cochez la case qui déclare l’urgence, puis recommencez.",
            "Tick the box that declares the emergency, then try again.",
        ),
        ReadingRefusal.EMERGENCY_REASON_MISSING: (
            "Écrivez pourquoi c’est une urgence : la personne le lira.",
            "Write why it is an emergency: the person will read it.",
        ),
        ReadingRefusal.NOT_A_REGULATOR: (
            "Cet accès est celui du médecin régulateur du Centre 15 pendant un appel. "
            "Déclarez une urgence d’une autre façon.",
            "This access is for the doctor who answers emergency calls, during a call. "
            "Declare an emergency another way.",
        ),
        ReadingRefusal.AUTH_TOO_WEAK: (
            "Pour consulter, connectez-vous en votre nom avec votre carte CPS ou Pro "
            "Santé Connect. Un certificat de structure ne suffit pas.",
            "To read, sign in by name with your CPS card or Pro Santé Connect. A "
            "structure's certificate is not enough.",
        ),
        ReadingRefusal.ROLE_NEVER_READS: (
            "Vous pouvez déposer des documents sous la responsabilité d’un "
            "professionnel, pas consulter.",
            "You may file documents under a professional's responsibility, not read.",
        ),
        ReadingRefusal.NOT_HABILITATED: (
            "L’activité que vous avez choisie n’ouvre pas la consultation. Choisissez "
            "celle dans laquelle vous soignez cette personne.",
            "The activity you chose does not open reading. Choose the one in which you "
            "care for this person.",
        ),
        ReadingRefusal.CODE_WRONG: (
            "Ce code n’est pas valable : il a peut-être servi ou expiré. Demandez à "
            "la personne d’en créer un autre dans son espace.",
            "This code is not valid: it may have been used, or be too old. Ask the "
            "person to make another in their space.",
        ),
        ReadingRefusal.ENDED: (
            "Cette consultation est terminée. Ouvrez le dossier de nouveau si vous en "
            "avez besoin.",
            "This consultation is over. Open the record again if you need it.",
        ),
        ReadingRefusal.TOO_MANY: (
            "Vous avez fait trop de tentatives. Attendez une heure, ou demandez de "
            "l’aide au service.",
            "You tried too often. Wait for an hour, or ask the service for help.",
        ),
    }
)
