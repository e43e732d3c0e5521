"""May the PDFs of a message with a subject tag be filed as its sender's documents?"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from attrs import frozen

from gateway.core.envelope import SenderKind
from gateway.core.subject_tag import TagFault


class NoMailFiling(StrEnum):
    """Why nothing is made of the PDFs of a message, beside a fault of its tag."""

    OFF = "OFF"
    NOT_A_PERSON = "NOT_A_PERSON"
    NAMELESS = "NAMELESS"
    SEVERAL_PATIENTS = "SEVERAL_PATIENTS"
    BESIDE_DOCUMENTS = "BESIDE_DOCUMENTS"
    NO_PDF = "NO_PDF"
    TOO_MANY = "TOO_MANY"


@frozen(kw_only=True)
class MailFilingFacts:
    """
    What it depends on.

    ``is_on``: the settings let it be. ``by_certificate``: who sends showed one, and not
    a token, which a program asks for and keeps. ``is_named``: the name of its holder is
    known. ``patients`` are the recipients who are, each once; ``documents`` the
    CDA and packages that the message brings as they are.
    """

    is_on: bool
    sender: SenderKind
    by_certificate: bool
    is_named: bool
    patients: int
    fault: TagFault | None
    documents: int
    pdfs: int
    most_pdfs: int


def is_let(facts: MailFilingFacts) -> NoMailFiling | None:
    """The operator decides: it is off by default."""
    return None if facts.is_on else NoMailFiling.OFF


def is_by_a_person(facts: MailFilingFacts) -> NoMailFiling | None:
    """
    Who writes a document is the holder of the certificate, a professional.

    A secretary or a structure sends documents that name their author, and files them
    under a professional's responsibility (CSP R. 1111-46).
    """
    is_person = facts.sender is SenderKind.PERSON and facts.by_certificate
    return None if is_person else NoMailFiling.NOT_A_PERSON


def is_by_a_name(facts: MailFilingFacts) -> NoMailFiling | None:
    """An author has a name (CI-SIS Structuration minimale)."""
    return None if facts.is_named else NoMailFiling.NAMELESS


def is_for_one(facts: MailFilingFacts) -> NoMailFiling | None:
    """A PDF says nowhere whose it is (Référentiel socle MSSanté #2,
    ECO.2.1.1)."""
    return None if facts.patients == 1 else NoMailFiling.SEVERAL_PATIENTS


def is_understood(facts: MailFilingFacts) -> TagFault | None:
    """What a tag says is never guessed."""
    return facts.fault


def is_without_documents(facts: MailFilingFacts) -> NoMailFiling | None:
    """The PDF beside a CDA is its copy to be read, and no document (Référentiel
    socle MSSanté #2, ECO.2.1.5)."""
    return NoMailFiling.BESIDE_DOCUMENTS if facts.documents else None


def has_something(facts: MailFilingFacts) -> NoMailFiling | None:
    """There is a PDF, and not more of them than the settings let in."""
    if not facts.pdfs:
        return NoMailFiling.NO_PDF
    return NoMailFiling.TOO_MANY if facts.pdfs > facts.most_pdfs else None


MailFilingRule = Callable[[MailFilingFacts], NoMailFiling | TagFault | None]

MAIL_FILING_ROWS: tuple[MailFilingRule, ...] = (
    is_let,
    is_by_a_person,
    is_by_a_name,
    is_for_one,
    is_understood,
    is_without_documents,
    has_something,
)
"""In the order they are asked."""


def refuse_mail_filing(facts: MailFilingFacts) -> NoMailFiling | TagFault | None:
    """Return why nothing is made of the PDFs of a tagged message, or None."""
    found = (rule(facts) for rule in MAIL_FILING_ROWS)
    return next((why for why in found if why is not None), None)
