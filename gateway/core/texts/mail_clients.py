"""The page of instructions that goes with the files for a mail program."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen


@frozen(kw_only=True)
class SetupWords:
    """
    The words of the page in one language; ``{address}`` and ``{host}`` are put in.

    ``steps`` are pairs of a heading and what to do.
    """

    title: str
    intro: str
    table: str
    heads: tuple[str, str, str]
    reads: str
    sends: str
    tls_first: str
    start_tls: str
    with_key: tuple[str, str]
    without_key: tuple[str, str]
    steps: tuple[tuple[str, str], ...]
    by_token: tuple[str, str]
    """Where the tokens of a provider sign in too; ``{provider}`` is its name."""


SETUP_WORDS: Mapping[str, SetupWords] = MappingProxyType(
    {
        "fr": SetupWords(
            title="Régler votre logiciel de messagerie",
            intro="Boîte aux lettres {address}. Aucun mot de passe : votre certificat "
            "ou votre carte vous identifie.",
            table="Le serveur : {host}",
            heads=("Pour", "Port", "Sécurité"),
            reads="Lire (IMAP)",
            sends="Envoyer (SMTP)",
            tls_first="SSL/TLS",
            start_tls="STARTTLS",
            with_key=(
                "Installez votre certificat",
                "Ouvrez {address}.p12 et donnez la phrase secrète qui vous a été "
                "remise à part. Puis effacez ce fichier : il contient votre clé.",
            ),
            without_key=(
                "Préparez votre carte ou votre certificat",
                "Branchez le lecteur et la carte, ou importez le certificat que vous "
                "avez déjà.",
            ),
            steps=(
                (
                    "Thunderbird",
                    "Paramètres, Vie privée et sécurité, Certificats : importez le "
                    "certificat, ou ajoutez le module de la carte (Périphériques de "
                    "sécurité). Créez ensuite le compte avec votre adresse ; laissez "
                    "le mot de passe vide. Les réglages sont trouvés, sinon recopiez "
                    "le tableau. Méthode d’authentification, pour lire et pour "
                    "envoyer : certificat TLS. Nom d’utilisateur : l’adresse entière.",
                ),
                (
                    "Mail sur Mac",
                    "Ouvrez {address}.mobileconfig, puis Réglages Système, Profils : "
                    "installez-le. Dans Mail, Réglages, Comptes, Réglages du serveur, "
                    "choisissez pour les deux serveurs l’authentification Externe "
                    "(certificat client TLS) et votre certificat.",
                ),
                (
                    "Un autre logiciel",
                    "Il doit savoir présenter un certificat (SASL EXTERNAL). Recopiez "
                    "le tableau ; l’identifiant est l’adresse entière.",
                ),
                (
                    "Vérifiez",
                    "Envoyez-vous un message. Si le logiciel dit « you hold no mailbox "
                    "of that name », demandez à l’exploitant d’inscrire "
                    "votre identifiant pour cette boîte.",
                ),
            ),
            by_token=(
                "Sans certificat : {provider}",
                "Un logiciel de messagerie que {provider} connaît peut se passer du "
                "certificat : choisissez l’authentification OAuth2 pour lire et pour "
                "envoyer, puis identifiez-vous avec {provider} quand il le demande. "
                "Si vous vous déconnectez de {provider}, le logiciel est déconnecté "
                "aussi. Un PDF envoyé ainsi n’est pas classé dans l’espace du "
                "patient : il faut votre certificat.",
            ),
        ),
        "en": SetupWords(
            title="Set up your mail program",
            intro="Mailbox {address}. No password: your certificate or card says who "
            "you are.",
            table="The server: {host}",
            heads=("To", "Port", "Security"),
            reads="Read (IMAP)",
            sends="Send (SMTP)",
            tls_first="SSL/TLS",
            start_tls="STARTTLS",
            with_key=(
                "Install your certificate",
                "Open {address}.p12 and give the passphrase that you were given apart "
                "from it. Then delete this file: it holds your key.",
            ),
            without_key=(
                "Have your card or certificate ready",
                "Connect the reader and the card, or import the certificate that you "
                "have already.",
            ),
            steps=(
                (
                    "Thunderbird",
                    "Settings, Privacy & Security, Certificates: import the "
                    "certificate, or add the module of the card (Security Devices). "
                    "Then make the account with your address; leave the password "
                    "empty. The settings are found, or else copy the table. "
                    "Authentication method, to read and to send: TLS Certificate. User "
                    "name: the whole address.",
                ),
                (
                    "Mail on a Mac",
                    "Open {address}.mobileconfig, then System Settings, Profiles: "
                    "install it. In Mail, Settings, Accounts, Server Settings, choose "
                    "for both servers the authentication External (TLS Client "
                    "Certificate) and your certificate.",
                ),
                (
                    "Another program",
                    "It has to be able to present a certificate (SASL EXTERNAL). Copy "
                    "the table; the user name is the whole address.",
                ),
                (
                    "Check",
                    "Send yourself a message. If the program says “you hold no mailbox "
                    "of that name”, ask the operator to enter your number for this "
                    "mailbox.",
                ),
            ),
            by_token=(
                "Without a certificate: {provider}",
                "A mail program that {provider} knows needs no certificate: choose the "
                "authentication OAuth2, to read and to send, then sign in with "
                "{provider} when it asks you to. If you sign out of {provider}, the "
                "program is signed out too. A PDF sent like that is not filed in the "
                "patient’s space: your certificate is needed for it.",
            ),
        ),
    }
)
