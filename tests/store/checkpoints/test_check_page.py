"""The page that checks an export, opened from a folder in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.store.base.work import Database
from gateway.store.checkpoints.exporting import JournalProofs
from gateway.store.journal import Action
from tests.browser import CHROMIUM_FLAGS, NO_CHROMIUM, find_chromium
from tests.fakes import SetClock
from tests.store.checkpoints.journals import SealedDatabase
from tests.web.browsing import blocking

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is absent")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe absent")

CHROMIUM = find_chromium()
CHAIN = "patient:p1"
NAMES = ("history.jsonl", "proof.json", "checkpoint.txt", "keys.json")


def change(folder: Path, name: str, before: str, after: str) -> None:
    text = (folder / name).read_text("utf-8")
    assert before in text
    (folder / name).write_text(text.replace(before, after, 1), "utf-8")


def flip_signature(folder: Path) -> None:
    """Change the signature that browsers verify (Ed25519), which is the first."""
    text = (folder / "checkpoint.txt").read_text("utf-8")
    place = text.index("\n", text.index("\n\n— ") + 2) - 20
    other = "A" if text[place] != "A" else "B"
    changed = f"{text[:place]}{other}{text[place + 1 :]}"
    (folder / "checkpoint.txt").write_text(changed, "utf-8")


def drop_line(folder: Path) -> None:
    lines = (folder / "history.jsonl").read_text("utf-8").splitlines(keepends=True)
    (folder / "history.jsonl").write_text("".join([*lines[:1], *lines[2:]]), "utf-8")


FAULTS: dict[str, Any] = {
    "a byte of a line": lambda one: change(one, "history.jsonl", '"ok"', '"oK"'),
    "a line before a closed one": lambda one: change(
        one, "history.jsonl", "2026-11", "2025-11"
    ),
    "a line": drop_line,
    "a byte of the tree": lambda one: change(one, "checkpoint.txt", "time 2", "time 3"),
    "a byte of the signature": flip_signature,
}


@pytest.mark.skipif(not CHROMIUM, reason=NO_CHROMIUM)
@blocking
def test_it_says_verified_and_after_each_change_that_it_is_not(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    sealed = SealedDatabase.make(database, clock, tmp_path)
    sealed.write(patients=3, each=4)
    with database.write() as work:  # all that JSON can be, in a line that is checked
        work.note(
            Action.DOCUMENT_OPENED,
            "ok",
            'é\u2028😀\u007f"\\',
            chain=CHAIN,
            number=1.5,
            one=1.0,
            nothing=None,
            deep={"é": [True, {"b": "\t"}], "Z": -3, "\uffff": 1, "😀": 2},
            by="root",
            reason="essai é",
        )
    sealed.write(patients=3, each=2)
    sealed.seal()
    sealed.sign()
    texts: dict[str, str] = {}

    def put(name: str, parts: Any) -> None:
        texts[name] = "".join(parts)

    def opens(leaves: Any) -> dict[int, dict[str, Any]]:
        return {leaf.seq: {"fr": "Ouvert"} for leaf in leaves if leaf.seq not in (2, 7)}

    with database.read() as work:
        keys = sealed.signer.keys.verification_keys
        JournalProofs(work).export(CHAIN, keys, put, opens)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        context = browser.new_context(offline=True)
        asked: list[str] = []
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        seen = {}
        for number, fault in enumerate(("", *FAULTS)):
            folder = tmp_path / str(number)
            folder.mkdir()
            for name, text in texts.items():
                (folder / name).write_text(text, "utf-8")
            if fault:
                FAULTS[fault](folder)
            page.goto((folder / "check.html").as_uri())
            page.set_input_files("#files", [str(folder / name) for name in NAMES])
            page.wait_for_selector("#result.good, #result.bad")
            seen[fault] = page.inner_text("#result")
            if not fault:
                violations = axe.Axe().run(page).response["violations"]
                assert violations == []
        browser.close()
    assert all(one.startswith("file:") for one in asked)
    assert seen[""].startswith("Vérifié / verified"), seen[""]
    assert "7 lignes" in seen[""]
    assert "2 sont fermées" in seen[""]
    assert "gateway.example/journal/1" in seen[""]
    for fault in FAULTS:
        assert seen[fault].startswith("Pas vérifié"), fault
    assert "la signature" in seen["a byte of the signature"]
    assert "manque" in seen["a line"]
