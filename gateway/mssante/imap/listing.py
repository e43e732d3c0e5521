"""Which folders LIST and LSUB show for a pattern, and what they say of each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import frozen

from gateway.store.mailbox.folders import DELIMITER, INBOX, Folder


@frozen
class Listed:
    """A line of LIST: the attributes and the name."""

    attributes: tuple[str, ...]
    name: str


def list_folders(
    folders: Sequence[Folder], pattern: str, *, subscribed: bool
) -> list[Listed]:
    """
    Return the folders whose names fit, INBOX in any case of letters.

    A level that exists only because folders lie below it is shown ``\\Noselect``
    (RFC 3501 §6.3.8).
    """
    known = {folder.name: folder for folder in folders}
    parents = {above for name in known for above in _above(name)}
    found: list[Listed] = []
    for name in sorted(known.keys() | parents, key=lambda one: (one != INBOX, one)):
        if not _fits(name, pattern):
            continue
        folder = known.get(name)
        children = "\\HasChildren" if name in parents else "\\HasNoChildren"
        if folder is not None and (folder.subscribed or not subscribed):
            use = (folder.special_use,) if folder.special_use else ()
            found.append(Listed((children, *use), name))
        elif not subscribed or (
            pattern.endswith("%") and _has_subscribed_below(folders, name)
        ):
            found.append(Listed(("\\Noselect", children), name))
    return found


def _above(name: str) -> list[str]:
    levels = name.split(DELIMITER)
    return [DELIMITER.join(levels[:count]) for count in range(1, len(levels))]


def _fits(name: str, pattern: str) -> bool:
    if name == INBOX and matches(INBOX, pattern.upper()):
        return True
    return matches(name, pattern)


def _has_subscribed_below(folders: Sequence[Folder], name: str) -> bool:
    below = name + DELIMITER
    return any(one.subscribed and one.name.startswith(below) for one in folders)


def matches(name: str, pattern: str) -> bool:
    """
    Tell whether a name fits LIST's pattern: ``*`` any text, ``%`` within a level.

    One pass with a memory of the last wildcards, at most pattern × name steps: a
    regular expression would take time exponential in their number.

    >>> matches("a/b/c", "a/%/c"), matches("a/b/c", "a/%")
    (True, False)
    """
    reached = {0}
    for mark in _merged(pattern):
        if mark == "*":
            reached = set(range(min(reached), len(name) + 1))
        elif mark == "%":
            reached = _within_level(name, reached)
        else:
            reached = {at + 1 for at in reached if name[at : at + 1] == mark}
        if not reached:
            return False
    return len(name) in reached


def _merged(pattern: str) -> str:
    """Return the pattern with runs of wildcards made one."""
    return re.sub(r"[%*]+", lambda run: "*" if "*" in run[0] else "%", pattern)


def _within_level(name: str, reached: set[int]) -> set[int]:
    found: set[int] = set()
    for start in sorted(reached):
        if start in found:
            continue
        stop = name.find(DELIMITER, start)
        found.update(range(start, (len(name) if stop < 0 else stop) + 1))
    return found
