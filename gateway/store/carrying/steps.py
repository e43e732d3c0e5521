"""The steps that carry an older database over, in the order they are done."""

from __future__ import annotations

from gateway.store.carrying import keeping_settings, sealing_columns
from gateway.store.carrying.binding_rows import bind_rows
from gateway.store.carrying.carrying import CarryStep
from gateway.store.carrying.sealing_anew import seal_anew
from gateway.store.inbox import splitting
from gateway.store.patients import deadlines, facts, traits
from gateway.store.sealed import places, rows

STEPS: tuple[CarryStep, ...] = (
    CarryStep(rows.STEP, bind_rows),
    CarryStep(places.STEP, seal_anew),
    CarryStep(sealing_columns.STEP, sealing_columns.seal_columns),
    CarryStep(facts.STEP, keeping_settings.keep_settings),
    CarryStep(deadlines.STEP, deadlines.carry_deadlines),
    CarryStep(traits.STEP, traits.carry_traits),
    CarryStep(splitting.STEP, splitting.carry_threads),
)
"""One line for each thing; a step that was released stays while its rows may exist."""
