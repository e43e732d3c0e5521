"""Where the gateway answers otherwise than Dovecot 2.3, and why."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tests.mssante.imap.dovecot import Value


def alike(value: Value) -> Value:
    """
    Return an answer without what differs everywhere, and means the same.

    - The encoding of a part that names none: "7BIT" here, as RFC 3501 §9 writes it,
      "7bit" there.
    - A part that does not exist: NIL here, an empty string there.
    - The charset of a text that names none: Dovecot says us-ascii; here nothing is said
      that the message does not say, for such texts often are in UTF-8.
    - Numbers of changes: each server counts in its own way.
    - RECENT after EXPUNGE: Dovecot tells it, here a client counts itself.
    """
    match value:
        case b"7BIT":
            return b"7bit"
        case (b"charset", b"us-ascii"):
            return None
        case ("MODSEQ" | "HIGHESTMODSEQ" as name, _):
            return name
        case (str() as name, None) if name.startswith("BODY["):
            return name, b""
        case tuple():
            told = {one[0] for one in value if isinstance(one, tuple) and one}
            return tuple(
                alike(one)
                for one in value
                if not (told & {"EXPUNGE", "VANISHED"} and one and one[0] == "RECENT")
            )
        case _:
            return value


_WHY = {
    "Dovecot takes a part without parts for its own part 1; RFC 3501 §6.4.5 gives part "
    "1 to a message that is no multipart, and to nothing else": (
        "mixed: BODY.PEEK[1.1]",
        "mixed: BODY.PEEK[2.1]",
        "nested: BODY.PEEK[1.1.1]",
        "report: BODY.PEEK[1.1]",
        "report: BODY.PEEK[2.1]",
        "no end: BODY.PEEK[1.1]",
        "no end: BODY.PEEK[2.1]",
    ),
    "the line break before a boundary belongs to the boundary (RFC 2046 §5.1.1), also "
    "behind a message, or a multipart, that ends there": (
        "encoded message: BODY",
        "encoded message: BODYSTRUCTURE",
        "encoded message: BODY.PEEK[1]",
        "deep: BODY.PEEK[1]",
        "deep: BODY.PEEK[1.1]",
    ),
    "Dovecot loses a byte of a piece that begins behind a CR alone": (
        "bare CR: BODY.PEEK[TEXT]<3.5>",
    ),
    "no empty line is added to a header that ends without one (RFC 3501 §6.4.5)": (
        "header alone: BODY.PEEK[HEADER.FIELDS (SUBJECT TO X-None)]",
    ),
    "what stands in the header is told, a tab too": ("folded: ENVELOPE",),
    "of a field that may stand once the first counts, as at the mail doors; Dovecot "
    "takes the last Subject": ("twice: ENVELOPE",),
    "a multipart without a part would be told with an empty text: what is in it could "
    "not be fetched, as application/octet-stream it can": (
        "no boundary: BODY",
        "no boundary: BODYSTRUCTURE",
        "no boundary: BODY.PEEK[1]",
        "no boundary: BODY.PEEK[1.MIME]",
        "no parts: BODY",
        "no parts: BODYSTRUCTURE",
        "no parts: BODY.PEEK[1]",
        "no parts: BODY.PEEK[1.MIME]",
    ),
    "a Content-Type that is none counts as absent (RFC 2045 §5.2)": (
        "bad type: BODY",
        "bad type: BODYSTRUCTURE",
    ),
    "parameters are told as they are written, the pieces of RFC 2231 too": (
        "rfc 2231: BODYSTRUCTURE",
    ),
    "Dovecot cuts a value at its slash": ("deep: BODYSTRUCTURE",),
    "the headers of parts belong to the body (RFC 3501 §6.4.4); Dovecot looks into "
    "them for TEXT only": ("search: BODY dedans", "search: BODY a.pdf"),
    "of HTML the words are looked into, not the marks": ("search: BODY <p>",),
    "without a Date there is no day that it could lie before": (
        "search: SENTBEFORE 21-Nov-2026",
    ),
    "UTF-8 and US-ASCII are all we read": ("search: CHARSET KOI8-R ALL",),
    "the reason has a code (RFC 5530), Dovecot says it in words only": (
        "select 3: SELECT {w}-none",
        "folders 23: STATUS {w}/none (MESSAGES)",
        "folders 27: DELETE INBOX",
        "folders 28: DELETE inbox",
        "subscriptions 13: SUBSCRIBE {w}/none",
        "a folder that goes 4: SELECT {w}/g",
    ),
    "RFC 3501 §9 has no such form": (
        "fetch 13: FETCH 1 BODY.PEEK[0]",
        "words 4: NOOP x",
        "words 9: ID",
        "words 11: SELECT {w} x",
        "words 17: STORE 1 +FLAGS",
    ),
    "the step before selected there, and took what was recent": (
        'words 12: SELECT "{w}"',
    ),
    "who asks to be told is told, changed or not (RFC 3501 §6.4.6)": (
        "store 3: STORE 1 +FLAGS (\\flagged)",
        "store 5: STORE 1:2 -FLAGS ($un)",
    ),
    "some clients send \\Recent back; it is passed over": (
        "store 11: STORE 1 +FLAGS (\\Recent)",
    ),
    "a keyword is told while a message has it; Dovecot keeps the names": (
        "store 17: EXAMINE {w}",
    ),
    "what is not done is not said to be: NO, where Dovecot says OK": (
        "store 18: STORE 1 +FLAGS (\\Deleted)",
        "expunge 10: EXPUNGE",
    ),
    "Dovecot runs the message of a refused APPEND as a command": (
        "append 7: SELECT {w}",
    ),
    "STATUS tells what the next session would find recent": (
        "append 10: STATUS {w} (MESSAGES RECENT UIDNEXT UNSEEN)",
    ),
    "whether there are folders below is told unasked, to every LIST (RFC 3348)": (
        'extended list 7: LIST "" ({w}/a* {w}/d)',
        'extended list 8: LIST (SUBSCRIBED) "" {w}/*',
        'extended list 9: LIST (SUBSCRIBED RECURSIVEMATCH) "" {w}/*',
        'extended list 10: LIST (SUBSCRIBED RECURSIVEMATCH) "" {w}/%',
        'extended list 11: LIST (SUBSCRIBED RECURSIVEMATCH) "" {w}/a/%',
        'extended list 12: LIST () "" {w}/%',
        'extended list 13: LIST "" {w}/% RETURN ()',
        'extended list 16: LIST "" {w}/* RETURN (STATUS (MESSAGES UIDNEXT UNSEEN))',
    ),
    "several patterns are at least one (RFC 5258 §6)": (
        'extended list 21: LIST "" ()',
    ),
    "RECENT is told with every EXISTS": ("two sessions 9: NOOP",),
    "LSUB tells whether there are folders below, and that a folder is gone": (
        'subscriptions 3: LSUB "" {w}/*',
        'subscriptions 8: LSUB "" {w}/s',
        'subscriptions 9: LSUB "" {w}/%',
        'subscriptions 16: LSUB "" {w}/%',
    ),
    "a name that is not there, nor subscribed to, cannot be unsubscribed from": (
        "subscriptions 12: UNSUBSCRIBE {w}/s",
    ),
    "LSUB tells the delimiter as LIST does": ('subscriptions 17: LSUB "" ""',),
    "a message that is gone is gone; Dovecot still has it open (both: RFC 2180 §4)": (
        "gone in another session 5: FETCH 2 RFC822.SIZE",
        "gone in another session 6: FETCH 1:3 RFC822.SIZE",
        "gone in another session 7: STORE 1:3 +FLAGS (\\Seen)",
        "gone in another session 8: STORE 2 +FLAGS (\\Seen)",
        "gone by uid 5: UID FETCH 1:3 RFC822.SIZE",
    ),
    "EXPUNGE is told with another command of the same dialogue": (
        "gone by uid 6: UID STORE 1:3 +FLAGS (\\Seen)",
        "gone by uid 7: UID COPY 1:3 {w}",
    ),
    "a folder that is renamed stays selected": (
        "a folder that goes 6: NOOP",
        "a folder that goes 7: FETCH 1 UID",
    ),
}

DIFFERENCES: Mapping[str, str] = MappingProxyType(
    {title: why for why, titles in _WHY.items() for title in titles}
)
"""Title of a command → why it is answered otherwise."""
