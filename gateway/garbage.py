"""When Python looks for garbage: what refers to itself, and no count frees."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_garbage_sought() -> Iterator[None]:
    """
    Have Python look for no garbage meanwhile: for what makes much, and frees it itself.

    Each time a quarter more is there than the time before, it looks at all that there
    is, the program's own modules with it; while a batch of a feed was made, that was a
    seventh of the processor time, and it found nothing.
    """
    was_sought = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_sought:
            gc.enable()
