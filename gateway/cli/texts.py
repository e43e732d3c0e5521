"""`gateway texts`: what professionals say to patients of the filing, and a poster."""

from __future__ import annotations

import argparse
import sys

from gateway.cli.options import Subparsers, add_command, add_noun
from gateway.core.texts.informing import POSTER, TEXTS
from gateway.documents.printed_page import (
    Heading,
    Paragraph,
    Points,
    PrintedPage,
    print_page,
)
from gateway.settings.file import Settings, read_settings

_HERE = "notre équipe"
"""Who cares, where no name is given."""


def add_parser(commands: Subparsers) -> None:
    """Add the command and its verbs: one for each text, and the poster."""
    verbs = add_noun(
        commands,
        "texts",
        "what professionals tell patients of the filing, and a poster",
    )
    for name, text in TEXTS.items():
        parser = add_command(verbs, name, _print_text, text.summary)
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
        default=_HERE,
        metavar="NAME",
        help=f"who files, as patients know it (default: {_HERE})",
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
    words = _words(settings, structure)
    return PrintedPage(
        title=POSTER.title,
        footer=POSTER.footer,
        blocks=(
            Paragraph(_sentence(POSTER.lead.format_map(words))),
            Points(POSTER.points),
            Heading(POSTER.ask.format_map(words)),
        ),
        poster=True,
        large=large,
    )


def _words(settings: Settings, structure: str) -> dict[str, str]:
    return {
        "structure": " ".join(structure.split()) or _HERE,
        "service": settings.domains.operator_name,
        "url": settings.public_url,
    }


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
