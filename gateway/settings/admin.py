"""The settings of operators: where their commands are answered, who may do what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Final

from attrs import frozen

from gateway.settings.table import Table

MOST_ASKED: Final = 8 * 1024 * 1024
"""Bytes of a command by the socket: its words, and the files that go with them."""

_WHO = "Accounts of this machine, or @GROUP."


@frozen(kw_only=True)
class AdminSettings(Table):
    """``[admin]``: the socket of the commands, and roles; nobody has one by itself."""

    table: ClassVar = "admin"

    socket: Annotated[
        Path | str,
        "Unix socket on which `serve` answers commands about people. Empty: none, and "
        "they work for whoever may read the master key.",
    ] = ""
    access_minutes: Annotated[
        int, "How long an operator may open the documents that an access names."
    ] = 30
    access_documents: Annotated[int, "Documents that one access names at most."] = 20
    access_wait_hours: Annotated[
        int, "How long an access that was asked for may be granted."
    ] = 24
    access_review_hours: Annotated[
        int,
        "Hours in which another account is to review an access that was taken at once; "
        "later, `/readyz` says so.",
    ] = 24
    access_delay_days: Annotated[
        int, "How long it may be put off, for a reason, that the patient is told."
    ] = 30
    exploitation: Annotated[
        tuple[str, ...], f"Queue and health, no content. {_WHO}"
    ] = ()
    support: Annotated[tuple[str, ...], f"Profiles and their contact. {_WHO}"] = ()
    quarantine: Annotated[tuple[str, ...], f"Messages held back. {_WHO}"] = ()
    privacy: Annotated[tuple[str, ...], f"Traces, exports, the register. {_WHO}"] = ()
    keys: Annotated[tuple[str, ...], f"Keys turned over and destroyed. {_WHO}"] = ()
    auditor: Annotated[tuple[str, ...], f"The journal. {_WHO}"] = ()
    administrator: Annotated[tuple[str, ...], f"Who holds which mailbox. {_WHO}"] = ()
    request_seconds: Annotated[
        int, "How long what one operator asks for waits for a second one, in seconds."
    ] = 86400
    requests: Annotated[
        int,
        "How many requests wait for a second operator at once; one more is refused.",
    ] = 100
