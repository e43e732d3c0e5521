"""Tests stand where a reader looks for them: the rule of CONTRIBUTING, kept."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
GATEWAY = TESTS.parent / "gateway"

OF_THEIR_OWN = frozenset({"fuzz", "journeys", "properties"})
"""Folders of tests of no one room: fuzz targets, the whole program, properties."""

BY_NAME = ("core", "message", "rights", "trust")
"""Rooms where each module has a test module of its name, or a line below."""

TESTED_THROUGH = {
    # words alone, shown by who says them
    "core/accesses.py": "rights/test_access_rules.py",
    "core/texts/accesses.py": "cli/test_access.py",
    "core/texts/administrators.py": "mssante/sending/test_appointing.py",
    "core/texts/attestations.py": "web/patient/test_attesting.py",
    "core/calls.py": "web/professional/test_calls.py",
    "core/copies.py": "mssante/receipts/test_rules.py",
    "core/directory.py": "store/mailbox/test_directory.py",
    "core/envelope.py": "store/base/test_work.py",
    "core/keeping.py": "documents/cda/test_patient_document.py",
    "core/practice.py": "dmp_bridge/reading/test_reading.py",
    "core/reasons.py": "rights/test_filing_rules.py",
    "core/rendered.py": "documents/showing/test_rendering.py",
    "core/texts/both.py": "core/texts/test_explaining.py",
    "core/texts/facts.py": "core/texts/test_explaining.py",
    "core/texts/plain_facts.py": "core/texts/test_explaining.py",
    "core/texts/rules.py": "core/texts/test_explaining.py",
    "core/texts/downloads.py": "dmp_bridge/downloads/test_packing.py",
    "core/texts/faults.py": "message/test_reading.py",
    "core/texts/account_notices.py": "store/patients/test_notices.py",
    "core/texts/notice_centre.py": "core/test_notices.py",
    "core/texts/corrections.py": "web/patient/test_correcting.py",
    "core/texts/informing.py": "cli/test_texts.py",
    "core/texts/letters.py": "cli/test_patient_letters.py",
    "core/texts/notice_care.py": "store/patients/test_notices.py",
    "core/texts/sms.py": "mssante/sending/test_sms.py",
    "core/texts/unread.py": "mssante/sending/test_unread.py",
    "core/texts/mail_filing.py": "rights/test_mail_filing_rules.py",
    "core/texts/mail_clients.py": "cli/test_mailbox_client.py",
    "core/texts/notices.py": "store/patients/test_notices.py",
    "core/texts/represented_notices.py": "store/patients/test_notices.py",
    "core/texts/outcomes.py": "rights/test_filing_rules.py",
    "core/reading.py": "rights/test_reading_rules.py",
    "core/recalls.py": "mssante/sending/test_recalling.py",
    "core/texts/recalls.py": "rights/test_recall_rules.py",
    "core/refusals.py": "rights/test_messaging_rules.py",
    "core/texts/professional_notices.py": "store/professionals/test_telling.py",
    "core/texts/professional_codes.py": "web/professional/test_sign_in.py",
    "core/texts/papers.py": "core/test_papers.py",
    "core/texts/proof.py": "web/professional/test_proof.py",
    "core/texts/patients.py": "web/patient/test_brought.py",
    "core/texts/reading.py": "rights/test_reading_rules.py",
    "core/texts/senders.py": "rights/test_filing_rules.py",
    "core/texts/showing.py": "documents/showing/test_rendering.py",
    "core/texts/treating.py": "mssante/sending/test_treating.py",
    "core/texts/writing.py": "rights/test_messaging_rules.py",
    "core/vault.py": "dmp_bridge/vaults/test_embedded.py",
    # parts of one reader
    "message/header_block.py": "message/test_headers.py",
    "message/outline.py": "mssante/imap/test_messages.py",
    "message/parts.py": "message/test_reading.py",
    # rows of one table
    "rights/document_rules.py": "rights/test_filing_rules.py",
    "rights/filing_facts.py": "rights/test_filing_rules.py",
    "rights/reading_professional.py": "dmp_bridge/reading/test_reading.py",
    "rights/reading_request.py": "dmp_bridge/reading/test_reading.py",
    "rights/message_rules.py": "rights/test_filing_rules.py",
}


def modules(room: str) -> list[Path]:
    return sorted(
        path.relative_to(GATEWAY)
        for path in (GATEWAY / room).rglob("*.py")
        if path.name != "__init__.py"
    )


def test_a_folder_of_tests_is_that_of_a_room() -> None:
    folders = {path.parent.relative_to(TESTS) for path in TESTS.rglob("test_*.py")}

    elsewhere = {
        folder
        for folder in folders
        if folder.parts
        and folder.parts[0] not in OF_THEIR_OWN
        and not (GATEWAY / folder / "__init__.py").exists()
    }
    assert elsewhere == set()


@pytest.mark.parametrize("room", BY_NAME)
def test_a_module_has_a_test_module_of_its_name_or_a_line_here(room: str) -> None:
    without = {
        str(path)
        for path in modules(room)
        if not (TESTS / path.parent / f"test_{path.name}").exists()
    }

    assert without == {one for one in TESTED_THROUGH if one.startswith(f"{room}/")}


@pytest.mark.parametrize(("module", "test"), TESTED_THROUGH.items())
def test_what_tests_a_module_is_there(module: str, test: str) -> None:
    assert (TESTS / test).exists(), module


def test_no_two_classes_have_one_name() -> None:
    """Who searches for a name finds one thing, or names would have to be prefixed."""
    names = [
        name
        for file in sorted(Path("gateway").rglob("*.py"))
        for name in re.findall(r"^class ([A-Z]\w*)", file.read_text("utf-8"), re.M)
    ]

    assert sorted(name for name in set(names) if names.count(name) > 1) == []


def test_no_module_keeps_a_private_name_that_it_never_reads() -> None:
    """Nobody else may read it, so it is left over from what was."""
    left = [
        f"{file.relative_to(TESTS.parent)}: {name}"
        for folder in (GATEWAY, TESTS, TESTS.parent / "bench", TESTS.parent / "docs")
        for file in sorted(folder.rglob("*.py"))
        for text in (file.read_text("utf-8"),)
        for name in private_names(text)
        if len(re.findall(rf"\b{name}\b", text)) == 1
    ]

    assert left == []


def private_names(source: str) -> set[str]:
    """Return what a module names for itself, without what a decorator hands on."""
    body = ast.parse(source).body
    assigned = {
        target.id
        for one in body
        if isinstance(one, ast.Assign | ast.AnnAssign)
        for target in (one.targets if isinstance(one, ast.Assign) else [one.target])
        if isinstance(target, ast.Name)
    }
    defined = {
        one.name
        for one in body
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not one.decorator_list
    }
    return {one for one in assigned | defined if re.match(r"_(?!_)", one)}


def test_no_page_reads_an_inbox_or_documents_but_as_whoever_looks() -> None:
    """A page that forgot would show a minor's secrets to representatives."""
    allowed = {"inbox_reader.py", "correspondents.py", "desk.py"}
    made = {
        path.name
        for path in (GATEWAY / "web").rglob("*.py")
        if re.search(r"\b(InboxReader|SeenDocuments)\(", path.read_text("utf-8"))
    }

    assert made <= allowed
