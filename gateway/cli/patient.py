"""`gateway patient`: profiles, and the facts that rights depend on."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gateway.cli.access_showing import summary
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
    who_and_why,
)
from gateway.cli.patient_import import add_import
from gateway.cli.patient_letters import add_letter_verbs
from gateway.cli.patient_represent import add_represent
from gateway.cli.patient_setting import add_set, find_profile
from gateway.core.ins import Ins
from gateway.core.person import IdentityTraits, Sex
from gateway.core.texts.notices import NoticeKind
from gateway.errors import MisuseError
from gateway.message.address import read_address
from gateway.rights.own_access_rules import (
    OWN_ACCESS_YEARS,
    OwnAct,
    may_oneself,
)
from gateway.rights.profile import ProfileState
from gateway.store.accesses.reading import AccessReader
from gateway.store.journal import chain_of
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.life import tell_waiting
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profile, ProfileRights, Profiles

_ACCESSES = 20
"""Of operators so many of the last are shown with a patient."""


def add_parser(commands: Subparsers) -> None:
    """Add the noun and its verbs."""
    verbs = add_noun(commands, "patient", "patients' profiles and what they decided")
    add = add_command(verbs, "add", add_patient, "open a profile")
    add.add_argument("--ins", required=True, help="matricule, 15 characters")
    add.add_argument("--oid", required=True, help="OID of who assigned it")
    add.add_argument("--family", required=True, help="birth name")
    add.add_argument(
        "--given",
        required=True,
        metavar="NAMES",
        help="birth given names, first one first",
    )
    add.add_argument(
        "--birth-date",
        required=True,
        type=_birth_date,
        metavar="YYYY-MM-DD",
        help="birth date",
    )
    add.add_argument(
        "--sex",
        required=True,
        choices=[sex.value for sex in Sex],
        help="administrative sex: F, M or UN",
    )
    add.add_argument(
        "--birth-place",
        required=True,
        metavar="COG",
        help="INSEE code of the commune or country of birth",
    )
    add.add_argument("--email", default="", metavar="ADDRESS", help="for notices")
    add.add_argument(
        "--login",
        default="",
        metavar="NAME",
        help="what the patient signs in with; needs --password-file",
    )
    add.add_argument(
        "--password-file",
        type=Path,
        metavar="FILE",
        help="file that holds the password, and nothing else",
    )
    add.add_argument(
        "--state",
        choices=[one.value for one in ProfileState if one is not ProfileState.DELETED],
        default=ProfileState.ACTIVATED.value,
        help="default: %(default)s",
    )
    add_reason(add)
    add_set(verbs)
    show = add_command(
        verbs, "show", show_patient, "what is known of a patient", json_too=True
    )
    show.add_argument("ins", metavar="INS", help="matricule, 15 characters")
    add_reason(show)
    history = add_command(
        verbs,
        "changes",
        show_changes,
        "what a profile said before each change and after it, by whom and why",
        json_too=True,
    )
    history.add_argument("ins", metavar="INS", help="matricule, 15 characters")
    add_reason(history)
    listing = add_command(
        verbs, "list", list_patients, "list the profiles", json_too=True
    )
    add_reason(listing)
    add_letter_verbs(verbs)
    add_import(verbs)
    add_represent(verbs)
    password = add_command(
        verbs, "password", set_password, "change what a patient signs in with"
    )
    password.add_argument("ins", metavar="INS", help="matricule, 15 characters")
    password.add_argument(
        "--password-file",
        required=True,
        type=Path,
        metavar="FILE",
        help="file that holds the new password, and nothing else",
    )
    add_reason(password)


def add_patient(args: argparse.Namespace) -> int:
    """
    Open a profile, and its sign-in account when a login is given.

    Raises:
        MisuseError: a login without its password file, or the other way round.
        InvalidError: the INS, the e-mail address, the login or the password.
        ConflictError: the INS has a profile, or the login is taken.
    """
    if bool(args.login) != bool(args.password_file):
        raise MisuseError("--login and --password-file go together")
    password = _password(args.password_file) if args.login else ""
    email = str(read_address(args.email)) if args.email else ""
    given = " ".join(args.given.split())
    traits = IdentityTraits(
        family=args.family.strip(),
        given_names=given,
        first_given=given.partition(" ")[0],
        birth_date=args.birth_date,
        sex=args.sex,
        birth_place=args.birth_place.strip().upper(),
    )
    told = who_and_why(args)
    with opened(args) as (settings, database), database.write() as work:
        profile_id = Profiles(work, told["by"], args.reason or "").add(
            Ins.of(args.ins, args.oid), traits, state=args.state, email=email
        )
        if args.login:
            zone = ZoneInfo(settings.web.time_zone)
            today = work.now.astimezone(zone).date()
            if not may_oneself(OwnAct.SIGN_IN, args.birth_date, today):
                raise MisuseError(_TOO_YOUNG)
            Accounts(work).add(args.login, password, profile_id, by=told["by"])
        made = Profiles(work).get(profile_id)
        assert made is not None, "just made"
        tell_waiting(work, Notices.of(work, settings), made)
    print(f"profile {profile_id}: {args.state}")
    return 0


_TOO_YOUNG = (
    f"--login: before {OWN_ACCESS_YEARS} years a space is opened by who represents the "
    "minor: gateway patient represent"
)


def set_password(args: argparse.Namespace) -> int:
    """
    Change a password: open sessions end, and the patient is told by e-mail.

    Raises:
        NotFoundError: the INS has no profile, or the profile no account.
        InvalidError: the password is refused.
    """
    password = _password(args.password_file)
    with opened(args) as (settings, database), database.write() as work:
        profile = find_profile(work, args.ins)
        Accounts(work).set_password(
            profile, password, by=operator_name(), why=args.reason or ""
        )
        Notices.of(work, settings).make(profile, NoticeKind.PASSWORD)
    print(f"profile {profile.id}: password changed, open sessions ended")
    return 0


def show_patient(args: argparse.Namespace) -> int:
    """Print a profile and what the patient decided."""
    with opened(args) as (_, database), database.write() as work:
        profile = find_profile(work, args.ins)
        known = _known(profile, Profiles(work).rights(profile.id))
        accesses, _ = AccessReader(work).listed(_ACCESSES, profile_id=profile.id)
        known["accesses"] = [summary(one, work.now) for one in accesses]
        note_reading(work, args, "patient show", profile.id, chain=chain_of(profile.id))
    if args.json:
        print_json(known)
        return 0
    for name, value in known.items():
        print(f"{name:19}{_plain(value)}".rstrip())
    return 0


def show_changes(args: argparse.Namespace) -> int:
    """Print the changes of a profile, the oldest first."""
    with opened(args) as (_, database), database.write() as work:
        profile = find_profile(work, args.ins)
        changes = Profiles(work).changes(profile.id)
        note_reading(
            work, args, "patient changes", profile.id, chain=chain_of(profile.id)
        )
    if args.json:
        print_json(
            [
                {
                    "time": one.at.isoformat(),
                    "what": one.what,
                    "before": _readable(one.before),
                    "after": _readable(one.after),
                    "by": one.by,
                    "why": one.why,
                    "about": one.about,
                    "who": one.who,
                    "means": one.means,
                    "version": one.version,
                }
                for one in changes
            ]
        )
        return 0
    print_table(
        ("TIME", "WHAT", "BEFORE", "AFTER", "BY", "WHY"),
        [
            (
                f"{one.at:%Y-%m-%d %H:%M:%S}Z",
                one.what,
                _plain(_readable(one.before)),
                _plain(_readable(one.after)),
                one.by,
                one.why,
            )
            for one in changes
        ],
    )
    return 0


def list_patients(args: argparse.Namespace) -> int:
    """List the profiles, oldest first."""
    with opened(args) as (_, database), database.write() as work:
        rows = [_summary(profile) for profile in Profiles(work).listed()]
        note_reading(work, args, "patient list", "all")
    if args.json:
        print_json(rows)
        return 0
    print_table(
        ("INS", "STATE", "NAME", "BORN"),
        [
            (row["ins"], row["state"], f"{row['family']} {row['given']}", row["born"])
            for row in rows
        ],
    )
    return 0


def _birth_date(text: str) -> str:
    """Return YYYYMMDD; argparse turns the error into a misuse."""
    try:
        return date.fromisoformat(text).strftime("%Y%m%d")
    except ValueError:
        raise argparse.ArgumentTypeError("write it as YYYY-MM-DD") from None


def _password(file: Path) -> str:
    try:
        return file.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise MisuseError(f"password file: {error}") from error


def _summary(profile: Profile) -> dict[str, Any]:
    return {
        "ins": profile.ins.matricule,
        "oid": profile.ins.authority.value,
        "profile": profile.id,
        "state": profile.state,
        "family": profile.traits.family,
        "given": profile.traits.given_names,
        "born": profile.traits.birth_date,
    }


def _known(profile: Profile, rights: ProfileRights) -> dict[str, Any]:
    return {
        **_summary(profile),
        "sex": profile.traits.sex,
        "birthPlace": profile.traits.birth_place,
        "email": profile.email,
        "telephone": profile.telephone,
        "language": profile.language,
        "maskByDefault": profile.mask_by_default,
        "emergency": profile.emergency,
        "blocked": sorted(rights.blocked),
        "opposedStructures": sorted(
            one.structure + (f":{one.type_code}" if one.type_code else "")
            for one in rights.oppositions
            if one.kind == "structure"
        ),
        "opposedDocuments": sorted(
            one.unique_id for one in rights.oppositions if one.kind == "document"
        ),
        "secretSenders": sorted(rights.secret_senders),
        "settingsVersion": profile.settings_version,
        "created": profile.created_at.isoformat(),
    }


def _readable(value: Any) -> Any:
    return "" if value is None else value


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {one}" for name, one in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(one if isinstance(one, str) else _access(one) for one in value)
    return str(value)


def _access(said: dict[str, Any]) -> str:
    """Return an operator's access in one line; `gateway access show` says more."""
    return f"{said['asked']:.10} {said['by']} {said['state']} ({said['id']})"
