"""Which folders LIST and LSUB show for a pattern, and what they say of each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from attrs import frozen

from gateway.store.mailbox.folders import DELIMITER, INBOX, Folder


@frozen
class Listed:
    """
    A line of LIST: the attributes and the name.

    ``below`` are the selection options that fit some folder below it (CHILDINFO);
    ``is_selected`` is False where it is shown for that alone.
    """

    attributes: tuple[str, ...]
    name: str
    below: tuple[str, ...] = ()
    is_selected: bool = True


@frozen(kw_only=True)
class Selection:
    """
    Which folders an extended LIST asks for (RFC 5258 §3).

    ``subscribed`` and ``special`` choose among them, ``recursive`` shows what fits a
    pattern above one that is chosen and fits none, ``tells_subscribed`` marks the
    subscribed ones.
    """

    patterns: tuple[str, ...] = ()
    subscribed: bool = False
    special: bool = False
    recursive: bool = False
    tells_subscribed: bool = False

    def fits(self, name: str) -> bool:
        """Tell whether a name fits one of the patterns."""
        return any(_fits(name, pattern) for pattern in self.patterns)

    def chooses(self, folder: Folder | None, *, lasting: bool) -> bool:
        """Tell whether a name, of a folder or none, fits the options."""
        if self.subscribed and not (folder.subscribed if folder else lasting):
            return False
        return not self.special or (folder is not None and bool(folder.special_use))


def list_folders(folders: Sequence[Folder], pattern: str) -> list[Listed]:
    """
    Return the folders whose names fit, INBOX in any case of letters.

    A level that exists only because folders lie below it is shown ``\\Noselect``
    (RFC 3501 §6.3.8).
    """
    known = {folder.name: folder for folder in folders}
    parents = {above for name in known for above in _above(name)}
    return [
        _listed(name, known.get(name), parents)
        for name in _in_order(known.keys() | parents)
        if _fits(name, pattern)
    ]


def list_subscriptions(
    folders: Sequence[Folder], lasting: Collection[str], pattern: str
) -> list[Listed]:
    """
    Return the names subscribed to that fit; ``lasting`` are those without a folder.

    A level above one is shown ``\\Noselect`` where the pattern ends with ``%``, and so
    is a name whose folder was deleted (RFC 3501 §6.3.9).
    """
    known = {folder.name: folder for folder in folders}
    parents = {above for name in known for above in _above(name)}
    names = {folder.name for folder in folders if folder.subscribed} | set(lasting)
    above = {one for name in names for one in _above(name)} - names
    return [
        _listed(name, known.get(name), parents)
        if name in names
        else Listed(("\\Noselect", _children(name, parents)), name)
        for name in _in_order(names | above if pattern.endswith("%") else names)
        if _fits(name, pattern)
    ]


def list_selected(
    folders: Sequence[Folder], lasting: Collection[str], selection: Selection
) -> list[Listed]:
    """
    Return what an extended LIST shows; ``lasting`` are subscriptions without a folder.

    What is no folder is ``\\NonExistent``: a level above one, or a name that is still
    subscribed to.
    """
    known = {folder.name: folder for folder in folders}
    parents = {above for name in known for above in _above(name)}
    names = known.keys() | parents | (set(lasting) if selection.subscribed else set())
    chosen = {
        name
        for name in names
        if selection.chooses(known.get(name), lasting=name in lasting)
    }
    fitting = {name for name in names if selection.fits(name)}
    above = {one for name in chosen - fitting for one in _above(name)}
    shown = chosen | above if selection.recursive else chosen
    criteria = tuple(
        word
        for word, is_on in (
            ("SUBSCRIBED", selection.subscribed),
            ("SPECIAL-USE", selection.special),
        )
        if is_on
    )
    return [
        Listed(
            _attributes(name, known.get(name), parents, lasting, selection),
            name,
            criteria if selection.recursive and name in above else (),
            is_selected=name in chosen,
        )
        for name in _in_order(shown & fitting)
    ]


def _attributes(
    name: str,
    folder: Folder | None,
    parents: Collection[str],
    lasting: Collection[str],
    selection: Selection,
) -> tuple[str, ...]:
    subscribed = folder.subscribed if folder else name in lasting
    marks = ("\\Subscribed",) if selection.tells_subscribed and subscribed else ()
    if folder is None:
        return ("\\NonExistent", _children(name, parents), *marks)
    return (*_listed(name, folder, parents).attributes, *marks)


def _listed(name: str, folder: Folder | None, parents: Collection[str]) -> Listed:
    children = _children(name, parents)
    if folder is None:
        return Listed(("\\Noselect", children), name)
    use = (folder.special_use,) if folder.special_use else ()
    return Listed((children, *use), name)


def _children(name: str, parents: Collection[str]) -> str:
    return "\\HasChildren" if name in parents else "\\HasNoChildren"


def _in_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda one: (one != INBOX, one))


def _above(name: str) -> list[str]:
    levels = name.split(DELIMITER)
    return [DELIMITER.join(levels[:count]) for count in range(1, len(levels))]


def _fits(name: str, pattern: str) -> bool:
    if name == INBOX and matches(INBOX, pattern.upper()):
        return True
    return matches(name, pattern)


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
