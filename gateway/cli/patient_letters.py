"""`gateway patient letter|letters|proof`: what is printed for patients, as PDF."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from gateway.cli.operators import operator_account
from gateway.cli.options import Subparsers, add_command, add_reason, opened, who_and_why
from gateway.cli.patient_setting import find_profile
from gateway.core.texts.letters import (
    ANNOUNCEMENT,
    COUNTER,
    LABELS,
    LetterWords,
)
from gateway.documents.opposition_proof import ProvenOpposition, proof_of
from gateway.documents.printed_page import (
    Code,
    Paragraph,
    PrintedPage,
    print_page,
    print_pages,
)
from gateway.errors import ConflictError, MisuseError
from gateway.rights.profile import ProfileState
from gateway.settings.file import Settings
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.patients.life import in_state_since
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.provisional_codes import CodeUse, ProvisionalCodes
from gateway.store.patients.representatives import is_left_without_account

MOST_LETTERS: Final = 1000
"""Letters of one file, all of which is made in memory."""
_AT_ONCE: Final = 200
_BATCH: Final = 50
_LETTER: Final = "letter"
"""Of the line of a printed letter, the outcome."""
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
    letters = add_command(
        verbs,
        "letters",
        print_letters,
        "the letters of all who wait and were made no code, as one PDF on standard "
        "output; on standard error whose they are",
    )
    letters.add_argument(
        "--most",
        type=int,
        default=_AT_ONCE,
        metavar="N",
        help=f"letters at once, up to {MOST_LETTERS}; default: %(default)s",
    )
    letters.add_argument(
        "--again",
        action="store_true",
        help="instead, those of all whose last code is too old",
    )
    add_reason(letters)
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
    letter.add_argument(
        "--again",
        action="store_true",
        help="another letter, where one was printed before",
    )
    for verb in (letter, proof):
        verb.add_argument("ins", metavar="INS", help="matricule, 15 characters")
        add_reason(verb)


def print_letter(args: argparse.Namespace) -> int:
    """
    Make a provisional code and print the letter with it: the code before is void.

    Raises:
        NotFoundError: the INS has no profile.
        ConflictError: the space does not wait, a code was made just now, or a letter
            was printed before and another one is not asked for.
    """
    if args.counter:
        return _print_counter_letter(args)
    with opened(args) as (settings, database), database.write() as work:
        profile = find_profile(work, args.ins)
        # Of age, who was represented makes an account of the space that is open.
        is_left = is_left_without_account(work, profile)
        if profile.state not in _WAITS and not is_left:
            raise ConflictError(f"a profile that is {profile.state} needs no code")
        if not args.again:
            _refuse_again(work, profile, ZoneInfo(settings.web.time_zone))
        code = ProvisionalCodes(work).make(profile)
        if not code:
            raise ConflictError("a code was made less than 30 seconds ago")
        _note(work, args, profile, _LETTER)
    _put(letter_of(settings, profile, code))
    return 0


def print_letters(args: argparse.Namespace) -> int:
    """
    Print the letters of those who wait for one, each with a code, as one PDF.

    What is printed is marked by its code before the PDF is given: printed once, a
    letter is for `letter --again` alone, or for ``--again`` once its code is too old.

    Raises:
        MisuseError: ``--most`` is no number of letters, or too large a one.
    """
    if not 1 <= args.most <= MOST_LETTERS:
        raise MisuseError(f"--most is a number of letters, {MOST_LETTERS} at most")
    pages: list[PrintedPage] = []
    with opened(args) as (settings, database):
        with database.read() as work:
            wanted = ProvisionalCodes(work).without(
                _WAITS, args.most, lapsed=args.again
            )
        left = iter(wanted)
        while some := list(islice(left, _BATCH)):
            with database.write() as work:
                made = [_letter_in(work, settings, args, one) for one in some]
            for matricule, page in filter(None, made):
                pages.append(page)
                print(f"letter {len(pages)}: {matricule}", file=sys.stderr)
        with database.read() as work:
            codes = ProvisionalCodes(work)
            more = codes.without(_WAITS, 1, lapsed=args.again)
            old = not args.again and codes.without(_WAITS, 1, lapsed=True)
    print(f"{len(pages)} letters", file=sys.stderr)
    if more:
        print("there are more: give the command again", file=sys.stderr)
    if old:
        print("some have a code that is too old: --again prints them", file=sys.stderr)
    if pages:
        sys.stdout.buffer.write(print_pages(pages))
        sys.stdout.buffer.flush()
    return 0


def _letter_in(
    work: UnitOfWork, settings: Settings, args: argparse.Namespace, profile_id: str
) -> tuple[str, PrintedPage] | None:
    """Return a matricule with the letter, or None where it is not to be printed now."""
    profile = Profiles(work).hold(profile_id)
    if profile is None or profile.state not in _WAITS:  # decided meanwhile
        return None
    code = ProvisionalCodes(work).make(profile)
    if not code:  # made meanwhile
        return None
    _note(work, args, profile, _LETTER)
    return profile.ins.matricule, letter_of(settings, profile, code)


def _refuse_again(work: UnitOfWork, profile: Profile, zone: ZoneInfo) -> None:
    printed = [
        one
        for one in work.journal.about([profile.id])
        if (one.action, one.outcome) == (Action.LETTER_PRINTED, _LETTER)
    ]
    if printed:
        last = printed[-1]
        raise ConflictError(
            f"a letter was printed on {last.at.astimezone(zone):%Y-%m-%d} by "
            f"{last.detail.get('by')}: "
            "--again prints another, and the code of that one is void"
        )


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
        zone = ZoneInfo(settings.web.time_zone)
        proven = ProvenOpposition(
            traits=profile.traits,
            matricule=profile.ins.matricule,
            since=in_state_since(work, profile).astimezone(zone).date(),
            made_on=work.now.astimezone(zone).date(),
            operator=settings.domains.operator_name,
        )
        _note(work, args, profile, "proof")
    _put(proof_of(proven, profile.language))
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
