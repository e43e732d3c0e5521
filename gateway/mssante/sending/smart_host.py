"""The relay that takes e-mail for the outside, proven before it is told anything."""

from __future__ import annotations

import asyncio
import re
import ssl
from enum import StrEnum
from pathlib import Path

import aiosmtplib
from attrs import frozen

from gateway.errors import GatewayError, InvalidError, MisuseError, UnavailableError
from gateway.mssante.sending.email import Email
from gateway.settings.outgoing import OutgoingSettings

_STATUS = re.compile(r"5\.(\d{1,3})\.\d{1,3}(?=\s|$)")
_LONGEST = 500
"""Characters of a password that a file may hold."""


class RelayTls(StrEnum):
    """How the relay is spoken to."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    OFF = "off"  # the settings allow it to a relay on this machine alone


@frozen(kw_only=True)
class SmartHost:
    """
    The relay that takes e-mail for the outside: ``host:port``.

    A one-time code is in such an e-mail, so the relay proves its name by a certificate
    before it gets a byte of one, and whoever takes STARTTLS away (attack S06) is told
    nothing: the notice waits.
    """

    address: str
    timeout: float
    """Seconds for the whole exchange."""
    tls: RelayTls = RelayTls.STARTTLS
    authorities: Path | None = None
    """PEM; None: those the system trusts."""
    user: str = ""
    password_file: Path | None = None

    @classmethod
    def from_settings(cls, outgoing: OutgoingSettings, seconds: float) -> SmartHost:
        """Build from ``[outgoing]``; ``seconds`` is what one exchange may take."""
        authorities = outgoing.smart_host_authorities
        password_file = outgoing.smart_host_password_file
        return cls(
            address=outgoing.smart_host,
            timeout=seconds,
            tls=RelayTls(outgoing.smart_host_tls),
            authorities=Path(authorities) if authorities else None,
            user=outgoing.smart_host_user,
            password_file=Path(password_file) if password_file else None,
        )

    def __call__(self, _: str, message: Email) -> None:
        """
        Hand the e-mail over.

        Raises:
            InvalidError: the relay refuses the address, for good.
            UnavailableError: anything else, also what an operator has to mend: the
                text says what it is, without the address.
        """
        self._run(message)

    def try_out(self) -> None:
        """
        Connect, prove the relay and sign in, and send nothing.

        Raises:
            UnavailableError: as when an e-mail is handed over.
        """
        self._run(None)

    def _run(self, message: Email | None) -> None:
        try:
            context, password = self._context(), self._password()
            asyncio.run(self._speak(message, context, password))
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refusal(error) from error
        except GatewayError as error:
            raise UnavailableError(
                "not sent yet", detail=f"smart host: {error}"
            ) from error
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise UnavailableError(
                "not sent yet", detail=f"smart host: {_why(error)}"
            ) from error

    async def _speak(
        self, message: Email | None, context: ssl.SSLContext | None, password: str
    ) -> None:
        host, _, port = self.address.rpartition(":")
        relay = aiosmtplib.SMTP(
            hostname=host.strip("[]"),
            port=int(port),
            timeout=self.timeout,
            use_tls=self.tls is RelayTls.IMPLICIT,
            # Required where it is wanted: without an offer nothing is sent.
            start_tls=self.tls is RelayTls.STARTTLS,
            tls_context=context,
            username=self.user or None,
            password=password or None,
        )
        try:
            async with asyncio.timeout(self.timeout), relay:
                if message is not None:
                    await relay.sendmail(message.sender, [message.to], message.content)
        finally:
            relay.close()
            await asyncio.sleep(0.05)  # TLS closes in some rounds, and the loop ends

    def _context(self) -> ssl.SSLContext | None:
        """Return a context that verifies the chain and the name (RFC 9525 §6.3)."""
        if self.tls is RelayTls.OFF:
            return None
        context = ssl.create_default_context(cafile=self.authorities)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def _password(self) -> str:
        return read_password(self.password_file) if self.password_file else ""


def read_password(file: Path) -> str:
    """
    Return the password that a file holds, without the end of its line.

    Raises:
        MisuseError: absent, readable by others, or empty.
    """
    try:
        mode = file.stat().st_mode & 0o777
        text = file.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise MisuseError(f"password file: {type(error).__name__}") from error
    if mode & 0o077:
        raise MisuseError(f"password file must be of mode 0600, is {mode:o}")
    if not 0 < len(text) <= _LONGEST:
        raise MisuseError("password file holds no password")
    return text


def _refusal(error: aiosmtplib.SMTPRecipientsRefused) -> GatewayError:
    """
    A relay that refuses the one recipient for now says 4xx (RFC 5321 §4.2.1).

    What it refuses for good is the address where it says so (RFC 3463 §3.2, §3.3);
    that it does not relay for us is a fault of ours, which an operator mends.
    """
    if any(400 <= one.code < 500 for one in error.recipients):
        return UnavailableError("not sent yet", detail="smart host: refused for now")
    if not any(_is_of_address(one.code, one.message) for one in error.recipients):
        return UnavailableError("not sent yet", detail="smart host: it refuses us")
    return InvalidError("the relay refused the address of a notice")


def _is_of_address(code: int, text: str) -> bool:
    """
    Tell whether a refusal for good is of the address: by its status, else its code.

    >>> _is_of_address(550, "5.1.1 no such user"), _is_of_address(553, "bad mailbox")
    (True, True)
    >>> _is_of_address(554, "5.7.1 Relay access denied"), _is_of_address(554, "no")
    (False, False)
    """
    status = _STATUS.match(text.strip())
    if status is not None:
        return status[1] in {"1", "2"}
    return code in {550, 551, 553}


def _why(error: BaseException) -> str:
    """Return what went wrong, in words of ours: a relay's answer may name a patient."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not proven: {cause.verify_message}"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return f"it refuses our name and password ({error.code})"
    if type(error) is aiosmtplib.SMTPException:  # of what it does not offer
        return error.message
    return type(error).__name__
