"""Every answer of the SMTP doors: code, enhanced code (RFC 3463) and one plain text."""

from __future__ import annotations

from typing import Final

from attrs import frozen


@frozen
class Reply:
    """One reply (RFC 5321 §4.2); no text names a patient, a file or a host."""

    code: int
    enhanced: str
    text: str

    def __str__(self) -> str:
        """Return the line as it is sent, without its end."""
        return f"{self.code} {self.enhanced} {self.text}"

    @property
    def is_error(self) -> bool:
        """True when the command was not carried out."""
        return self.code >= 400


OK: Final = Reply(250, "2.0.0", "OK")
SENDER_OK: Final = Reply(250, "2.1.0", "Sender OK")
RECIPIENT_OK: Final = Reply(250, "2.1.5", "Recipient OK")
BYE: Final = Reply(221, "2.0.0", "Bye")
START_TLS: Final = Reply(220, "2.0.0", "Ready to start TLS")
AUTHENTICATED: Final = Reply(235, "2.7.0", "Authentication succeeded")
AUTH_GO_ON: Final = "334 "
AUTH_REQUIRED: Final = Reply(530, "5.7.0", "Authentication required")
AUTH_LATER: Final = Reply(454, "4.7.0", "Temporary authentication failure")
AUTH_TOO_OFTEN: Final = Reply(454, "4.7.0", "Too many sign-ins, try again later")
SEND_BODY: Final = "354 End data with <CR><LF>.<CR><LF>"
HELP: Final = Reply(214, "2.0.0", "See RFC 5321")
CANNOT_VERIFY: Final = Reply(252, "2.5.2", "Addresses are not verified")

TRY_LATER: Final = Reply(451, "4.3.0", "Try again later")
STORAGE_FULL: Final = Reply(452, "4.3.1", "Not enough storage, try again later")
MAILBOX_FULL: Final = Reply(452, "4.2.2", "Mailbox full")
TOO_MANY_RECIPIENTS: Final = Reply(452, "4.5.3", "Too many recipients")
SHUTTING_DOWN: Final = Reply(421, "4.3.2", "Service shutting down")
TIMED_OUT: Final = Reply(421, "4.4.2", "Timeout")
TOO_MANY_CONNECTIONS: Final = Reply(421, "4.7.0", "Too many connections")
TOO_MANY_COMMANDS: Final = Reply(421, "4.7.0", "Too many commands")
TOO_MANY_ERRORS: Final = Reply(421, "4.7.0", "Too many errors")

NOT_CRLF: Final = Reply(500, "5.5.2", "Lines must end with <CR><LF>")
BAD_CHARACTER: Final = Reply(500, "5.5.2", "Control or 8-bit character in a command")
LINE_TOO_LONG: Final = Reply(500, "5.5.6", "Command line too long")
UNKNOWN_COMMAND: Final = Reply(500, "5.5.2", "Command not recognized")
BAD_SYNTAX: Final = Reply(501, "5.5.4", "Syntax error in parameters")
AUTH_CANCELLED: Final = Reply(501, "5.7.0", "Authentication cancelled")
AUTH_MALFORMED: Final = Reply(501, "5.5.2", "Not base64 of what is asked for")
NOT_IMPLEMENTED: Final = Reply(502, "5.5.1", "Command not implemented")
BAD_SEQUENCE: Final = Reply(503, "5.5.1", "Bad sequence of commands")
EARLY_BYTES: Final = Reply(554, "5.5.1", "Bytes sent before they were asked for")
NOT_SMTP: Final = Reply(554, "5.5.2", "SMTP is spoken here")
STARTTLS_FIRST: Final = Reply(530, "5.7.0", "Must issue a STARTTLS command first")
UNKNOWN_MECHANISM: Final = Reply(504, "5.5.4", "Mechanism not offered, see EHLO")
AUTH_FAILED: Final = Reply(535, "5.7.8", "You hold no mailbox of that name")
TOKEN_REFUSED: Final = Reply(535, "5.7.8", "This token signs nobody in here")
SIGN_IN_AGAIN: Final = Reply(421, "4.7.0", "This sign-in is over, sign in again")
UNKNOWN_PARAMETER: Final = Reply(555, "5.5.4", "Parameter not recognized")
BAD_ADDRESS: Final = Reply(553, "5.1.3", "Malformed address")
BAD_SENDER_ADDRESS: Final = Reply(553, "5.1.7", "Malformed sender address")

NOT_ENTITLED: Final = Reply(554, "5.7.1", "This certificate is not entitled to send")
CANNOT_TELL: Final = Reply(451, "4.3.5", "Our lists are not current, try again later")
"""Our own fault: nothing is known against the peer."""

REFUSED: Final = Reply(550, "5.7.1", "Refused by policy")
"""One reply for all reasons: a code must not tell that a patient objected."""

# To users of ours, of what is no patient's: what to correct, in plain words.
NO_SUCH_MAILBOX: Final = Reply(
    550, "5.1.1", "No mailbox of this name here, check the address"
)
MAILBOX_CLOSED: Final = Reply(550, "5.2.1", "This mailbox is closed")
OUTSIDE_TRUST_SPACE: Final = Reply(
    550, "5.7.1", "This domain is not in the space of trust of MSSante"
)
NO_MAILBOX_HELD: Final = Reply(550, "5.7.1", "You hold no mailbox here")
MAILBOX_NOT_HELD: Final = Reply(
    550, "5.7.1", "MAIL FROM is not a mailbox that you hold"
)
FROM_MISSING: Final = Reply(550, "5.7.1", "From has to be one address")
FROM_DIFFERS: Final = Reply(550, "5.7.1", "From is not the address of MAIL FROM")
FROM_NOT_HELD: Final = Reply(550, "5.7.1", "From is not a mailbox that you hold")
SENDER_SEVERAL: Final = Reply(550, "5.7.1", "Sender holds several addresses")
SENDER_DIFFERS: Final = Reply(
    550, "5.7.1", "Sender is not the mailbox that this message is sent from"
)
REPLY_TO_OUTSIDE: Final = Reply(
    550, "5.7.1", "Reply-To is not in the space of trust of MSSante"
)
PATIENT_BY_MAIL: Final = Reply(
    550, "5.7.1", "Patients write from their pages, nobody sends as one by mail"
)

TOO_LARGE: Final = Reply(552, "5.3.4", "Message too large")
BARE_CR: Final = Reply(554, "5.6.0", "Message holds a bare CR")
BARE_LF: Final = Reply(554, "5.6.0", "Message holds a bare LF")
NUL_FOUND: Final = Reply(554, "5.6.0", "Message holds a NUL")
BODY_LINE_TOO_LONG: Final = Reply(554, "5.6.0", "Message holds a line too long")
MAIL_LOOP: Final = Reply(554, "5.4.6", "Too many hops")


def malformed(why: str) -> Reply:
    """Return the refusal of a message that breaks its format: which field, and how."""
    return Reply(554, "5.6.0", f"Message refused, {why}")


def accepted(arrival_id: str) -> Reply:
    """Return the one reply that promises: what it names survives anything."""
    return Reply(250, "2.0.0", f"Accepted as {arrival_id}")
