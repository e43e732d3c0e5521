"""A message as it came in: the envelope and what is known of who sent it."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen


class Door(StrEnum):
    """Where a message came in."""

    OPERATOR = "smtp"  # another operator, mutual TLS
    SUBMISSION = "submission"  # one of our users, client certificate
    WEB = "web"  # the patient's own page
    PROFESSIONAL = "professional"  # a professional's own page
    SYSTEM = "system"  # the gateway itself: receipts


class SenderKind(StrEnum):
    """What kind of certificate spoke."""

    OPERATOR = "operator"
    ORGANISATION = "organisation"
    EMPLOYEE = "employee"  # of a structure, by a card of their own
    PERSON = "person"
    PATIENT = "patient"  # by the web, no certificate
    SYSTEM = "system"


@frozen(kw_only=True)
class Sender:
    """
    Who sent, as proven.

    ``identity`` is the Struct_IdNat of an organisation or operator (the OU of its
    certificate: ``1``+FINESS or ``3``+SIRET), the IDNPS of a person, an employee's own
    number, or the profile's opaque id of a patient. ``structure`` is that of an
    employee, by the certificate, or where a person works who signed in to pages, by the
    directory.
    ``subject`` is the certificate's DN (RFC 4514 order), ``issuer`` that of the
    authority. The last three say by what it was believed: the SHA-256 of the
    allow-list, what of it names an operator, and the number of the revocation list.
    """

    kind: SenderKind
    identity: str = ""
    subject: str = ""
    fingerprint: str = ""
    structure: str = ""
    issuer: str = field(default="", eq=False)
    allowlist: str = field(default="", eq=False)
    entry: str = field(default="", eq=False)
    crl: str = field(default="", eq=False)


class RecipientKind(StrEnum):
    """Where a recipient's copy goes."""

    PATIENT = "patient"
    MAILBOX = "mailbox"
    REMOTE = "remote"


@frozen(kw_only=True)
class Recipient:
    """
    One RCPT TO that was accepted.

    ``target_id`` is the profile's or mailbox's id, empty for another operator's.
    ``notify`` is the NOTIFY parameter as given (RFC 3461 §4.1), ``orcpt`` the ORCPT
    (§4.2), both empty when absent.
    """

    kind: RecipientKind
    address: str = field(repr=False)
    target_id: str = ""
    notify: str = ""
    orcpt: str = field(default="", repr=False)


class SubmissionForm(StrEnum):
    """What the bytes of an arrival are."""

    MESSAGE = "message"  # an Internet message, as it came
    DOCUMENTS = "documents"  # documents that came without one, in a form of our own


@frozen(kw_only=True)
class Arrival:
    """
    What a door accepted, whole and about to be kept: a message, or documents.

    ``reverse_path`` is empty for the null path ``<>`` (RFC 5321 §4.5.5). ``ret`` and
    ``envid`` are the MAIL parameters of RFC 3461 §4.3 and §4.4. ``content`` is the
    exact bytes, lines ending with CRLF, by which a message sent again is known;
    ``trace`` is our own Received line (RFC 5321 §4.4), kept in front of them: it
    differs each time. Documents without a message have no reverse path and no trace;
    their ``message_id`` is the identifier their sender gave to what it submitted.
    """

    id: str
    door: Door
    sender: Sender
    reverse_path: str = field(repr=False)
    recipients: tuple[Recipient, ...]
    content: bytes = field(repr=False)
    message_id: str
    ret: str = ""
    envid: str = ""
    trace: bytes = field(default=b"", repr=False)
    form: SubmissionForm = SubmissionForm.MESSAGE
