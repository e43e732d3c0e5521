"""Which role may give which command: none has all, no vault is read in silence."""

from __future__ import annotations

import pytest

from gateway.rights.operator_rules import (
    AT_COUNTER,
    COMMANDS,
    OF_MESSAGE,
    TELLS_LATER,
    OperatorRole,
    command_of,
    role_for,
)

E, S, Q, P = (
    OperatorRole.EXPLOITATION,
    OperatorRole.SUPPORT,
    OperatorRole.QUARANTINE,
    OperatorRole.PRIVACY,
)
K, A, M = OperatorRole.KEYS, OperatorRole.AUDITOR, OperatorRole.ADMINISTRATOR
MAY: dict[str, set[OperatorRole]] = {
    "queue list": {E},
    "queue retry": {E},
    "queue hold": {E},
    "queue release": {E},
    "queue drop": {E},
    "vault check": {E},
    "vault read-again": {E},
    "mailbox list": {E, M},
    "mailbox add": {M},
    "mailbox open": {M},
    "mailbox close": {M},
    "mailbox holder": {M},
    "professional address": {M},
    "patient add": {S},
    "patient set": {S},  # with no fact of the patient's own decisions
    "patient import": {S},
    "patient represent": {P},
    "patient letter": {S},
    "patient letters": {S},
    "patient proof": {S},
    "patient password": {S},
    "patient show": {S, P},
    "patient list": {S, P},
    "patient changes": {S, P},
    "quarantine list": {Q},
    "quarantine get": {Q},
    "quarantine release": {Q},
    "quarantine close": {Q},
    "message recall": {Q, P},
    "access ask": {P},  # to documents of a patient, told of at once
    "access take": {P},
    "access end": {Q, P},
    "access grant": {P, A},
    "access refuse": {P, A},
    "access review": {P, A},
    "access list": {Q, P, A},
    "access show": {P, A},
    "inquiries list": {S, P},
    "inquiries show": {S, P},
    "inquiries look": {S, P},
    "inquiries answer": {S, P},
    "inquiries close": {S, P},
    "trace": {P},
    "explain": {P, A},
    "rights what-if": {P, A},
    "journal export": {P, A},
    "journal prove": {P, A},
    "journal verify": {A},
    "keys status": {K},
    "keys rotate": {K},
    "keys destroy": {K},
    "keys clear": {K},
    "requests list": {K, M},
    "requests confirm": {K, M},
    "requests withdraw": {K, M},
    "roles list": {K, A, M},
    "roles grant": {M},
    "roles end": {M},
    "vault list": {P},
    "vault get": {P},
}


def test_the_table_is_this_one() -> None:
    assert MAY.keys() == COMMANDS.keys()


@pytest.mark.parametrize("role", OperatorRole)
@pytest.mark.parametrize("command", MAY)
def test_one_role_is_enough_or_it_is_not(command: str, role: OperatorRole) -> None:
    assert role_for(command, {role}) == (role if role in MAY[command] else None)


@pytest.mark.parametrize("role", OperatorRole)
def test_no_role_has_all(role: OperatorRole) -> None:
    assert any(role_for(command, {role}) is None for command in COMMANDS)


def test_who_has_no_role_may_nothing_and_what_is_no_command_nobody() -> None:
    assert all(role_for(command, ()) is None for command in COMMANDS)
    assert role_for("database restored", set(OperatorRole)) is None
    assert role_for("", set(OperatorRole)) is None


def test_of_two_roles_the_first_there_is_counts() -> None:
    assert role_for("patient show", {P, S}) is S
    assert role_for("journal export", {A, P}) is P


@pytest.mark.parametrize(
    ("facts", "role"),
    [
        (["state"], S),
        (["email", "language"], S),
        (["telephone", "card", "state"], S),
        (["state", "block"], P),
        (["mask-by-default"], P),
        (["secret"], P),
        (["oid"], P),
    ],
)
def test_what_the_patient_decided_is_not_for_support_to_change(
    facts: list[str], role: OperatorRole
) -> None:
    assert role_for("patient set", set(OperatorRole), facts) is role
    assert role_for("patient set", set(OperatorRole) - {role}, facts) is None


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["trace", "x"], "trace"),
        (["trace"], "trace"),
        (["vault", "get", "x"], "vault get"),
        (["vault", "-h"], ""),
        (["vault"], ""),
        (["-c", "x", "vault", "get"], ""),
        (["journal", "verify"], "journal verify"),
        (["journal", "seal"], ""),
        (["keys", "status"], "keys status"),
        (["keys", "destroy"], "keys destroy"),
        (["requests", "list"], "requests list"),
        (["database", "restored"], ""),
        ([], ""),
    ],
)
def test_a_command_is_known_by_its_first_words(words: list[str], command: str) -> None:
    assert command_of(words) == command


@pytest.mark.parametrize("command", ["access ask", "access take"])
@pytest.mark.parametrize(
    ("facts", "roles", "role"),
    [
        ([], {P}, P),
        ([], {Q}, None),
        ([OF_MESSAGE], {Q}, Q),
        ([OF_MESSAGE], {P}, None),
        ([OF_MESSAGE, TELLS_LATER], {Q}, None),
        ([OF_MESSAGE, TELLS_LATER], {P}, None),
        ([OF_MESSAGE, TELLS_LATER], {P, Q}, P),
        ([TELLS_LATER], {P}, P),
        ([TELLS_LATER], {E, S, Q, K, A, M}, None),
    ],
)
def test_who_may_ask_for_an_access_depends_on_what_it_is_to(
    command: str,
    facts: list[str],
    roles: set[OperatorRole],
    role: OperatorRole | None,
) -> None:
    assert role_for(command, roles, facts) is role


def test_at_a_counter_support_writes_down_what_the_patient_decides() -> None:
    decides = ["mask-by-default", "block"]

    assert role_for("patient set", {S}, decides) is None
    assert role_for("patient set", {S}, [AT_COUNTER, *decides]) is S
    assert role_for("patient set", {P}, [AT_COUNTER, *decides]) is None
