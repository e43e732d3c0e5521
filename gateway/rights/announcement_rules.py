"""
Which documents wait until a doctor has announced them to the patient, and how long.

No type of document waits by itself: whoever files a document asks for it
(INVISIBLE_PATIENT; CSP R. 1111-53). Types whose results always wait would be marked in
a column of `core/tables/document_types.csv`, and that column would be read here.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from gateway.core.decision import Announcement
from gateway.core.document import Visibility
from gateway.core.vault import FiledDocument
from gateway.rights.filing_facts import FilingPolicy


def decide_announcement(
    visibility: AbstractSet[Visibility], policy: FilingPolicy, *, masked: bool
) -> Announcement | None:
    """
    Return the delays of a document hidden from its holder; None: it does not wait.

    ``masked``: the holder's masking is to apply to it. It waits too where a document
    may not be masked and hidden at once (SEL-MP-037 EX_2.1-1050).
    """
    if Visibility.HIDDEN_FROM_PATIENT not in visibility:
        return None
    return Announcement(
        notice_after_days=policy.notice_after_days,
        shown_after_months=policy.shown_after_months,
        mask_when_shown=masked and not policy.allow_masked_and_hidden,
    )


def once_announced(document: FiledDocument) -> frozenset[Visibility]:
    """
    Return the flags of a hidden document from its announcement on.

    Those that its delay would have brought, the patient's own mask among them.
    """
    if document.visible_at is not None:
        return document.flags_then
    return document.flags - {Visibility.HIDDEN_FROM_PATIENT}
