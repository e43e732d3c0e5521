"""What each column of the database tells without a key: docs/stored.toml as a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from references import load, table

from gateway.store.tables import metadata

_ANY, _SAYS = "any", "says"


def declared() -> dict[str, tuple[str, str]]:
    """Return the word and the sentence of every ``table.column`` that has them."""
    told = load("stored.toml")
    found: dict[str, tuple[str, str]] = {}
    for each in metadata.sorted_tables:
        own = {**told[_ANY], **told.get(each.name, {})}
        for column in each.c:
            if column.name in own:
                word, _, sentence = own[column.name].partition(" | ")
                found[f"{each.name}.{column.name}"] = word, sentence
    return found


def stored_page() -> str:
    """Return the page: a table of columns for each table of the database."""
    told = load("stored.toml")
    parts = [
        "# What the database tells\n\n"
        "To somebody who has its tables, its write-ahead log or a backup, and no key. "
        "*sealed*: AES-256-GCM, bound\nto its cell. *keyed*: HMAC-SHA-256 under a key "
        "of the service, so that nothing can be tried without it.\n*wrapped*: a key "
        "under another. *mac*: vouches for a row. *salted*: a digest that hides what "
        "it is of.\n*empty*: only rows of earlier versions have something there, until "
        "they are sealed beside the service's\nwork. *clear*: as it stands. A test "
        "looks for what must not be there, and for its plain digests.\n\n"
        "In the whole, somebody sees a graph of opaque ids: that some patient has so "
        "many documents, when they came\nand how large they are; that one letter is in "
        "that patient's space and in a mailbox. Who the patient is, what\nthe document "
        "is about and who wrote it is sealed.\n"
    ]
    words = declared()
    for each in sorted(metadata.sorted_tables, key=lambda one: one.name):
        says = told.get(each.name, {}).get(_SAYS, "")
        parts.append(f"\n## `{each.name}`\n\n{says}\n\n")
        parts.append(table(("column", "form", "what it tells"), _rows(each, words)))
    return "".join(parts)


def _rows(
    each: Any, words: dict[str, tuple[str, str]]
) -> Iterator[tuple[str, str, str]]:
    for column in each.c:
        word, sentence = words.get(f"{each.name}.{column.name}", ("?", "?"))
        yield f"`{column.name}`", word, sentence
