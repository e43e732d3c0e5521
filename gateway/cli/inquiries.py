"""`gateway inquiries`: persons whom patients do not know, and what is done about it."""

from __future__ import annotations

import argparse
from typing import Any

from gateway.cli.operators import operator_name
from gateway.cli.options import (
    Subparsers,
    add_command,
    add_noun,
    add_reason,
    note_reading,
    opened,
    print_json,
    print_table,
    reason,
    say_altered,
    who_and_why,
)
from gateway.core.actors import Who
from gateway.core.ins import check_note
from gateway.core.notices import Happened
from gateway.core.texts.notices import NoticeKind
from gateway.rights.inquiry_rules import InquiryEvent
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import chain_of
from gateway.store.patients.inquiries import Inquiries, Inquiry
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profiles

_ID = "as `inquiries list` shows it"
_DONE = {
    InquiryEvent.LOOK: "being looked at",
    InquiryEvent.ANSWER: "answered",
    InquiryEvent.CLOSE: "closed",
}


def add_parser(commands: Subparsers) -> None:
    """Add the noun and its verbs."""
    verbs = add_noun(commands, "inquiries", "persons whom patients do not know")
    listing = add_command(
        verbs, "list", list_all, "list what is not closed, oldest first", json_too=True
    )
    listing.add_argument("--all", action="store_true", help="those closed as well")
    showing = add_command(
        verbs, "show", show, "print one: whom, and what was done", json_too=True
    )
    showing.add_argument("inquiry", metavar="ID", help=_ID)
    add_reason(showing)
    for event, summary in (
        (InquiryEvent.LOOK, "say that somebody looks at it"),
        (InquiryEvent.ANSWER, "answer the patient, who reads it in the space"),
        (InquiryEvent.CLOSE, "end it, with a last word for the patient"),
    ):
        verb = add_command(verbs, event.value, move, summary)
        verb.set_defaults(event=event)
        verb.add_argument("inquiry", metavar="ID", help=_ID)
        if event is not InquiryEvent.LOOK:
            verb.add_argument(
                "--text",
                required=True,
                type=reason,
                metavar="TEXT",
                help="what the patient reads; it holds no number of a patient",
            )
        add_reason(verb)


def list_all(args: argparse.Namespace) -> int:
    """
    List inquiries without naming anybody; 1 where some were left out because somebody
    else wrote to the database.
    """
    with opened(args) as (_, database), database.read() as work:
        found, altered = Inquiries(work).listed(closed=args.all)
    if args.json:
        print_json([_outline(one) for one in found])
        return say_altered(altered)
    print_table(
        ("ID", "STATE", "SINCE", "LAST"),
        [
            (
                one.id,
                one.state.value,
                f"{one.created_at:%Y-%m-%d %H:%M}Z",
                f"{one.changed_at:%Y-%m-%d %H:%M}Z",
            )
            for one in found
        ],
    )
    return say_altered(altered)


def _outline(one: Inquiry) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": one.state.value,
        "since": one.created_at.isoformat(),
        "last": one.changed_at.isoformat(),
    }


def show(args: argparse.Namespace) -> int:
    """Print one, and say in the patient's history that it was read."""
    with opened(args) as (_, database), database.write() as work:
        one = Inquiries(work).get(args.inquiry)
        said = _whole(work, one)
        chain = chain_of(one.profile_id)
        note_reading(work, args, "inquiries show", one.id, chain=chain)
    if args.json:
        print_json(said)
        return 0
    for name, value in said.items():
        if name != "steps":
            print(f"{name}: {value}")
    for step in said["steps"]:
        print(f"  {step['at']} {step['state']}: {step['text']}")
    return 0


def _whole(work: UnitOfWork, one: Inquiry) -> dict[str, Any]:
    said = _outline(one)
    if one.reported is None:
        return {**said, "fault": "the patient's key was destroyed", "steps": []}
    profile = Profiles(work).get(one.profile_id)
    return {
        **said,
        "ins": profile.ins.matricule if profile else "",
        "who": one.reported.name,
        "by": one.reported.by,
        "identity": one.reported.identity,
        "blocked": one.reported.blocked,
        "from": one.reported.source,
        "subject": one.reported.subject,
        "text": one.reported.text,
        "steps": [
            {"at": step.at.isoformat(), "state": step.state.value, "text": step.text}
            for step in one.steps
        ],
    }


def move(args: argparse.Namespace) -> int:
    """Do a step: the patient sees it, and is told by a notice that something waits."""
    event: InquiryEvent = args.event
    text = "" if event is InquiryEvent.LOOK else args.text
    check_note(text)
    with opened(args) as (settings, database), database.write() as work:
        inquiries = Inquiries(work)
        one = inquiries.hold(args.inquiry)
        inquiries.move(one, event, text, **who_and_why(args))
        profile = Profiles(work).get(one.profile_id)
        if profile is not None:
            # A minor's own report may be of somebody known from a secret.
            own = one.reported is None or one.reported.by != Who.REPRESENTATIVE
            told = Happened(subject=one.id, by=operator_name(), is_secret=own)
            Notices.of(work, settings).make(profile, NoticeKind.INQUIRY, told)
    print(f"{args.inquiry}: {_DONE[event]}")
    return 0
