"""The guide for professionals: how to read, file and write, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen


@frozen
class GuidePart:
    """
    One subject of the guide: ``name`` leads to it, ``steps`` are done in their order.

    ``{provider}`` is what the provider of identities is called; a part that is
    ``by_provider`` is left out where there is none, ``by_mail`` where PDFs that come by
    mail are not filed.
    """

    name: str
    title: str
    steps: tuple[str, ...]
    by_provider: bool = False
    by_mail: bool = False


GUIDE_TITLE: Mapping[str, str] = MappingProxyType(
    {"fr": "Guide du professionnel", "en": "Guide for professionals"}
)

GUIDE: Mapping[str, tuple[GuidePart, ...]] = MappingProxyType(
    {
        "fr": (
            GuidePart(
                "card",
                "Préparer sa carte, une fois par poste",
                (
                    "Installez le lecteur et le logiciel de votre carte (pour une "
                    "carte CPS, celui de l’ANS). Il apporte un module PKCS#11, la "
                    "bibliothèque par laquelle un programme parle à la carte.",
                    "Firefox : Paramètres, Vie privée et sécurité, Certificats, "
                    "Périphériques de sécurité, Charger : donnez le fichier du module. "
                    "La carte apparaît sous son nom.",
                    "Chrome ou Edge sous Windows, Safari ou Chrome sur Mac : rien à "
                    "régler, le logiciel de la carte l’ajoute au magasin du système. "
                    "Chrome sous Linux : le module s’ajoute avec modutil à la base "
                    "~/.pki/nssdb.",
                    "Le code PIN se tape dans la fenêtre du navigateur ou du logiciel "
                    "de la carte, jamais dans une de nos pages.",
                ),
            ),
            GuidePart(
                "sign-in",
                "Se connecter",
                (
                    "Insérez la carte, ouvrez l’adresse de l’espace et choisissez le "
                    "certificat d’authentification. Si le navigateur ne le demande "
                    "pas, fermez-le et recommencez : il retient un premier refus.",
                    "Un code de six chiffres peut vous être envoyé à votre adresse "
                    "personnelle, celle que l’exploitant a inscrite.",
                    "Si vous exercez dans plusieurs lieux, choisissez celui où vous "
                    "êtes : ce que vous pouvez lire en dépend.",
                    "La session finit après un temps sans rien faire, quand vous "
                    "vous déconnectez, ou quand le certificat n’est plus présenté.",
                ),
            ),
            GuidePart(
                "provider",
                "Se connecter avec {provider}",
                (
                    "Choisissez {provider} sur la page de connexion, sans certificat "
                    "dans ce navigateur.",
                    "Se déconnecter ici déconnecte aussi de {provider}, et les "
                    "logiciels de messagerie ouverts par la même connexion.",
                ),
                by_provider=True,
            ),
            GuidePart(
                "reading",
                "Consulter un dossier",
                (
                    "Saisissez le numéro INS (matricule) du patient, ou ouvrez-le "
                    "depuis votre logiciel s’il le permet : le numéro est alors "
                    "rempli. La carte Vitale n’est pas lue ici : votre logiciel la "
                    "lit, ou vous recopiez le numéro. Dites ce que le patient vous "
                    "présente.",
                    "Informez le patient avant de lire. Membre de l’équipe de soins : "
                    "son accord est demandé une fois, puis présumé pour le suivi. "
                    "Sinon : à chaque consultation, de vive voix ou par un code qu’il "
                    "crée dans son espace.",
                    "Cinq conditions sont vérifiées à chaque fois : l’espace est "
                    "ouvert, l’identité est la bonne, le patient consent, vous êtes "
                    "authentifié, votre profession lit ce type de document. Un refus "
                    "dit laquelle manque et que faire.",
                    "Ce que le patient masque n’apparaît pas, et rien ne le signale : "
                    "le dossier peut être incomplet.",
                    "Chaque document ouvert est une ligne de l’historique du patient, "
                    "avec votre nom et l’heure.",
                ),
            ),
            GuidePart(
                "emergency",
                "En urgence",
                (
                    "Si la vie ou la santé est en danger immédiat et que le patient ne "
                    "peut pas consentir, déclarez l’urgence et écrivez son motif. Le "
                    "médecin régulateur coche la régulation.",
                    "Sans numéro, les noms exacts et la date de naissance trouvent un "
                    "seul patient.",
                    "Le patient et son médecin traitant sont prévenus aussitôt. S’il a "
                    "refusé ces accès, le dossier reste fermé et la tentative est "
                    "tracée.",
                ),
            ),
            GuidePart(
                "filing",
                "Déposer un document",
                (
                    "« Déposer un document » prend un ou plusieurs PDF : choisissez le "
                    "type, le titre, la visibilité, et cochez si le patient est "
                    "informé.",
                    "« Mes dépôts » dit ce que chacun est devenu. La preuve de dépôt "
                    "du mois s’imprime, ou s’enregistre en tableau.",
                    "Vous pouvez remplacer, masquer à la demande du patient ou retirer "
                    "ce dont vous êtes l’auteur.",
                    "Une personne de votre secrétariat dépose sous votre "
                    "responsabilité, et ne consulte jamais.",
                ),
            ),
            GuidePart(
                "filing-by-mail",
                "Déposer un PDF depuis sa messagerie",
                (
                    "Écrivez à l’adresse du patient, lui seul, avec un objet qui "
                    "commence par [DMP TYPE], par exemple « [DMP CR-CONS] Consultation "
                    "du 3 mai », et joignez le PDF.",
                    "« masqué », « invisible » ou « informé » s’ajoutent après le "
                    "type. L’accusé de réception dit ce qui a été fait.",
                    "Il faut pour cela le certificat d’une personne.",
                ),
                by_mail=True,
            ),
            GuidePart(
                "writing",
                "Écrire au patient",
                (
                    "« Ce patient peut-il recevoir ? » répond sans rien révéler de "
                    "plus. Le patient ne peut répondre qu’à qui lui a écrit ; une "
                    "pharmacie où il est allé peut recevoir son premier message.",
                    "Fixez jusqu’à quand vous prenez les réponses, et vos horaires. "
                    "« Mettre fin à l’échange » ferme les réponses jusqu’à votre "
                    "prochain message.",
                ),
            ),
        ),
        "en": (
            GuidePart(
                "card",
                "Get the card ready, once on each computer",
                (
                    "Install the reader and the software of your card (for a CPS card, "
                    "that of the ANS). It brings a PKCS#11 module, the library by "
                    "which a program speaks to the card.",
                    "Firefox: Settings, Privacy & Security, Certificates, Security "
                    "Devices, Load: give the file of the module. The card is listed by "
                    "its name.",
                    "Chrome or Edge on Windows, Safari or Chrome on a Mac: nothing to "
                    "set, the software of the card adds it to the store of the system. "
                    "Chrome on Linux: the module is added with modutil to the database "
                    "~/.pki/nssdb.",
                    "The PIN is typed in the window of the browser or of the card’s "
                    "software, never in a page of ours.",
                ),
            ),
            GuidePart(
                "sign-in",
                "Sign in",
                (
                    "Insert the card, open the address of the space, and choose the "
                    "authentication certificate. If the browser does not ask, close it "
                    "and start again: it remembers a first refusal.",
                    "A code of six digits may be sent to your own address, the one "
                    "that the operator wrote down.",
                    "If you work in several places, choose the one where you are: what "
                    "you may read follows from it.",
                    "The session ends after a time of doing nothing, when you sign "
                    "out, or when the certificate is shown no more.",
                ),
            ),
            GuidePart(
                "provider",
                "Sign in with {provider}",
                (
                    "Choose {provider} on the page of signing in, without a "
                    "certificate in this browser.",
                    "Signing out here signs you out of {provider} too, and the mail "
                    "programs that the same sign-in opened.",
                ),
                by_provider=True,
            ),
            GuidePart(
                "reading",
                "Read a record",
                (
                    "Type the INS number of the patient, or open the patient from your "
                    "program if it can: the number is then filled in. The Vitale card "
                    "is not read here: your program reads it, or you copy the number. "
                    "Say what the patient shows you.",
                    "Tell the patient before you read. As one of the care team: they "
                    "agree once, which is then presumed in that follow-up. Otherwise: "
                    "at each consultation, by word of mouth or by a code that they "
                    "make in their space.",
                    "Five conditions are checked each time: the space is open, the "
                    "identity is right, the patient consents, you are authenticated, "
                    "your profession reads that type of document. A refusal says which "
                    "is missing and what to do.",
                    "What the patient hides is not there, and nothing says so: the "
                    "record may be incomplete.",
                    "Each document that is opened is a line of the patient’s history, "
                    "with your name and the time.",
                ),
            ),
            GuidePart(
                "emergency",
                "In an emergency",
                (
                    "Where life or health is at immediate risk and the patient cannot "
                    "consent, declare an emergency and write its reason. The doctor "
                    "who regulates calls ticks regulation.",
                    "Without the number, the exact names and the date of birth find "
                    "one patient alone.",
                    "The patient and their treating doctor are told at once. Where "
                    "they refused such access, the record stays closed and the attempt "
                    "is recorded.",
                ),
            ),
            GuidePart(
                "filing",
                "File a document",
                (
                    "“File a document” takes one PDF or several: choose the type, the "
                    "title, the visibility, and tick whether the patient was told.",
                    "“My filings” says what became of each. The proof of filing of the "
                    "month can be printed, or kept as a table.",
                    "You may replace, hide at the patient’s request, or withdraw what "
                    "you are the author of.",
                    "Somebody of your secretariat files under your responsibility, and "
                    "never reads.",
                ),
            ),
            GuidePart(
                "filing-by-mail",
                "File a PDF from the mailbox",
                (
                    "Write to the address of the patient, to them alone, with a "
                    "subject that begins with [DMP TYPE], as “[DMP CR-CONS] "
                    "Consultation du 3 mai”, and attach the PDF.",
                    "“masqué”, “invisible” or “informé” are added behind the type. The "
                    "receipt says what was done.",
                    "It takes the certificate of a person.",
                ),
                by_mail=True,
            ),
            GuidePart(
                "writing",
                "Write to the patient",
                (
                    "“Can this patient receive?” answers, and reveals nothing more. A "
                    "patient can answer only who wrote to them; a pharmacy they have "
                    "been to may get their first message.",
                    "Set until when you take answers, and your hours. “End the "
                    "exchange” closes answers until your next message.",
                ),
            ),
        ),
    }
)
"""By language; the parts have the same names in the same order."""
