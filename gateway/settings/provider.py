"""The settings of a provider of identities, such as Pro Santé Connect."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

from attrs import frozen

from gateway.errors import MisuseError
from gateway.settings.table import Table


@frozen(kw_only=True)
class ProviderSettings(Table):
    """``[provider]``: sign-in of professionals by OpenID Connect."""

    table: ClassVar = "provider"

    name: Annotated[str, "What professionals call it."] = "Pro Santé Connect"
    issuer: Annotated[str, "Its issuer, letter for letter. Empty: there is none."] = ""
    discovery: Annotated[
        str,
        "Whole address of its metadata; that of Pro Santé Connect ends in "
        "wallet-openid-configuration.",
    ] = ""
    client_id: Annotated[str, "What it calls this service."] = ""
    client_secret: Annotated[
        Path | str, "File with the secret shared with it. Or client_key."
    ] = ""
    client_key: Annotated[
        Path | str, "PEM: RSA key that proves who asks (private_key_jwt)."
    ] = ""
    client_key_id: Annotated[str, "What it calls that key, if it does."] = ""
    scope: Annotated[str, "What is asked for."] = "openid scope_all"
    acr_values: Annotated[
        tuple[str, ...],
        "Levels that are asked for and accepted; a token without one is refused.",
    ] = ("eidas1",)
    algorithms: Annotated[
        tuple[str, ...], "Signatures that are accepted: RS256, PS256, ES256."
    ] = ("RS256", "PS256", "ES256")
    authorities: Annotated[
        Path | str, "PEM: authorities of its servers. Empty: those of the system."
    ] = ""
    leeway_seconds: Annotated[int, "How far its clock and ours may differ."] = 30
    timeout_seconds: Annotated[float, "Time for each answer of it."] = 8.0
    mail_programs: Annotated[
        tuple[str, ...],
        "Mail programs (azp) whose tokens sign in to [listen] submission, submissions, "
        "imap and imaps, where no certificate is needed then. Empty: none.",
    ] = ()
    mail_token_seconds: Annotated[
        int,
        "How long a token that signs in to mail may live; those of Pro Santé Connect "
        "live two minutes.",
    ] = 600
    mail_session_seconds: Annotated[
        int,
        "How long a session of mail lasts that a token began, before another has to "
        "be shown.",
    ] = 1800
    mail_tries: Annotated[
        int,
        "Tokens shown to the mail doors of a process from one address in five minutes: "
        "a hospital's professionals may share one.",
    ] = 300

    def __attrs_post_init__(self) -> None:
        """Refuse a provider that is half named."""
        if not self.issuer:
            if self.mail_programs:
                raise MisuseError("[provider] mail_programs needs a provider")
            return
        if not self.discovery.startswith("https://") or not self.client_id:
            raise MisuseError("[provider] needs discovery, of https, and client_id")
        if bool(self.client_secret) == bool(self.client_key):
            raise MisuseError(
                "[provider] needs client_secret or client_key, one of both"
            )
        if not self.acr_values:
            raise MisuseError("[provider] needs a level in acr_values")
        if not set(self.algorithms) <= {"RS256", "PS256", "ES256"}:
            raise MisuseError("[provider] algorithms are RS256, PS256 and ES256")

    @property
    def is_on(self) -> bool:
        """Whether there is a provider."""
        return bool(self.issuer)

    def path(self, name: str) -> Path | None:
        """Return the file that a key names, None where it names none."""
        said = getattr(self, name)
        return Path(said) if said else None
