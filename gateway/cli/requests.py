"""`gateway requests`: what one operator asked for, and a second one confirms."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.cli.main import make_parser, with_status
from gateway.cli.operators import (
    Operator,
    act_for,
    acting_operator,
    operator_name,
    roles_of,
)
from gateway.cli.options import (
    Subparsers,
    add_command,
    add_noun,
    add_reason,
    note_reading,
    opened,
    print_json,
    say_altered,
)
from gateway.core.ins import check_note
from gateway.errors import MisuseError
from gateway.rights.operator_rules import (
    AT_COUNTER,
    OF_MESSAGE,
    TELLS_LATER,
    role_for,
)
from gateway.rights.request_rules import needs_a_second, standing_of
from gateway.rights.role_rules import GrantState, NamedRole
from gateway.settings.file import Settings
from gateway.store.operators.requests import OperatorRequest, Requests
from gateway.store.operators.roles import Roles

WAITS: Final = 3
"""The exit status of a command that is not done yet: a second one has to confirm it."""


def add_parser(commands: Subparsers) -> None:
    """Add the noun and its verbs."""
    verbs = add_noun(commands, "requests", "what waits for a second operator")
    listing = add_command(
        verbs, "list", list_requests, "what waits, in its exact words", json_too=True
    )
    listing.add_argument(
        "--all", action="store_true", help="what ended or expired lately, too"
    )
    add_reason(listing)
    for verb, run, summary in (
        ("confirm", confirm, "carry out what another operator asked for"),
        ("withdraw", withdraw, "take back what you asked for"),
    ):
        one = add_command(verbs, verb, run, summary)
        one.add_argument("id", metavar="ID", help="as requests list shows it")


def needs_another(command: str, args: argparse.Namespace) -> bool:
    """Tell whether what these words ask for waits for a second operator."""
    takes_away = command == "mailbox holder" and args.remove is not None
    return needs_a_second(command, takes_away=takes_away)


def facts_of(args: argparse.Namespace) -> Collection[str]:
    """Return what of a command decides which role is enough, as `role_for` asks it."""
    named = {OF_MESSAGE: "message", TELLS_LATER: "tell_on", AT_COUNTER: "counter"}
    asked = [fact for fact, option in named.items() if getattr(args, option, None)]
    return [*asked, *(one.partition("=")[0] for one in getattr(args, "facts", ()))]


def ask_a_second(command: str, words: Sequence[str], args: argparse.Namespace) -> int:
    """
    Keep what an operator asks for until a second one confirms it; return `WAITS`.

    Raises:
        MisuseError: no reason is given, and somebody has to judge it; or a word has
            characters that a terminal does not show.
        InvalidError: the reason may hold a patient's identifier.
        ConflictError: too many wait already.
    """
    operator = acting_operator()
    assert operator is not None, "the service asks for an operator"
    why = getattr(args, "reason", None) or getattr(args, "cause", None)
    if not why:
        raise MisuseError(f"{command} needs a --reason: a second operator confirms it")
    check_note(why)
    if not all(word.isprintable() for word in words):
        # A terminal would show the second operator other words than these.
        raise MisuseError("what a second operator reads is printable text alone")
    with opened(args) as (settings, database), database.write() as work:
        one = Requests(work).ask(
            command,
            words,
            login=operator.login,
            by=operator_name(),
            reason=why,
            lasts=timedelta(seconds=settings.admin.request_seconds),
            most=settings.admin.requests,
        )
    if getattr(args, "json", False):
        print_json({"request": one.id, **_state(one, work.now)})
    else:
        print(f"not done yet: a second operator confirms it until {_end(one)}:")
        print(f"gateway requests confirm {one.id}")
    return WAITS


def list_requests(args: argparse.Namespace) -> int:
    """
    Print what waits for a second operator, as far as it is for who asks to see.

    1 where some were left out because somebody else wrote to the database.
    """
    operator = acting_operator()
    with opened(args) as (_, database), database.write() as work:
        found, altered = Requests(work).listed(ended=args.all)
        shown = [one for one in found if _is_for(operator, one)]
        if shown:  # their words may name people
            note_reading(work, args, "requests list", "")
    if args.json:
        print_json([_known(one, work.now) for one in shown])
    else:
        for one in shown:
            print(f"{one.id}  {_said(one, work.now)}")
            print(f"    asked by {one.by}, {one.created_at:%Y-%m-%d %H:%M} UTC")
            if one.confirmed_by:
                print(f"    confirmed by {one.confirmed_by}")
            print(f"    because: {one.reason}")
            print(f"    gateway {shlex.join(one.words)}")
        if not shown:
            print("nothing waits")
    return say_altered(altered)


def confirm(args: argparse.Namespace) -> int:
    """
    Carry out what another operator asked for, in their words; return its exit status.

    Raises:
        MisuseError: no service is in between, or this operator may not.
        NotFoundError: there is no such request.
        AlteredError: it is not as it was asked.
    """
    second = _by_the_service("confirms")
    with opened(args) as (settings, database), database.write() as work:
        requests = Requests(work)
        one = requests.get(args.id)
        carried = make_parser(one.words[0]).parse_args(one.words)
        carried.config = args.config
        _check_first(one, settings, Roles(work).seen(), carried)
        by = _named(second, one, carried)
        requests.confirm(one, login=second.login, by=by)
    print(f"carried out for {one.by}: gateway {shlex.join(one.words)}", file=sys.stderr)
    act_for(f"{one.by}, confirmed by {by}", second)
    status = with_status(lambda: int(carried.run(carried)))
    with opened(args) as (_, database), database.write() as work:
        Requests(work).end(one, status)
    return status


def withdraw(args: argparse.Namespace) -> int:
    """
    Take back what one asked for oneself.

    Raises:
        MisuseError: another one asked, or it does not wait any more.
        NotFoundError: there is no such request.
    """
    operator = _by_the_service("takes back")
    with opened(args) as (_, database), database.write() as work:
        one = Requests(work).get(args.id)
        Requests(work).withdraw(one, login=operator.login, by=operator_name())
    print(f"{one.id}: taken back")
    return 0


def _by_the_service(what: str) -> Operator:
    operator = acting_operator()
    if operator is None:
        raise MisuseError(
            f"only the running service {what} a request, because it knows who asks; "
            "without it, whoever may read the master key gives the command itself"
        )
    return operator


def _check_first(
    one: OperatorRequest,
    settings: Settings,
    seen: Mapping[NamedRole, GrantState],
    carried: argparse.Namespace,
) -> None:
    """Refuse what its first operator may not ask for any more."""
    roles = roles_of(one.facts.asked_by, settings.admin, seen)
    if role_for(one.facts.command, roles, facts_of(carried)) is None:
        raise MisuseError(f"{one.by} has no role any more for {one.facts.command}")


def _named(second: Operator, one: OperatorRequest, carried: argparse.Namespace) -> str:
    role = role_for(one.facts.command, second.roles, facts_of(carried))
    if role is None:
        raise MisuseError(
            f"{second.account} has no role for {one.facts.command}: see [admin]"
        )
    return second.named(role)


def _is_for(operator: Operator | None, one: OperatorRequest) -> bool:
    """Tell whether somebody may see a request: whose command is theirs to give."""
    if operator is None:
        return True
    return role_for(one.facts.command, operator.roles) is not None


def _end(one: OperatorRequest) -> str:
    return f"{one.facts.expires_at:%Y-%m-%d %H:%M} UTC"


def _said(one: OperatorRequest, now: datetime) -> str:
    stands = standing_of(one.facts, now)
    if stands == "waiting":
        return f"waits until {_end(one)}"
    ended = one.facts.expires_at if stands == "expired" else one.ended_at
    return f"{stands} {ended:%Y-%m-%d %H:%M} UTC" if ended else stands


def _state(one: OperatorRequest, now: datetime) -> dict[str, Any]:
    return {
        "state": standing_of(one.facts, now),
        "expires": one.facts.expires_at.isoformat(),
    }


def _known(one: OperatorRequest, now: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "command": one.facts.command,
        "words": list(one.words),
        "by": one.by,
        "reason": one.reason,
        "asked": one.created_at.isoformat(),
        **_state(one, now),
        "confirmedBy": one.confirmed_by or None,
        "ended": one.ended_at.isoformat() if one.ended_at else None,
        "status": one.status,
    }
