"""The steps that carry an older database over, in the order they are done."""

from __future__ import annotations

from gateway.store.binding_rows import bind_rows
from gateway.store.carrying import CarryStep
from gateway.store.sealed.rows import STEP

STEPS: tuple[CarryStep, ...] = (CarryStep(STEP, bind_rows),)
"""One line for each thing; a step that was released stays while its rows may exist."""
