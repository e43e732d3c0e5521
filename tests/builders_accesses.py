"""An operator's access to named documents, as the tests ask for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gateway.core.accesses import AccessCause
from gateway.store.accesses.accesses import Accesses, ReadingCommand, Terms
from gateway.store.accesses.reading import AccessReader
from gateway.store.accesses.values import Named, Wanted
from gateway.store.base.work import Database
from gateway.store.journal import Action

TERMS = Terms(
    lasts=timedelta(minutes=30), waits=timedelta(hours=24), review=timedelta(hours=24)
)
VAULT_GET = ReadingCommand("vault get", Action.DOCUMENT_DOWNLOADED, "operator")
ANNE, BEN = ("anne (privacy)", "anne"), ("ben (auditor)", "ben")
"""Two operators: the name that lines give, and the account."""


def wanted(*patients: str, **changes: Any) -> Wanted:
    """Return what is asked for, changed as asked."""
    asked: dict[str, Any] = {
        "cause": AccessCause.COMPLAINT,
        "why": "ticket 12",
        "request": "the patient's daughter",
        "patients": patients,
        "named": (Named("d" * 32, "11490-0", "Hôpital"),),
    }
    return Wanted(**{**asked, **changes})


def take(database: Database, *patients: str, **changes: Any) -> str:
    """Have the first operator take an access; return its id."""
    with database.write() as work:
        return Accesses(work, *ANNE).take(wanted(*patients, **changes), TERMS)


def take_and_open(
    database: Database, patient: str, document: str, **changes: Any
) -> str:
    """Take an access to one document and open it; return the access's id."""
    named = (Named(document, "11490-0"),)
    access_id = take(database, patient, named=named, **changes)
    with database.write() as work:
        access = AccessReader(work).get(access_id)
        assert access is not None
        Accesses(work, *ANNE).note_reading(access, VAULT_GET, document)
    return access_id
