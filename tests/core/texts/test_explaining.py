"""Each rule and each fact that can be shown has its words, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, get_args, get_type_hints

import attrs
import pytest

from gateway.core.ins import Ins
from gateway.core.texts.explaining import WORDS
from gateway.core.texts.facts import FACT_TEXTS
from gateway.core.texts.plain_facts import PLAIN_FACTS, VALUE_TEXTS
from gateway.core.texts.rules import RULE_TEXTS
from gateway.evidence.arguments import KINDS, FilingArguments
from gateway.evidence.writing import FilesAsked
from gateway.rights.administrator_rules import AdministeringFacts, NamingFacts
from gateway.rights.attachment_rules import AttachmentPolicy
from gateway.rights.filing_facts import (
    DocumentFacts,
    FilingFacts,
    FilingPolicy,
    SenderIdentity,
)
from gateway.rights.filing_rules import DOCUMENT_ROWS, MESSAGE_ROWS
from gateway.rights.follow_up_rules import FOLLOW_UP_ROWS, FollowUpFacts
from gateway.rights.messaging_rules import ANSWER_ROWS, AnswerFacts
from gateway.rights.notice_rules import NOTICE_ROWS, NoticeFacts
from gateway.rights.professional_viewing_rules import VIEWING_ROWS
from gateway.rights.reading_rules import READING_ROWS, ReadingFacts, ReadingPolicy
from gateway.rights.recipient_rules import PatientFacts
from gateway.rights.record_act_rules import ACT_ROWS, ActFacts
from gateway.rights.sender_rules import Link, SenderHeaders

_WITHIN = {
    DocumentFacts,
    FilingPolicy,
    SenderIdentity,
    Link,
    SenderHeaders,
    ReadingPolicy,
    AnswerFacts,
    FilesAsked,
    AttachmentPolicy,
    ActFacts,
    FollowUpFacts,
    AdministeringFacts,
    NamingFacts,
}
_APART = {FilingFacts, ReadingFacts}
"""What is told by its own facts, without a name before them."""


def paths_of(kind: Any, before: str = "") -> Iterator[str]:
    hints = get_type_hints(kind)
    for one in attrs.fields(kind):
        parts = [hints[one.name], *get_args(hints[one.name])]
        inner = [part for part in parts if part in _WITHIN]
        name = f"{before}{one.name}"
        if inner:
            yield from paths_of(inner[0], f"{name}.")
        elif Ins in parts or hints[one.name] not in _APART:
            yield name


def test_each_fact_has_its_words() -> None:
    kinds = [*_APART, *(arguments for arguments, _ in KINDS.values())]
    paths = {path for kind in kinds for path in paths_of(kind)} - {"versions"}

    assert attrs.fields_dict(FilingArguments).keys() == {"facts", "others"}
    assert paths - FACT_TEXTS.keys() == set()


def test_each_code_that_a_patient_is_told_has_its_words() -> None:
    told: set[str] = set()
    for kind, before in (
        (FilingFacts, ""),
        (DocumentFacts, "document."),
        (SenderIdentity, "sender."),
        (PatientFacts, ""),
        (NoticeFacts, ""),
        (ReadingFacts, ""),
    ):
        for name, hint in get_type_hints(kind).items():
            for one in (hint, *get_args(hint)):
                if isinstance(one, type) and issubclass(one, Enum):
                    told |= {f"{before}{name}:{each.value}" for each in one}

    assert FACT_TEXTS.keys() >= PLAIN_FACTS
    assert {one for one in told if one.partition(":")[0] in PLAIN_FACTS} == set(
        VALUE_TEXTS
    )


def test_each_rule_has_its_words_and_its_source() -> None:
    rules = {str(number) for number, _ in (*MESSAGE_ROWS, *DOCUMENT_ROWS)}
    rules |= {f"notice-{name}" for name, _ in NOTICE_ROWS}
    rules |= {"withdrawal", "mail-from", "from-one", "from-own", "sender-own"}
    rules |= {"reply-to", "patient-by-mail", "copy"}
    rules |= {"certificate", "holder", "mailbox"}
    rules |= {f"reading-{name}" for name, _ in READING_ROWS}
    rules |= {f"viewing-{name}" for name, _ in VIEWING_ROWS}
    rules |= {"relay", "opening", "delivery", "writing-files"}
    rules |= {f"writing-{name}" for name, _ in ANSWER_ROWS}
    rules |= {f"act-{name}" for name, _ in ACT_ROWS}
    rules |= {f"follow-up-{name}" for name, _ in FOLLOW_UP_ROWS}
    rules |= {"search", "block", "naming"}

    assert RULE_TEXTS.keys() == rules
    assert all(one.source for one in RULE_TEXTS.values())


@pytest.mark.parametrize("language", ["fr", "en"])
def test_nothing_is_left_unsaid_in_a_language(language: str) -> None:
    said = [one.title for one in RULE_TEXTS.values()]
    said += [*FACT_TEXTS.values(), *WORDS.values()]

    assert all(one.said(language).strip() for one in said)
