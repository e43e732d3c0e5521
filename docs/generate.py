"""
Writes the pages of docs/ that are made from the code: never edit those by hand.

``python docs/generate.py`` writes them again; with ``--check`` it writes nothing,
names those that are not current, and exits 1.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from attrs import NOTHING, fields
from covered import SECTIONS, STATES, Item, items
from references import attacks_page, specs_page, table
from stored import stored_page

from gateway.core.envelope import RecipientKind
from gateway.core.reasons import Effect, Reason, ReasonText
from gateway.core.texts.outcomes import CAUTION_TEXTS, ERROR_LABELS, REASON_TEXTS
from gateway.core.texts.senders import code_for_sender, text_for_sender
from gateway.mssante.receipts.facts import MdnRequest
from gateway.mssante.receipts.telling import (
    By,
    Cell,
    Quiet,
    ReceiptsAsked,
    WriterKind,
    cell,
)
from gateway.mssante.receipts.telling_rows import ROWS
from gateway.settings.file import TABLES

DOCS = Path(__file__).resolve().parent
PAGES: dict[str, Callable[[], str]] = {}

_HEAD = "<!-- Made by docs/generate.py from {source}: do not edit. -->\n\n"


def page(name: str, source: str) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """Enter a function as the maker of a page."""

    def enter(make: Callable[[], str]) -> Callable[[], str]:
        PAGES[name] = lambda: _HEAD.format(source=source) + make().rstrip() + "\n"
        return make

    return enter


_COLUMNS: tuple[tuple[str, ReceiptsAsked, WriterKind], ...] = (
    ("asked nothing", ReceiptsAsked(), WriterKind.USER),
    ("SUCCESS", ReceiptsAsked("SUCCESS"), WriterKind.USER),
    ("FAILURE", ReceiptsAsked("FAILURE"), WriterKind.USER),
    ("DELAY", ReceiptsAsked("DELAY"), WriterKind.USER),
    ("NEVER", ReceiptsAsked("NEVER"), WriterKind.USER),
    ("MDN", ReceiptsAsked(mdn=MdnRequest.MATCHES), WriterKind.USER),
    ("MDN, NEVER", ReceiptsAsked("NEVER", MdnRequest.MATCHES), WriterKind.USER),
    ("a patient", ReceiptsAsked(), WriterKind.PATIENT),
    ("null path", ReceiptsAsked(), WriterKind.AUTOMATIC),
    ("no mail", ReceiptsAsked(), WriterKind.NO_MAIL),
)
"""How the table of who is told shows what was asked, and by whom."""

_QUIET = {
    Quiet.WENT_WELL: "–",
    Quiet.NOT_WANTED: "not wanted",
    Quiet.NOT_YET: "later",
    Quiet.PEER_TOLD: "by the peer",
    Quiet.NOBODY_THERE: "nobody",
    Quiet.PAGE_IS_CLEAR: "–",
    Quiet.CANNOT_BE: " ",
}
_NAMED_ALREADY = {By.ANSWER, By.ERROR_REPORT}
_RECIPIENTS = {
    RecipientKind.PATIENT: "a patient",
    RecipientKind.MAILBOX: "a mailbox here",
    RecipientKind.REMOTE: "another operator's recipient",
}


def _telling() -> str:
    """Return who is told of each outcome: `gateway/mssante/receipts/telling.py`."""
    parts = [
        "\n# Who is told\n\n"
        "What the sender of a message hears of each outcome, by what it asked (NOTIFY "
        "of RFC 3461, an MDN) and\nby who it is. A user of another operator hears the "
        "same as one of ours; its receipts are relayed. *–*:\nall went well and "
        "nothing was asked. *not wanted*: it asked not to hear. *later*: at the latest "
        "after\n"
        "`[outgoing] confirm_hours`. *by the peer*: the other operator told "
        "it. *nobody*: the null path is never\nanswered. The operator has all of it in "
        "`gateway trace`, and in `gateway quarantine` what is set aside.\n\n"
        "What a door refuses is told by its reply alone: one refusal for whatever "
        "concerns a patient, plain\nwords to users of ours for the rest.\n"
    ]
    for kind, name in _RECIPIENTS.items():
        rows = (
            (
                f"`{row.name}`",
                *(_heard(cell(row, asked, who)) for _, asked, who in _COLUMNS),
                ", ".join(by.value for by in row.patient) or "nothing",
            )
            for row in ROWS
            if row.to is kind
        )
        heads = ("outcome", *(head for head, _, _ in _COLUMNS), "the patient has")
        parts.append(f"\n## Of the copy for {name}\n\n{table(heads, rows)}")
    return "".join(parts)


def _heard(told: Cell) -> str:
    if told.quiet is not None:
        return _QUIET[told.quiet]
    return ", ".join(
        one.by.value if one.by in _NAMED_ALREADY else f"{one.by.value} {one.word}"
        for one in told.sender
    )


page("specs.md", "docs/specs.toml and the code")(specs_page)
page("attacks.md", "docs/attacks.toml and the tests")(attacks_page)
page("stored.md", "docs/stored.toml and the tables of gateway/store")(stored_page)


# ---------------------------------------------------------------- coverage


@page("coverage.md", "docs/coverage.csv")
def coverage() -> str:
    """Return the page: how much is built, then a table a section."""
    all_items = items()
    counted = Counter(one.state for one in all_items)
    parts = [
        "# What is covered\n\n"
        "What a patient's space and its vault have to do, by the public words on "
        "Mon espace santé and of the DMP\n(184 items in 25 sections). Kinds: F, "
        "something to have; R, a rule to keep; C, a number or a choice; D, a claim of\n"
        "who runs it; U, a need.\n\n",
        table(
            ("state", "items", "what it says"),
            ((word, str(counted[word]), says) for word, says in STATES.items()),
        ),
    ]
    for section, (title, _) in SECTIONS.items():
        parts.append(f"\n## {section}. {title}\n\n")
        parts.append(
            table(
                ("id", "kind", "item", "state", "where", "test", "note"),
                _items(one for one in all_items if one.section == section),
            )
        )
    return "".join(parts)


def _items(some: Iterable[Item]) -> Iterator[tuple[str, ...]]:
    for one in some:
        yield (
            one.id,
            one.kind,
            one.item,
            one.state,
            _paths(one.modules),
            _paths(one.tests),
            one.note,
        )


def _paths(field: str) -> str:
    return ", ".join(f"`{path.strip()}`" for path in field.split(",") if path.strip())


# ---------------------------------------------------------------- settings


_COMPUTED = {
    ("tasks", "workers"): "cores of the machine, at most 3",
    ("smtp", "processes"): "2 on two cores or more, else 1",
}
_KINDS = {
    "Path": "path",
    "str": "text",
    "int": "whole number",
    "float": "number",
    "bool": "true or false",
    "tuple": "list",
    "dict": "table",
}


@page("settings.md", "gateway/settings/file.py and its tables")
def settings_page() -> str:
    """Return the page of the settings: every key, its default, what it changes."""
    parts = [
        "# Settings\n\n"
        "`gateway.toml`, table by table. `gateway init` writes one that works; a key "
        "that is not in it has\nits default. Unknown tables and keys are refused, and "
        "so are values of the wrong type. Paths are\ntaken from the folder of the "
        "file. A key marked *required* has no default. Changes are taken at the\n"
        "next start; the allow-list and the revocation lists are read again whenever "
        "their files change,\ncertificate, key and authorities at SIGHUP.\n"
    ]
    for name, cls in TABLES.items():
        title = (cls.__doc__ or "").strip().partition(": ")[2] or name
        rows = _settings_rows(name, cls)
        parts.append(f"\n## [{name}]\n\n{title[:1].upper()}{title[1:]}\n\n")
        parts.append(table(("key", "kind", "default", "what it is"), rows))
    return "".join(parts)


def _settings_rows(name: str, cls: Any) -> Iterator[Sequence[str]]:
    hints = get_type_hints(cls, include_extras=True)
    for one in fields(cls):
        hint = hints[one.name]
        text, kind = "", hint
        if get_origin(hint) is Annotated:
            kind, text = get_args(hint)
        default = _COMPUTED.get((name, one.name)) or _default(one.default)
        yield f"`{one.name}`", _kind(kind), default, text


def _kind(kind: Any) -> str:
    name = getattr(get_origin(kind) or kind, "__name__", str(kind))
    return _KINDS.get(name, name)


def _default(value: Any) -> str:
    if value is NOTHING:
        return "*required*"
    match value:
        case bool():
            shown = str(value).lower()
        case int():
            shown = f"{value:_}"
        case float():
            shown = f"{value:g}"
        case tuple():
            shown = str(list(value))
        case dict():
            shown = str(value)
        case _:
            shown = f'"{value}"'
    return f"`{shown}`"


# ---------------------------------------------------------------- outcomes

_EFFECTS = {
    Effect.REFUSED_AT_DOOR: "Refused at the mail door; nothing is kept.",
    Effect.REFUSED: "Not filed.",
    Effect.FILED: "Filed.",
    Effect.ALREADY_FILED: "Not filed again: it is there already.",
    Effect.MESSAGE_ONLY: "Nothing to file.",
    Effect.QUARANTINED: "The whole message is set aside for the operator.",
    Effect.TEMPORARY: (
        "Nothing is filed. At the door the answer is 4xx and the peer's queue tries "
        "again; once the message was acknowledged, its sender has to send again."
    ),
    Effect.WITHDRAWN: "Out of the vault: nobody sees it any more.",
}


_SHOWN = {
    Reason.FILED_NOT_ACTIVATED: "both, once the space is activated.",
    Reason.FILED_INVISIBLE: "neither, until the document is shown (R. 1111-53).",
    Reason.DUPLICATE: "the message; the document was there already.",
}


@page("outcomes.md", "gateway/core/texts/outcomes.py and mssante/receipts/telling.py")
def outcomes_page() -> str:
    """Return the page of the outcomes, in the order of the filing table."""
    parts = [
        "# Outcomes\n\n"
        "What may become of a message or a document: the codes that `gateway trace`, "
        "the journal and the\nreceipts use, in the order of the filing table. Every "
        "test that objects is recorded; the first gives\nthe code, and the strictest "
        "of all is what happens. How the table is read:\n"
        "`decisions/0008-decisions-as-values.md`.\n\n"
        "*Sender* is what receipts (DSN, MDN) say. The SMTP reply never says more "
        "of a patient than one line\nfor all refusals. *Source* is the text the rule "
        "comes from.\n\n"
    ]
    summary = (
        (
            f"[`{reason.value}`](#{reason.value.lower()})",
            text.effect.value,
            "yes" if text.delivers else "no",
            text.error.value if text.error else "none",
        )
        for reason, text in REASON_TEXTS.items()
    )
    parts.append(
        table(("code", "the document is", "message delivered", "MDN error"), summary)
    )
    for reason, text in REASON_TEXTS.items():
        parts.append(f"\n## {reason.value}\n\n{text.en}\n\n")
        parts.append(f"> {text.fr}\n\n")
        parts.append(f"- *What happens:* {_EFFECTS[text.effect]}\n")
        parts.append(f"- *Patient sees:* {_shown(reason, text)}\n")
        parts.append(f"- *Sender:* {_told(reason, text)}\n")
        parts.append(f"- *Source:* {text.source}\n")
    parts.append(
        "\n# Cautions\n\nWhat a decision lets pass, but says, in the journal "
        "(`cautions` of `document:decide`).\n\n"
    )
    cautions = ((f"`{one.value}`", en, fr) for one, (fr, en) in CAUTION_TEXTS.items())
    parts.append(table(("caution", "English", "French"), cautions))
    parts.append(_telling())
    return "".join(parts)


def _shown(reason: Reason, text: ReasonText) -> str:
    if reason in _SHOWN:
        return _SHOWN[reason]
    if text.effect is Effect.FILED:
        return "the message, and the document among the documents."
    return "the message with what is attached." if text.delivers else "nothing."


def _told(reason: Reason, text: ReasonText) -> str:
    code = code_for_sender(reason)
    said = f"`{code}`"
    if code != reason.value:
        said += f", “{text_for_sender(reason)[1]}”"
    if text.error is not None:
        said += f"; MDN error {text.error.value} ({ERROR_LABELS[text.error]})"
    return said + "."


def stale() -> list[str]:
    """Return the names of the pages that are not what the code makes."""
    return [
        name
        for name, make in PAGES.items()
        if not (DOCS / name).exists() or (DOCS / name).read_text("utf-8") != make()
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Return the exit status: 0 done or current, 1 stale."""
    parser = argparse.ArgumentParser(description="Write the generated pages of docs/.")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    old = stale()
    if parser.parse_args(argv).check:
        for name in old:
            print(f"docs/{name} is not current: run make docs", file=sys.stderr)
        return 1 if old else 0
    for name in old:
        (DOCS / name).write_text(PAGES[name](), "utf-8")
        print(f"docs/{name} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
