"""
Bounces in the forms that stock mail servers write after their 250, in our own words.

Each has the null path, and the identity its server takes without being told another.
"""

from __future__ import annotations

HOST = "smtp.peer.mssante.test"
DOMAIN = "peer.mssante.test"


def _message(*lines: str) -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode()


def postfix(original: str, recipient: str, *, action: str = "failed") -> bytes:
    """Postfix: MAILER-DAEMON of its host, three parts, the header given back."""
    return _message(
        f"From: MAILER-DAEMON@{HOST} (Mail Delivery System)",
        "Subject: Undelivered Mail Returned to Sender",
        "Message-ID: <20261128200000.4FZZZ@smtp.peer.mssante.test>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        "Content-Type: multipart/report; report-type=delivery-status;",
        '\tboundary="4FZZZ.1700000000/smtp.peer.mssante.test"',
        "Content-Transfer-Encoding: 8bit",
        "",
        "--4FZZZ.1700000000/smtp.peer.mssante.test",
        "Content-Description: Notification",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "The mail system could not deliver this message.",
        "",
        "--4FZZZ.1700000000/smtp.peer.mssante.test",
        "Content-Description: Delivery report",
        "Content-Type: message/delivery-status",
        "",
        f"Reporting-MTA: dns; {HOST}",
        "X-Postfix-Queue-ID: 4FZZZ",
        "X-Postfix-Sender: rfc822; sender@hopital.mssante.test",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        f"Original-Recipient: rfc822;{recipient}",
        f"Action: {action}",
        "Status: 5.1.1",
        "Diagnostic-Code: X-Postfix; unknown user",
        "",
        "--4FZZZ.1700000000/smtp.peer.mssante.test",
        "Content-Description: Undelivered Message Headers",
        "Content-Type: text/rfc822-headers",
        "Content-Transfer-Encoding: 8bit",
        "",
        f"Return-Path: <sender@hopital.mssante.test>\r\nMessage-ID: <{original}>",
        "",
        "--4FZZZ.1700000000/smtp.peer.mssante.test--",
    )


def exim(original: str, recipient: str) -> bytes:
    """Exim since 4.83: a report, the failed address in a field of the header too."""
    return _message(
        f"X-Failed-Recipients: {recipient}",
        "Auto-Submitted: auto-replied",
        f"From: Mail Delivery System <Mailer-Daemon@{HOST}>",
        f"References: <{original}>",
        "Content-Type: multipart/report; report-type=delivery-status;",
        " boundary=17-eximdsn-1",
        "MIME-Version: 1.0",
        "Subject: Mail delivery failed: returning message to sender",
        f"Message-Id: <E1vO000-0001xx-0A@{HOST}>",
        "",
        "--17-eximdsn-1",
        "Content-type: text/plain; charset=us-ascii",
        "",
        "This message was created automatically.",
        "",
        "--17-eximdsn-1",
        "Content-type: message/delivery-status",
        "",
        f"Reporting-MTA: dns; {HOST}",
        "",
        "Action: failed",
        f"Final-Recipient: rfc822;{recipient}",
        "Status: 5.0.0",
        "",
        "--17-eximdsn-1",
        "Content-type: message/rfc822",
        "",
        "Return-path: <sender@hopital.mssante.test>",
        f"Message-ID: <{original}>",
        "Subject: x",
        "",
        "Bonjour",
        "",
        "--17-eximdsn-1--",
    )


def exim_text(original: str, recipient: str) -> bytes:
    """Exim before 4.83: a text alone, with a copy of the message below a line."""
    return _message(
        f"X-Failed-Recipients: {recipient}",
        "Auto-Submitted: auto-replied",
        f"From: Mail Delivery System <Mailer-Daemon@{HOST}>",
        "Subject: Mail delivery failed: returning message to sender",
        f"Message-Id: <E1vO000-0001xx-0B@{HOST}>",
        "",
        "A message that you sent could not be delivered to:",
        "",
        f"  {recipient}",
        "    Unrouteable address",
        "",
        "------ This is a copy of the message, including all the headers. ------",
        "",
        "Return-path: <sender@hopital.mssante.test>",
        f"Message-ID: <{original}>",
        "Subject: x",
        "",
        "Bonjour",
    )


def exchange(original: str, recipient: str) -> bytes:
    """Exchange in its own domain: a made-up local part, an alternative of two texts."""
    return _message(
        "From: Microsoft Outlook",
        f"\t<MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@{DOMAIN}>",
        "Message-ID: <5b0d9f1e-0001@EX01.hopital.local>",
        f"In-Reply-To: <{original}>",
        f"References: <{original}>",
        "Subject: =?utf-8?B?Tm9uIHJlbWlzwqA6IFJlbmRlei12b3Vz?=",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        "Content-Type: multipart/report; report-type=delivery-status;",
        '\tboundary="_b_"',
        "",
        "--_b_",
        'Content-Type: multipart/alternative; differences=Content-Type; boundary="_a_"',
        "",
        "--_a_",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: base64",
        "",
        "Tm9uIHJlbWlz",
        "--_a_",
        'Content-Type: text/html; charset="utf-8"',
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "<p>Non remis</p>",
        "--_a_--",
        "",
        "--_b_",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns;EX01.hopital.local",
        "Received-From-MTA: dns;smtp.hopital.mssante.test",
        "Arrival-Date: Sat, 28 Nov 2026 20:00:00 +0000",
        "",
        f"Final-Recipient: rfc822;{recipient}",
        "Action: failed",
        "Status: 5.1.10",
        "Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound",
        "X-Display-Name: personne",
        "",
        "--_b_",
        "Content-Type: message/rfc822",
        "",
        f"Message-ID: <{original}>",
        "Subject: Rendez-vous",
        "",
        "Bonjour",
        "",
        "--_b_--",
    )


def exchange_postmaster(original: str, recipient: str) -> bytes:
    """Exchange towards others: ``postmaster`` of its domain."""
    own = f"<MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@{DOMAIN}>".encode()
    return exchange(original, recipient).replace(own, f"<postmaster@{DOMAIN}>".encode())


def internationalized(original: str, recipient: str) -> bytes:
    """Of a server that speaks SMTPUTF8 (RFC 6533): other types, typed addresses."""
    return _message(
        f"From: MAILER-DAEMON@{HOST}",
        "Subject: Undeliverable: Rendez-vous",
        "MIME-Version: 1.0",
        "Content-Type: MULTIPART/Report; Report-Type=Delivery-Status; boundary=b",
        "",
        "--b",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "Non remis.",
        "",
        "--b",
        "Content-Type: Message/Global-Delivery-Status; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        "Reporting-MTA: dns; mx.peer",
        "",
        "Final-Recipient: UTF-8;",
        f"\t{recipient}",
        "ACTION: Failed",
        "Status: 5.1.1 (nobody)",
        "",
        "--b",
        "Content-Type: message/global-headers",
        "",
        "From: <sender@hopital.mssante.test>",
        f"Message-ID: <{original}>",
        "",
        "--b--",
    )


def qmail(original: str, recipient: str) -> bytes:
    """A server of the old kind: a text alone, the original in it."""
    return _message(
        f"From: MAILER-DAEMON@{HOST}",
        "Subject: failure notice",
        "",
        f"I could not deliver your message.\r\n\r\n<{recipient}>:\r\nno such mailbox.",
        "",
        "--- Below this line is a copy of the message.",
        "",
        f"Message-ID: <{original}>",
        "",
        "Bonjour",
    )


STOCK = {
    "postfix": postfix,
    "exim": exim,
    "exim-text": exim_text,
    "exchange": exchange,
    "exchange-postmaster": exchange_postmaster,
    "smtputf8": internationalized,
    "qmail": qmail,
}
