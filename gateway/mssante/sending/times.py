"""How long a peer is waited for, in seconds."""

from __future__ import annotations

from attrs import frozen

from gateway.settings.file import OutgoingSettings


@frozen(kw_only=True)
class SmtpTimes:
    """
    The waits of RFC 5321 §4.5.3.2.

    ``command`` is for the greeting and the answer to each command, the handshake
    included; ``data`` for the answer to DATA; ``block`` for the peer to take a piece of
    the message, ``transfer`` all of it; ``end`` for the answer to the final dot. Who
    gives up before that one may send the message twice (RFC 1047).
    """

    command: float
    data: float
    block: float
    transfer: float
    end: float

    @classmethod
    def from_settings(cls, outgoing: OutgoingSettings) -> SmtpTimes:
        """Return the waits of the settings."""
        return cls(
            command=outgoing.command_seconds,
            data=outgoing.data_seconds,
            block=outgoing.block_seconds,
            transfer=outgoing.transfer_seconds,
            end=outgoing.end_seconds,
        )
