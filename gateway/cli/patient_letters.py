"""`gateway patient letter|proof`: what is printed for a patient, as PDF."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping

from gateway.cli.operators import operator_account
from gateway.cli.options import Subparsers, add_command, add_reason, opened, who_and_why
from gateway.cli.patient_setting import find_profile
from gateway.core.texts.letters import (
    ANNOUNCEMENT,
    COUNTER,
    LABELS,
    OPPOSITION,
    LetterWords,
)
from gateway.documents.printed_page import (
    Code,
    Pairs,
    Paragraph,
    PrintedPage,
    print_page,
)
from gateway.errors import ConflictError
from gateway.rights.profile import ProfileState
from gateway.settings.file import Settings
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.provisional_codes import CodeUse, ProvisionalCodes
from gateway.store.patients.representatives import is_left_without_account

_GONE = frozenset({ProfileState.ABSENT, ProfileState.DELETED})
_WAITS = frozenset({ProfileState.ANNOUNCED, ProfileState.OPEN_NOT_ACTIVATED})


def add_letter_verbs(verbs: Subparsers) -> None:
    """Add the verbs that print."""
    letter = add_command(
        verbs,
        "letter",
        print_letter,
        "the letter with a provisional code, as PDF on standard output",
    )
    proof = add_command(
        verbs,
        "proof",
        print_proof,
        "the proof that a patient objected to a space, as PDF on standard output",
    )
    letter.add_argument(
        "--counter",
        action="store_true",
        help="a code to show at a counter, where somebody acts for the patient",
    )
    for verb in (letter, proof):
        verb.add_argument("ins", metavar="INS", help="matricule, 15 characters")
        add_reason(verb)


def print_letter(args: argparse.Namespace) -> int:
    """
    Make a provisional code and print the letter with it: the code before is void.

    Raises:
        NotFoundError: the INS has no profile.
        ConflictError: the space does not wait, or a code was made just now.
    """
    if args.counter:
        return _print_counter_letter(args)
    with opened(args) as (settings, database), database.write() as work:
        profile = find_profile(work, args.ins)
        # Of age, who was represented makes an account of the space that is open.
        is_left = is_left_without_account(work, profile)
        if profile.state not in _WAITS and not is_left:
            raise ConflictError(f"a profile that is {profile.state} needs no code")
        code = ProvisionalCodes(work).make(profile)
        if not code:
            raise ConflictError("a code was made less than 30 seconds ago")
        _note(work, args, profile, "letter")
    _put(letter_of(settings, profile, code))
    return 0


def _print_counter_letter(args: argparse.Namespace) -> int:
    with opened(args) as (settings, database), database.write() as work:
        profile = find_profile(work, args.ins)
        if profile.state in _GONE:
            raise ConflictError(f"a profile that is {profile.state} has no space")
        codes = ProvisionalCodes(work)
        code = codes.make(profile, CodeUse.COUNTER, by=operator_account())
        if not code:
            raise ConflictError("a code was made less than 30 seconds ago")
        _note(work, args, profile, "counter")
    _put(letter_of(settings, profile, code, COUNTER))
    return 0


def print_proof(args: argparse.Namespace) -> int:
    """
    Print the proof of an objection.

    Raises:
        NotFoundError: the INS has no profile.
        ConflictError: its patient did not object.
    """
    with opened(args) as (settings, database), database.write() as work:
        profile = find_profile(work, args.ins)
        if profile.state != ProfileState.OPPOSED:
            raise ConflictError("this patient did not object")
        changes = Profiles(work).changes(profile.id)
        of_state = [one.at for one in changes if one.what == "state"]
        since = of_state[-1] if of_state else profile.created_at
        _note(work, args, profile, "proof")
    _put(proof_of(settings, profile, f"{since:%d/%m/%Y}"))
    return 0


def letter_of(
    settings: Settings,
    profile: Profile,
    code: str,
    texts: Mapping[str, LetterWords] = ANNOUNCEMENT,
) -> PrintedPage:
    """Return a letter with its code: the one that announces a space, or another."""
    words = texts[_language(profile)]
    return PrintedPage(
        title=words.title,
        language=_language(profile),
        sender=settings.domains.operator_name,
        address=(_name(profile),),
        footer=settings.domains.operator_name,
        blocks=(
            *(Paragraph(one) for one in words.before),
            Code(words.code, f"{code[:4]} {code[4:]}"),
            *(Paragraph(one.format(url=settings.public_url)) for one in words.after),
        ),
    )


def proof_of(settings: Settings, profile: Profile, since: str) -> PrintedPage:
    """Return the proof that a patient objected to a space, since a day."""
    language = _language(profile)
    words, labels = OPPOSITION[language], LABELS[language]
    born = profile.traits.birth_date
    said = (
        f"{profile.traits.family} {profile.traits.given_names}",
        "/".join(one for one in (born[6:8], born[4:6], born[:4]) if one),
        profile.ins.matricule,
    )
    return PrintedPage(
        title=words.title,
        language=language,
        sender=settings.domains.operator_name,
        footer=settings.domains.operator_name,
        blocks=(
            *(Paragraph(one.format(since=since)) for one in words.before),
            Pairs(tuple(zip(labels, said, strict=True))),
            *(Paragraph(one) for one in words.after),
        ),
    )


def _language(profile: Profile) -> str:
    return profile.language if profile.language in LABELS else "fr"


def _name(profile: Profile) -> str:
    traits = profile.traits
    given = traits.used_given or traits.first_given
    return f"{given} {traits.used_family or traits.family}"


def _note(
    work: UnitOfWork, args: argparse.Namespace, profile: Profile, what: str
) -> None:
    told = who_and_why(args)
    work.note_patient(Action.LETTER_PRINTED, what, profile.id, **told)


def _put(page: PrintedPage) -> None:
    sys.stdout.buffer.write(print_page(page))
    sys.stdout.buffer.flush()
