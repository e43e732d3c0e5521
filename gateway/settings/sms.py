"""The settings of text messages: who takes them, and how many there may be."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from attrs import frozen

from gateway.errors import MisuseError
from gateway.settings.machine import is_this_machine
from gateway.settings.table import Table


@frozen(kw_only=True)
class SmsSettings(Table):
    """``[sms]``: text messages to patients who proved their number; none by default."""

    table: ClassVar = "sms"

    gateway: Annotated[
        str,
        "https address of who sends them, asked by POST; empty: the folder, if any.",
    ] = ""
    token_file: Annotated[
        Path | str, "File of mode 0600 with the word it knows us by (Bearer)."
    ] = ""
    folder: Annotated[
        Path | str,
        "Folder that text messages are put in, for a program of yours to send; with "
        "neither, none is made.",
    ] = ""
    seconds: Annotated[float, "Time for one exchange with the gateway; 1 to 30."] = 10.0
    per_patient: Annotated[
        int, "Text messages to one patient in 24 hours; then e-mail. 1 or more."
    ] = 10
    per_day: Annotated[
        int, "To all patients in 24 hours: what it costs has an end. 1 or more."
    ] = 500

    @property
    def is_on(self) -> bool:
        """Whether text messages are sent at all."""
        return bool(self.gateway or self.folder)

    def __attrs_post_init__(self) -> None:
        """Refuse what would show codes to a network, or would never send one."""
        if self.gateway:
            url = urlsplit(self.gateway)
            here = url.scheme == "http" and is_this_machine(url.hostname or "")
            if not url.hostname or (url.scheme != "https" and not here):
                raise MisuseError(
                    "[sms]: gateway is an https address (http on this machine alone)"
                )
        if self.per_patient < 1 or self.per_day < 1:
            raise MisuseError("[sms]: per_patient and per_day are 1 or more")
        if not 1 <= self.seconds <= 30:
            raise MisuseError("[sms]: seconds is between 1 and 30")
