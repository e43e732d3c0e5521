"""A role holds where the settings name it and two persons granted it."""

from __future__ import annotations

import pytest

from gateway.rights.operator_rules import OperatorRole
from gateway.rights.role_rules import (
    GrantState,
    NamedRole,
    RoleChanges,
    role_changes,
    roles_in_effect,
    why_not_granted,
)

STANDS, WAITS = GrantState.STANDS, GrantState.WAITS
KEYS = NamedRole(OperatorRole.KEYS, "anne")
OF_GROUP = NamedRole(OperatorRole.AUDITOR, "@audit")
OTHER = NamedRole(OperatorRole.KEYS, "bob")


@pytest.mark.parametrize(
    ("named", "seen", "is_first", "changes"),
    [
        ([], {}, True, RoleChanges()),
        ([KEYS, OF_GROUP], {}, True, RoleChanges(granted=(OF_GROUP, KEYS))),
        ([KEYS], {}, False, RoleChanges(waiting=(KEYS,))),
        ([KEYS], {KEYS: STANDS}, False, RoleChanges()),
        ([KEYS], {KEYS: WAITS}, False, RoleChanges()),
        ([KEYS, OTHER], {KEYS: STANDS}, False, RoleChanges(waiting=(OTHER,))),
        ([], {KEYS: STANDS, OTHER: WAITS}, False, RoleChanges(ended=(KEYS, OTHER))),
        (
            [OTHER],
            {KEYS: STANDS},
            False,
            RoleChanges(waiting=(OTHER,), ended=(KEYS,)),
        ),
    ],
)
def test_what_is_new_waits_but_for_the_first_time_and_what_is_not_named_ends(
    named: list[NamedRole],
    seen: dict[NamedRole, GrantState],
    is_first: bool,
    changes: RoleChanges,
) -> None:
    found = role_changes(named, seen, is_first=is_first)

    assert found == changes
    assert bool(found) == bool(changes.granted or changes.waiting or changes.ended)


@pytest.mark.parametrize(
    ("names", "seen", "roles"),
    [
        ({"anne"}, {KEYS: STANDS}, {OperatorRole.KEYS}),
        ({"anne"}, {KEYS: WAITS}, set()),
        ({"anne"}, {}, set()),
        ({"bob"}, {KEYS: STANDS}, set()),
        ({"bob"}, {OTHER: STANDS}, set()),  # granted, and not named
        ({"carl", "@audit"}, {OF_GROUP: STANDS}, {OperatorRole.AUDITOR}),
        (
            {"anne", "@audit"},
            {KEYS: STANDS, OF_GROUP: STANDS},
            {OperatorRole.KEYS, OperatorRole.AUDITOR},
        ),
    ],
)
def test_a_role_takes_both_the_settings_and_the_grant(
    names: set[str], seen: dict[NamedRole, GrantState], roles: set[OperatorRole]
) -> None:
    assert roles_in_effect(names, [KEYS, OF_GROUP], seen) == roles


def test_what_is_not_named_or_stands_already_is_not_granted() -> None:
    assert why_not_granted(KEYS, [KEYS], {KEYS: WAITS}) == ""
    assert why_not_granted(KEYS, [KEYS], {}) == ""
    both = "gateway.toml does not name it: it takes both"
    assert why_not_granted(KEYS, [OTHER], {KEYS: WAITS}) == both
    assert why_not_granted(KEYS, [KEYS], {KEYS: STANDS}) == "it is granted already"
