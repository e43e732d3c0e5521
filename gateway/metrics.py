"""What is counted, for Prometheus; labels are closed lists, never a person."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge

REGISTRY = CollectorRegistry()

ACCEPTED = Counter(
    "gateway_messages_accepted_total", "Messages answered 250.", registry=REGISTRY
)
REFUSALS_NOT_KEPT = Counter(
    "gateway_refusals_not_kept_total",
    "Refusals of which only the line was kept: they were too many.",
    registry=REGISTRY,
)
OPENINGS_NOT_KEPT = Counter(
    "gateway_openings_not_kept_total",
    "Openings of mailboxes of which only the line was kept: they were too many.",
    registry=REGISTRY,
)
HANDSHAKES_NOT_KEPT = Counter(
    "gateway_handshakes_not_kept_total",
    "Handshakes refused for a certificate, without a line: they were too many.",
    registry=REGISTRY,
)
REFUSALS_NOT_NOTED = Counter(
    "gateway_refusals_not_noted_total",
    "Refusals without a line in the journal: too many of one address or person.",
    registry=REGISTRY,
)
REFUSED = Counter(
    "gateway_refusals_total",
    "Refusals at the mail doors, by code.",
    ["code"],
    registry=REGISTRY,
)

ALTERED_NAME = "gateway_altered_rows_total"
ALTERED = Counter(
    ALTERED_NAME,
    "Rows of the database that were not as the gateway wrote them, when read.",
    ["table"],
    registry=REGISTRY,
)
UNREVIEWED_ACCESSES = Gauge(
    "gateway_unreviewed_accesses",
    "Operators' accesses to documents that wait for their review longer than they may.",
    registry=REGISTRY,
)
NOTICES_UNREACHED = Counter(
    "gateway_notices_unreached_total",
    "Addresses that a notice did not get to, by how that showed.",
    ["how"],
    registry=REGISTRY,
)
READINGS_REFUSED = Counter(
    "gateway_readings_refused_total",
    "Readings of vaults that were refused to professionals, by code.",
    ["code"],
    registry=REGISTRY,
)
READINGS_UNUSUAL = Counter(
    "gateway_readings_unusual_total",
    "Professionals who read in an unusual way for an hour, by what is unusual.",
    ["what"],
    registry=REGISTRY,
)
TEXTS_NOT_TAKEN = Counter(
    "gateway_texts_not_taken_total",
    "Documents whose text was not taken, for a reason of ours: it is not searched.",
    registry=REGISTRY,
)
PROCESSES_ENDED = Counter(
    "gateway_processes_ended_total",
    "Processes that ended by themselves and were started again.",
    registry=REGISTRY,
)

_CHECKPOINT_AGE = Gauge(
    "gateway_checkpoint_age_seconds",
    "Since the last signed checkpoint of the journal, or since the start.",
    registry=None,
)
_DIRECTORY_AGE = Gauge(
    "gateway_directory_age_seconds",
    "Since the day of the extraction of the national directory that is held.",
    registry=None,
)
_shown: list[Gauge] = []
SEALED = Counter(
    "gateway_journal_lines_sealed_total",
    "Lines of the journal that were appended to its tree.",
    registry=REGISTRY,
)


def show_checkpoint_age(age: Callable[[], float]) -> None:
    """Show it from now on: where nothing is signed there is no such metric."""
    _CHECKPOINT_AGE.set_function(age)
    _show(_CHECKPOINT_AGE)


def set_directory_age(seconds: float) -> None:
    """Show it from now on: where none was imported there is no such metric."""
    _DIRECTORY_AGE.set(seconds)
    _show(_DIRECTORY_AGE)


def _show(gauge: Gauge) -> None:
    if gauge not in _shown:
        REGISTRY.register(gauge)
        _shown.append(gauge)
