"""`gateway texts`: what professionals say to patients of the filing, and a poster."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping

from gateway.cli.options import Subparsers, add_command, add_noun
from gateway.core.texts.informing import OUR_TEAM, TEXTS, informing_words
from gateway.documents.informing_poster import informing_poster
from gateway.documents.printed_page import PrintedPage, print_page
from gateway.settings.file import Settings, read_settings


def add_parser(commands: Subparsers) -> None:
    """Add the command and its verbs: one for each text, and the poster."""
    verbs = add_noun(
        commands,
        "texts",
        "what professionals tell patients of the filing, and a poster",
    )
    for name, text in TEXTS.items():
        parser = add_command(verbs, name, _print_text, text.title.en)
        parser.set_defaults(text=name)
        _add_structure(parser)
    poster = add_command(
        verbs, "poster", _print_poster, "a poster, as PDF on standard output"
    )
    poster.add_argument(
        "--large", action="store_true", help="A3, to be read from further away"
    )
    _add_structure(poster)


def _add_structure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--structure",
        default=OUR_TEAM,
        metavar="NAME",
        help=f"who files, as patients know it (default: {OUR_TEAM})",
    )


def _print_text(args: argparse.Namespace) -> int:
    text, words = TEXTS[args.text], _words(read_settings(args.config), args.structure)
    print("\n\n".join(line.format_map(words) for line in text.lines))
    print(f"gateway: {text.advice}", file=sys.stderr)
    if text.channel is not None:
        print(
            f"gateway: à déclarer ensuite avec l’envoi : {text.channel.value}",
            file=sys.stderr,
        )
    return 0


def _print_poster(args: argparse.Namespace) -> int:
    page = poster_of(read_settings(args.config), args.structure, large=args.large)
    sys.stdout.buffer.write(print_page(page))
    sys.stdout.buffer.flush()
    return 0


def poster_of(settings: Settings, structure: str, *, large: bool) -> PrintedPage:
    """Return the poster of a structure."""
    return informing_poster(_words(settings, structure), large=large)


def _words(settings: Settings, structure: str) -> Mapping[str, str]:
    return informing_words(
        structure,
        service=settings.domains.operator_name,
        url=settings.public_url,
    )
