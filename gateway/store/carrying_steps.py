"""The steps that carry an older database over, in the order they are done."""

from __future__ import annotations

from gateway.store.carrying import CarryStep

STEPS: tuple[CarryStep, ...] = ()
"""One line for each thing; a step that was released stays while its rows may exist."""
