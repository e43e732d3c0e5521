"""`gateway patient represent`: who represents a patient by law, on a proof."""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from gateway.cli.operators import operator_name
from gateway.cli.options import Subparsers, add_command, add_reason, opened
from gateway.cli.patient_setting import hold_profile
from gateway.core.actors import actor_of
from gateway.core.texts.notices import NoticeKind
from gateway.errors import ConflictError, MisuseError, NotFoundError
from gateway.rights.delegation_rules import LASTING, REPRESENTING, Capacity, Term
from gateway.rights.majority_rules import is_minor, majority_of
from gateway.rights.profile import ProfileState
from gateway.rights.representation_rules import (
    Basis,
    ProofFacts,
    RepresentationFault,
    judge_proof,
)
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.delegations import Delegation, Delegations, matricules
from gateway.store.patients.life import go_on
from gateway.store.patients.majority import keep_majority
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profile

_WORDS = {
    RepresentationFault.MINOR: "who represents is of age, and so is a protected adult",
    RepresentationFault.ADULT: "this patient is of age",
    RepresentationFault.ONESELF: "nobody represents themselves",
    RepresentationFault.THERE: "represents this patient already, or is asked to",
    RepresentationFault.ENOUGH: "two represent this patient: end one of them first",
    RepresentationFault.CLOSED: "this space cannot be opened from the state it is in",
}


def add_represent(verbs: Subparsers) -> None:
    """Add the verb."""
    verb = add_command(
        verbs,
        "represent",
        represent,
        "record who represents a patient by law, or does no more, on a proof",
    )
    verb.add_argument("ins", metavar="INS", help="of who is represented")
    verb.add_argument(
        "--by", required=True, metavar="INS", help="of the representative"
    )
    verb.add_argument(
        "--proof",
        required=True,
        metavar="TEXT",
        help="what was seen, and its number: a judgment, a family record book",
    )
    verb.add_argument(
        "--until",
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="last day, of a protected adult; a minor is represented until majority",
    )
    verb.add_argument(
        "--end", action="store_true", help="end it, on that proof, instead"
    )
    add_reason(verb)


def represent(args: argparse.Namespace) -> int:
    """
    Record a representation, or its end; both are told, and who represents besides.

    Nobody else has to agree: a judge decides it, not the other parent.

    Raises:
        MisuseError: a last day for a minor, or none for an adult.
        NotFoundError: an INS has no profile; there is no such representation.
        ConflictError: the rules refuse it, in words.
    """
    proof = " ".join(args.proof.split())
    if not proof:
        raise MisuseError("--proof says what was seen")
    by, why = operator_name(), args.reason or ""
    with opened(args) as (settings, database), database.write() as work:
        zone = ZoneInfo(settings.web.time_zone)
        today = work.now.astimezone(zone).date()
        whom, who = hold_profile(work, args.ins), hold_profile(work, args.by)
        notices = Notices.of(work, settings)
        # All who knew of it before, and all who do after.
        notices.tell_representatives(whom, NoticeKind.PEOPLE)
        if args.end:
            for one in _between(work, whom, who, today):
                Delegations(work).end_representation(
                    one, by, "proof", basis=Basis.PROOF.value, proof=proof, why=why
                )
        else:
            term, capacity = _term(args, whom, today)
            _judge(work, whom, who, capacity, today)
            Delegations(work).represent(
                whom,
                who,
                term,
                capacity=capacity,
                by=actor_of(by),
                basis=Basis.PROOF.value,
                proof=proof,
                why=why,
            )
            go_on(work, notices, whom, ProfileState.ACTIVATED, by=by, why=why)
        keep_majority(work, whom, zone)
        for profile in (whom, who):
            notices.make(profile, NoticeKind.PEOPLE)
    print(f"profile {whom.id}: {'ended' if args.end else 'represented'}")
    return 0


def _between(
    work: UnitOfWork, whom: Profile, who: Profile, today: date
) -> list[Delegation]:
    found = [
        one
        for one in Delegations(work).of_holder(whom.id)
        if one.helper_id == who.id
        and one.capacity in REPRESENTING
        and one.standing(today) in LASTING
    ]
    if not found:
        raise NotFoundError("the one does not represent the other")
    return found


def _term(
    args: argparse.Namespace, whom: Profile, today: date
) -> tuple[Term, Capacity]:
    if is_minor(whom.traits.birth_date, today):
        if args.until:
            raise MisuseError("a minor is represented until majority: no --until")
        majority = majority_of(whom.traits.birth_date)
        assert majority is not None, "a minor has a birth date"
        last = majority - timedelta(days=1)
        return Term(first=today, last=last), Capacity.REPRESENTATIVE
    if args.until is None or args.until < today:
        raise MisuseError("--until says the last day that the judgment gives")
    return Term(first=today, last=args.until), Capacity.PROTECTOR


def _judge(
    work: UnitOfWork, whom: Profile, who: Profile, capacity: Capacity, today: date
) -> None:
    some = Delegations(work).of_holder(whom.id)
    fault = judge_proof(
        ProofFacts(
            capacity=capacity,
            who=who.ins.matricule,
            who_born=who.traits.birth_date,
            whom=whom.ins.matricule,
            whom_born=whom.traits.birth_date,
            state=ProfileState(whom.state),
            represented_by=matricules(some, today, REPRESENTING),
            today=today,
        )
    )
    if fault is not None:
        raise ConflictError(_WORDS[fault])
