"""A process that another command of ours started, and that ends with it."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Callable, Mapping

from gateway.node.reports import Teller


def add_with_parent(parser: argparse.ArgumentParser) -> None:
    """Add the option that `gateway serve` and `demo` give to what they start."""
    parser.add_argument(
        "--with-parent",
        action="store_true",
        help="stop when standard input closes (set by `gateway serve` and `demo`)",
    )


class Unheard:
    """A process that nobody listens to."""

    def tell(self, faults: Mapping[str, str]) -> None:
        """Say nothing."""


Parent = Teller | Unheard


def parent_of(args: argparse.Namespace) -> Parent:
    """Return whom this process tells how it is: `gateway serve`, or nobody."""
    return Teller() if args.with_parent else Unheard()


def when_parent_ends(ended: Callable[[], object]) -> None:
    """
    Call ``ended``, in a thread, once standard input closes.

    A parent that is killed closes the pipe too, so that no process is left alone.
    """
    threading.Thread(target=_watch, args=(ended,), daemon=True).start()


def _watch(ended: Callable[[], object]) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        continue
    ended()
