"""`gateway database`: make it, join it to its blob folder, say that it was put back."""

from __future__ import annotations

import argparse

from sqlalchemy import make_url

from gateway.cli.operators import operator_name
from gateway.cli.options import Subparsers, add_command, add_noun, opened, print_json
from gateway.errors import MisuseError, UnavailableError
from gateway.settings.file import read_settings
from gateway.settings.work import BlobSettings
from gateway.store.base.open_database import create_database, open_unjoined
from gateway.store.journal import Action
from gateway.store.mailbox.folders import Folders
from gateway.store.sealed.carried import forget_carried
from gateway.store.sealed.identity import identity_of, join
from gateway.store.sealed.strays import StrayCounts, StrayFiles


def add_parser(commands: Subparsers) -> None:
    """Add the noun and its verbs."""
    verbs = add_noun(commands, "database", "make it, join it to its blob folder")
    add_command(verbs, "create", create, "make the tables in an empty database")
    joining = add_command(
        verbs,
        "join",
        join_folder,
        "say that the blob folder is its own",
    )
    joining.add_argument(
        "--replace",
        action="store_true",
        help="even if the folder says that it is another database's",
    )
    add_command(verbs, "restored", restored, "say that a backup of it was put back")
    looking = add_command(
        verbs, "strays", show_strays, "blob files that no row names", json_too=True
    )
    looking.add_argument(
        "--set-aside",
        action="store_true",
        help="move those seen for long enough aside, however many they are",
    )


def create(args: argparse.Namespace) -> int:
    """
    Make what `serve` needs, where the settings say; never in what is somebody's.

    Raises:
        MisuseError: the database has tables, or the blob folder is another's.
        UnavailableError: the database does not answer.
    """
    settings = read_settings(args.config)
    create_database(settings).close()
    place = make_url(settings.database_url).render_as_string()  # without its password
    print(f"made: {place}, with its blobs in {settings.blobs.folder}")
    return 0


def join_folder(args: argparse.Namespace) -> int:
    """
    Give the blob folder the identity of the database.

    Raises:
        MisuseError: it is another's, or blobs of the database are not in it.
        UnavailableError: it cannot be written to.
    """
    settings = read_settings(args.config)
    folder = settings.blobs.folder
    if not folder.is_dir():
        raise MisuseError(f"the blob folder {folder} is missing: is its disk mounted?")
    database = open_unjoined(settings)
    try:
        join(database, replace=args.replace)
    except OSError as error:
        raise UnavailableError(f"{folder}: {error.strerror}") from error
    finally:
        database.close()
    print(f"{folder} is the blob folder of this database")
    return 0


def restored(args: argparse.Namespace) -> int:
    """
    Have mail clients fetch every folder anew: what they know is of another time.

    To be run before `serve`, once: each time costs the clients a whole fetch. What an
    older version left in it is carried over again.
    """
    with opened(args) as (_, database), database.write() as work:
        forget_carried(database.folder.folder)
        folders = Folders(work).begin_again()
        identity = identity_of(work.connection).id
        by = operator_name()
        work.note(Action.DATABASE_RESTORED, "done", identity, folders=folders, by=by)
    print(f"{folders} folders of mailboxes have a new UIDVALIDITY, greater than before")
    return 0


def show_strays(args: argparse.Namespace) -> int:
    """Look once, say what was found; 1 when a person should look."""
    with opened(args) as (settings, database):
        counts = StrayFiles(database, settings.blobs).run(all_of_them=args.set_aside)
        aside = sum(1 for _ in database.folder.aside())
    if args.json:
        print_json({**counts.as_json(), "aside": aside})
    else:
        _say(counts, aside, settings.blobs)
    return 1 if counts.held else 0


def _say(counts: StrayCounts, aside: int, settings: BlobSettings) -> None:
    after, kept = settings.strays_after_days, settings.strays_kept_days
    print(f"{counts.files} blob files were looked at, those older than an hour")
    print(f"{counts.waiting} have no row; in {after} days they are looked at again")
    print(f"{counts.moved} were moved aside, {counts.returned} have a row after all")
    print(f"{aside} lie aside; each is removed after {kept} days there")
    if counts.held:
        print(
            f"{counts.held} have had no row for {after} days: too many for crashes to "
            "have left them.\nWas an older database put back? Then put the newer one "
            "back; nothing was moved.\nIf they may go: gateway database strays "
            "--set-aside"
        )
