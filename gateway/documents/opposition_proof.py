"""The proof that a patient objected to a space, as a page for paper (CSP R. 1111-28)"""

from __future__ import annotations

from datetime import date

from attrs import field, frozen

from gateway.core.person import IdentityTraits
from gateway.core.texts.letters import LABELS, OPPOSITION
from gateway.documents.printed_page import Pairs, Paragraph, PrintedPage


@frozen(kw_only=True)
class ProvenOpposition:
    """Who objected, since which day, and who proves it on which day."""

    traits: IdentityTraits = field(repr=False)
    matricule: str = field(repr=False)
    since: date
    made_on: date
    operator: str


def proof_of(proven: ProvenOpposition, language: str) -> PrintedPage:
    """Return the page, in French where its texts are not in a language."""
    language = language if language in LABELS else "fr"
    words, labels, traits = OPPOSITION[language], LABELS[language], proven.traits
    born = traits.birth_date
    said = (
        f"{traits.family} {traits.given_names}",
        "/".join(one for one in (born[6:8], born[4:6], born[:4]) if one),
        proven.matricule,
    )
    since = f"{proven.since:%d/%m/%Y}"
    return PrintedPage(
        title=words.title,
        language=language,
        sender=proven.operator,
        date=words.made.format(day=f"{proven.made_on:%d/%m/%Y}"),
        footer=proven.operator,
        blocks=(
            *(Paragraph(one.format(since=since)) for one in words.before),
            Pairs(tuple(zip(labels, said, strict=True))),
            *(Paragraph(one) for one in words.after),
        ),
    )
