"""The settings of the professionals' pages: who gets in, for how long, by what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Final

from attrs import frozen

from gateway.errors import MisuseError
from gateway.settings.table import MIB, Table

LONGEST_IDLE: Final = 30 * 60
LONGEST_WHOLE: Final = 4 * 3600
"""
What Pro Santé Connect gives a session of its own, and so the most that ours may have.
"""
LONGEST_CALL: Final = 3600
"""Seconds that a browser carries a program's call at most."""

SECOND_FACTORS: Final = ("email", "none")


@frozen(kw_only=True)
class ProfessionalSettings(Table):
    """``[professional]``: the professionals' pages."""

    table: ClassVar = "professional"

    public_url: Annotated[str, "Address professionals type."] = ""
    help_line: Annotated[
        str, "Whom professionals ask for help: telephone, hours, address. Shown as is."
    ] = ""
    hosts: Annotated[
        tuple[str, ...],
        "Names the pages answer to; others get 421. Empty: any of ours.",
    ] = ()
    trusted_proxies: Annotated[
        tuple[str, ...],
        "Addresses or networks of proxies whose X-Forwarded-For and Forwarded count. "
        "A card is seen only where TLS ends here.",
    ] = ()
    certificate: Annotated[
        Path | str, "PEM: certificate of the pages, then its chain. Empty: of [trust]."
    ] = ""
    private_key: Annotated[Path | str, "PEM: its key. Empty: that of [trust]."] = ""
    session_idle_seconds: Annotated[
        int, "Silence before a session ends; half an hour at most."
    ] = LONGEST_IDLE
    session_seconds: Annotated[int, "A session's whole life; four hours at most."] = (
        LONGEST_WHOLE
    )
    second_factor: Annotated[
        str,
        "What is asked besides a certificate: email (a one-time code), or none: who "
        "then signs in by a certificate alone never reads.",
    ] = "email"
    card_is_two_factors: Annotated[
        tuple[str, ...],
        "Authorities (CN) whose certificates stand on a card with its PIN, which is "
        "two factors by itself: no code is asked. Empty: it is asked of everybody.",
    ] = ()
    activities_are_open: Annotated[
        bool, "Whether the columns of activities, 14 and 16 to 19, read."
    ] = False
    code_seconds: Annotated[int, "Life of a one-time code."] = 600
    code_tries: Annotated[int, "Wrong codes before it is void."] = 5
    code_requests: Annotated[int, "Codes sent per professional in an hour."] = 5
    address_tries: Annotated[
        int,
        "Requests to sign in from one address in five minutes: a hospital's "
        "professionals may share one.",
    ] = 300
    file_most: Annotated[int, "PDFs filed at once from one form."] = 10
    file_bytes: Annotated[int, "One PDF that is filed."] = 10 * MIB
    file_misses: Annotated[
        int,
        "Patients a professional who files or writes may name in vain in an hour: a "
        "number that is nobody's here, or whose birth date is another.",
    ] = 20
    look_ups: Annotated[
        int, "Times in an hour that one may ask whether a patient can receive messages."
    ] = 60
    files_of_message: Annotated[int, "Files of one message to a patient."] = 10
    messages_shown: Annotated[
        int,
        "The last messages of a mailbox that its page looks through: so many received "
        "from patients, and so many sent.",
    ] = 400
    proofs_shown: Annotated[
        int, "The last forms of a month whose filings are in its proof."
    ] = 500
    templates: Annotated[int, "Texts one professional keeps to begin messages."] = 30
    call_seconds: Annotated[
        int,
        "How long a patient whom a program names by a call (docs/calling.md) is carried"
        " by the browser, through signing in; an hour at most, 0: programs may not.",
    ] = 600
    max_message_bytes: Annotated[int, "All files of one form."] = 20 * MIB
    request_seconds: Annotated[float, "Time for a whole request."] = 60.0
    max_connections: Annotated[int, "Connections at once."] = 1000
    max_connections_per_peer: Annotated[int, "Connections at once, one address."] = 100

    def __attrs_post_init__(self) -> None:
        """Refuse sessions that last too long, and a factor that is none."""
        if (
            self.session_idle_seconds > LONGEST_IDLE
            or self.session_seconds > LONGEST_WHOLE
        ):
            raise MisuseError(
                "[professional]: a session lasts 1800 s of silence and 14400 s in all "
                "at most"
            )
        if not 0 <= self.call_seconds <= LONGEST_CALL:
            raise MisuseError("[professional]: call_seconds is 0 to 3600")
        if self.second_factor not in SECOND_FACTORS:
            raise MisuseError("[professional]: second_factor is email or none")
