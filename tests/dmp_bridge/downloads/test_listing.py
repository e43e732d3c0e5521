"""The list in a file that is taken away: one page, or a page for each year."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from gateway.dmp_bridge.downloads import listing
from gateway.dmp_bridge.downloads.listing import (
    INDEX,
    MOST_ROWS,
    TakenDocument,
    TakenMessage,
    index_pages,
)


def taken(number: int, day: str) -> TakenDocument:
    return TakenDocument(
        id=f"{number:032x}",
        day=day,
        title=f"Titre <{number}>",
        type="Compte rendu",
        by="Dr Martin",
        original=f"documents/{number:05d}.xml",
        readable=f"lisible/{number:05d}.html",
        is_own=False,
        is_replaced=False,
    )


def pages(
    documents: list[TakenDocument],
    language: str = "fr",
    messages: Sequence[TakenMessage] = (),
) -> dict[str, str]:
    made = index_pages(
        documents, messages, language=language, day="2026-11-30", proven=True
    )
    return {name: b"".join(parts).decode() for name, parts in made}


def rows(page: str) -> list[str]:
    return re.findall(r"Titre &lt;(\d+)&gt;", page)


def test_up_to_the_limit_there_is_one_page() -> None:
    some = [taken(number, "2026-01-01") for number in range(MOST_ROWS)]

    made = pages(some)

    assert list(made) == [INDEX]
    assert len(rows(made[INDEX])) == MOST_ROWS
    assert list(pages([])) == [INDEX]
    assert "aucun document" in pages([])[INDEX]


def test_past_the_limit_each_year_has_pages_that_lead_to_one_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listing, "MOST_ROWS", 3)
    days = ["2024-05-01", *["2025-02-01"] * 5, "2026-03-01"]
    some = [taken(number, day) for number, day in enumerate(days)]

    made = pages(some)

    names = ["index-2026.html", "index-2025.html", "index-2025-2.html"]
    names.append("index-2024.html")
    assert list(made) == [INDEX, *names]
    assert rows(made[INDEX]) == []
    assert "Documents\u00a0: 7." in made[INDEX]
    assert "2025 (1/2)</a>\u00a0: 3 documents" in made[INDEX]
    assert re.findall(r'href="(index-[^"]+)"', made[INDEX]) == names
    assert sum((rows(made[name]) for name in names), []) == [
        *("6", "5", "4", "3", "2", "1", "0")
    ]
    second = re.findall(r'href="(index[^"]*)"', made["index-2025-2.html"])
    assert second == [INDEX, "index-2025.html", "index-2024.html"] * 2
    last = re.findall(r'href="(index[^"]*)"', made["index-2024.html"])
    assert last == [INDEX, "index-2025-2.html"] * 2
    assert "All years" in pages(some, "en")["index-2024.html"]
    for page in made.values():
        assert page.startswith("<!doctype html>")
        assert page.endswith("</main></body></html>\n")
        assert "<script" not in page


def letter(number: int, day: str, **changes: Any) -> TakenMessage:
    said: dict[str, Any] = {
        "id": f"{number:032x}",
        "day": day,
        "subject": f"Titre <{number}>",
        "party": "Dr <b>",
        "files": ["a&b.pdf", "c.pdf"],
        "path": f"messages/{number:05d}.eml",
        "is_sent": False,
        "is_copy": False,
        **changes,
    }
    return TakenMessage(**said)


def test_messages_stand_under_documents_and_past_the_limit_by_year(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listing, "MOST_ROWS", 2)
    few = [letter(1, "2025-01-01", is_sent=True), letter(2, "2025-01-02", path="")]
    many = [*few, letter(3, "2026-01-01", subject="")]

    (first,) = pages([], messages=few).values()
    made = pages([taken(0, "2024-01-01")], messages=many)

    assert rows(first) == ["2", "1"]
    assert "À\u00a0: Dr &lt;b&gt;" in first
    assert "De\u00a0: Dr &lt;b&gt;" in first
    assert "Pièces jointes\u00a0: a&amp;b.pdf, c.pdf" in first
    assert re.findall(r'href="(messages[^"]+)"', first) == ["messages/00001.eml"]
    assert "aucun document" in first
    assert list(made) == [INDEX, "messages-2026.html", "messages-2025.html"]
    assert rows(made[INDEX]) == ["0"]
    assert "Messages\u00a0: 3." in made[INDEX]
    assert "2025</a>\u00a0: 2 messages" in made[INDEX]
    assert "(sans objet)" in made["messages-2026.html"]
    assert "Mes messages, 2025" in made["messages-2025.html"]
    assert "aucun message" in pages([])[INDEX]
