"""
Two persons for roles: what the settings name holds once a second person saw it.

A role of ``[admin]`` is in effect where the settings name somebody for it *and* it was
granted: asked for by one administrator, confirmed by another. Whoever writes the file
alone gives nobody anything, and whoever grants alone neither. What the file names when
the service first sees roles is granted by that; what it no longer names has ended, and
named again it waits again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

from attrs import frozen

from gateway.rights.operator_rules import OperatorRole


class GrantState(StrEnum):
    """Where a role that the settings name stands; kept in rows, so never renamed."""

    STANDS = "stands"
    WAITS = "waits"


@frozen(order=True)
class NamedRole:
    """A role for an account of the machine, or for a group as ``@NAME``."""

    role: OperatorRole
    name: str


@frozen(kw_only=True)
class RoleChanges:
    """What is other in the settings than what was seen of them last, in order."""

    granted: tuple[NamedRole, ...] = ()
    waiting: tuple[NamedRole, ...] = ()
    ended: tuple[NamedRole, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.granted or self.waiting or self.ended)


def role_changes(
    named: Collection[NamedRole],
    seen: Mapping[NamedRole, GrantState],
    *,
    is_first: bool,
) -> RoleChanges:
    """
    Return what became of the roles since they were seen last.

    ``is_first``: no roles were ever seen, so that nobody could have granted one.
    """
    new = tuple(sorted(set(named) - seen.keys()))
    return RoleChanges(
        granted=new if is_first else (),
        waiting=() if is_first else new,
        ended=tuple(sorted(seen.keys() - set(named))),
    )


def roles_in_effect(
    names: Collection[str],
    named: Collection[NamedRole],
    seen: Mapping[NamedRole, GrantState],
) -> frozenset[OperatorRole]:
    """Return the roles of somebody by their account's name and those of its groups."""
    return frozenset(
        one.role
        for one in named
        if one.name in names and seen.get(one) is GrantState.STANDS
    )


def why_not_granted(
    one: NamedRole,
    named: Collection[NamedRole],
    seen: Mapping[NamedRole, GrantState],
) -> str:
    """Return why a role cannot be granted now, or an empty text."""
    if one not in named:
        return "gateway.toml does not name it: it takes both"
    if seen.get(one) is GrantState.STANDS:
        return "it is granted already"
    return ""
