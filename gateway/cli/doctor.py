"""`gateway doctor`: what is wrong with this installation, and how to mend it."""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException

from cryptography import x509

from gateway.cli.doctor_files import permissions
from gateway.cli.doctor_journal import signing
from gateway.cli.doctor_keys import turns
from gateway.cli.doctor_memory import memory
from gateway.cli.doctor_operators import reviewers, second_operators
from gateway.cli.doctor_provider import identities
from gateway.cli.doctor_relay import smart_host
from gateway.cli.findings import Finding
from gateway.cli.options import Subparsers, add_command, print_json
from gateway.clock import utc_now
from gateway.documents.cda.schema import CdaSchema
from gateway.errors import AlteredError, GatewayError
from gateway.node.ports import fault_of, open_doors
from gateway.node.probing import Probes, faults_of
from gateway.node.running import Seen, is_free, look_at
from gateway.settings.file import Settings, read_settings
from gateway.store.altered import AlteredRows
from gateway.store.base.open_database import open_database
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.carrying.carrying import CarryingOver
from gateway.store.carrying.steps import STEPS
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.sealed.damage import Damage
from gateway.trust.space import Degraded, TrustSpace
from gateway.trust.tls import own_identity

_ANEW = "restart the service"
_WHY_SILENT = "it is frozen, or no descriptors are left"
_PROBE_SECONDS = 25.0
"""A commit may wait for its turn; longer than SQLite waits it does not."""

_LOOKED_AT_ELSEWHERE = {"disk", "certificate", "certificate ends"}
_MEND = {
    "database": "see that nothing holds it (a stopped process), and its own log",
    "storage": "stop the service and follow *a failed fsync* in docs/operations.md",
    "access reviews": "gateway access list --unreviewed, then gateway access review "
    "ID by another account",
    "altered rows": "gateway journal verify; who could write to the database?",
    "blobs": "mount the disk of [blobs] folder, and see that it can be written to",
    "missing blobs": "put the files back from a backup, under [blobs] folder",
    "dead letter": "gateway queue list --dead, then gateway queue retry NUMBER",
    "queue": "start the service, or see that its workers run ([tasks] workers)",
    "quarantine": "gateway quarantine list: one sender's error, or one of ours?",
}
_MEND_DATABASE = "check [database] url and [keys] master, and [blobs] folder"


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    add_command(
        commands,
        "doctor",
        doctor,
        "look for what is wrong, and say how to mend it",
        json_too=True,
    )


def doctor(args: argparse.Namespace) -> int:
    """Print every finding; 1 when something is to be mended."""
    settings = read_settings(args.config)
    findings = list(examine(settings))
    if args.json:
        print_json(
            [
                {"subject": one.subject, "state": one.state, "mend": one.mend}
                for one in findings
            ]
        )
    else:
        for one in findings:
            mark = "!!" if one.mend else "ok"
            print(f"{mark}  {one.subject}: {one.state}")
            if one.mend:
                print(f"      mend: {one.mend}")
    return 1 if any(one.mend for one in findings) else 0


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield what was found, in the order it is best mended."""
    for look in _LOOKS:
        yield from look(settings)


def _certificates(settings: Settings) -> Iterator[Finding]:
    trust = settings.trust
    try:
        own_identity(trust)
        pem = trust.certificate.read_bytes()
        certificate = x509.load_pem_x509_certificates(pem)[0]
    except (GatewayError, OSError, ValueError) as error:
        yield Finding(
            "certificate",
            str(error),
            "check [trust] certificate, private_key and authorities",
        )
        return
    ends, now = certificate.not_valid_after_utc, utc_now()
    soon = timedelta(days=trust.certificate_warn_days)
    if ends < now:
        yield Finding(
            "certificate", f"expired on {ends:%Y-%m-%d}", "ask for a new one today"
        )
    elif ends - now < soon:
        yield Finding(
            "certificate", f"expires on {ends:%Y-%m-%d}", "renew it before that day"
        )
    else:
        yield Finding("certificate", f"valid until {ends:%Y-%m-%d}")


def _trust(settings: Settings) -> Iterator[Finding]:
    trust = settings.trust
    try:
        space = TrustSpace(trust, utc_now, kept=trust.kept, keeps=False)
    except GatewayError as error:
        yield Finding(
            "trust space",
            str(error),
            "check [trust] allowlist, crl, authorities and the authorities named",
        )
        return
    signs = sorted(space.degraded)
    for sign in signs:
        state, mend = _TRUST_SIGNS[sign]
        if why := space.allowlist_fault if "ALLOWLIST" in sign.value else "":
            state = f"{state}: {why}"
        mend = mend.format(crl=trust.crl, allowlist=trust.allowlist)
        yield Finding("trust space", f"{sign.value}: {state}", mend)
    if not signs:
        made = space.allowlist.generated_at
        yield Finding("trust space", f"allow-list of {made:%Y-%m-%d}, lists in date")
    for name, kinds in space.names.items():
        named = ", ".join(sorted(kind.value for kind in kinds)) or "nobody"
        yield Finding("authority", f"{name} may name {named}")


_TRUST_SIGNS: dict[Degraded, tuple[str, str]] = {
    Degraded.ALLOWLIST_OLD: (
        "who is not on the allow-list is told to come again, as it is old",
        "fetch the current allow-list to {allowlist}",
    ),
    Degraded.ALLOWLIST_NOT_TAKEN: (
        "the one before is in use, not the file that is there",
        "fetch the current allow-list to {allowlist}",
    ),
    Degraded.ALLOWLIST_SHRUNK: (
        "the one before is in use",
        "compare {allowlist} with what is published; if it is right: "
        "gateway trust accept",
    ),
    Degraded.CRL_MISSING: (
        "peers of an authority without a list are told to come again",
        "fetch the current revocation lists to {crl}, one of each authority",
    ),
    Degraded.CRL_EXPIRED: (
        "peers of an authority whose list has ended are told to come again",
        "fetch the current revocation lists to {crl}",
    ),
    Degraded.CRL_LEFT_OUT: (
        "a list in the file is forged, partial, broken or of a stranger",
        "see the log, and fetch the revocation lists again to {crl}",
    ),
    Degraded.CRL_NOT_TAKEN: (
        "the file cannot be read, those from before are in use",
        "fetch the current revocation lists to {crl}",
    ),
    Degraded.NAMES_ANYBODY: (
        "every authority may name operators, structures, employees and professionals",
        "set [trust] operator_authorities, structure_authorities, "
        "employee_authorities and person_authorities",
    ),
}


def _ports(settings: Settings) -> Iterator[Finding]:
    doors = open_doors(settings.listen)
    numbers = list(doors.values())
    running = look_at(settings)
    for door, port in doors.items():
        subject, host = f"port of {door}", settings.listen.host_of(door)
        if numbers.count(port) > 1:
            mend = f"change [listen] {door}"
            yield Finding(subject, f"{port} is given twice", mend)
        elif running is Seen.RUNS and not is_free(host, port):
            yield Finding(subject, f"{port} answers")
        elif running is Seen.SILENT and not is_free(host, port):
            yield Finding(subject, f"{port} is taken, and nobody answers", _ANEW)
        elif running is Seen.RUNS:
            mend = "restart the service, and read its log"
            yield Finding(subject, f"{port} does not answer, the others do", mend)
        elif fault := fault_of(host, port):
            mend = f"stop that program, or change [listen] {door}"
            yield Finding(subject, f"{port} cannot be listened on: {fault}", mend)
        else:
            yield Finding(subject, f"{port} is free; the service is not running")


def _disk(settings: Settings) -> Iterator[Finding]:
    for name, folder in (
        ("data folder", settings.folder),
        ("blob folder", settings.blobs.folder),
    ):
        if not folder.is_dir():
            mend = f"mount its disk, or restore {folder} from the backup"
            yield Finding(name, f"{folder} is missing", mend)
            continue
        free = shutil.disk_usage(folder).free
        if free < settings.blobs.min_free_bytes:
            yield Finding(
                name,
                f"{free // 2**20} MiB free: mail is refused for now",
                "make room, or lower [blobs] min_free_bytes",
            )
        else:
            yield Finding(name, f"{free // 2**20} MiB free")


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        database = open_database(settings)
    except GatewayError as error:
        yield Finding("database", str(error), _MEND_DATABASE)
        return
    faults: dict[str, str] = {"database": ""}
    try:
        faults = faults_of(_probes(settings, database).looks(), _PROBE_SECONDS)
        damaged, altered, waiting, turning = [], [], [], []
        if "database" not in faults:
            with database.read() as work:
                damaged = Damage(work).lasting()
                altered = AlteredRows(work).find_doors()
                turning = list(turns(work))
            waiting = CarryingOver(database, STEPS).left()
    except GatewayError as error:
        yield Finding("database", str(error), "look at its own log")
        return
    finally:
        if "database" not in faults:  # else a thread still waits for it
            database.close()
    if "database" not in faults:
        yield Finding("database", "answers and writes, of this version")
    for name, state in faults.items():
        if name not in _LOOKED_AT_ELSEWHERE:
            yield Finding(name, state, _MEND[name])
    yield from turning
    if altered:
        yield Finding(
            "altered rows",
            f"{len(altered)} were not written by the gateway, {altered[0]} for one",
            "gateway journal verify, then put the database back from a backup; who "
            "could write to it?",
        )
    if waiting:
        yield Finding(
            "carried over",
            f"not yet: {', '.join(waiting)}; gateway serve does it while it runs",
        )
    if damaged:
        yield Finding(
            "damaged",
            f"{len(damaged)} messages or documents cannot be read, "
            f"the first is blob {damaged[0]}",
            f"put their files back from a backup, under {settings.blobs.folder}; "
            "a blob that lies in the database, from a backup of that",
        )


def _postmaster(settings: Settings) -> Iterator[Finding]:
    address = settings.domains.postmaster_address
    domain = address.rpartition("@")[2]
    if domain != settings.domains.professional.lower():
        yield _postmaster_elsewhere(settings, address, domain)
        return
    try:
        database = open_database(settings)
    except GatewayError:
        return  # told above
    try:
        with database.read() as work:
            mailbox = Mailboxes(work).find(address)
    except AlteredError:
        return  # told above
    finally:
        database.close()
    if mailbox is None:
        yield Finding("postmaster", f"{address} is opened at the next start")
    elif mailbox.state != "open" or not mailbox.holders:
        yield Finding(
            "postmaster",
            f"nobody reads {address}",
            f"gateway mailbox holder {address} --add IDENTITY, "
            "or name another address in [domains] postmaster",
        )
    else:
        yield Finding("postmaster", f"mail goes to {address}")


def _postmaster_elsewhere(settings: Settings, address: str, domain: str) -> Finding:
    try:
        is_trusted = TrustSpace(settings.trust, utc_now).lists(domain)
    except GatewayError:
        is_trusted = False
    if is_trusted and domain not in settings.domains.hosted:
        return Finding("postmaster", f"mail goes on to {address}")
    return Finding(
        "postmaster",
        f"mail cannot go on to {address}",
        "name a mailbox here, or an address of the allow-list, in [domains] postmaster",
    )


def _probes(settings: Settings, database: Database) -> Probes:
    """Return the looks of `/readyz`, without a service."""

    def write(job: Callable[[UnitOfWork], None]) -> Future[None]:
        done: Future[None] = Future()
        with database.write() as work:
            job(work)
        done.set_result(None)
        return done

    # Of certificates the doctor says more, above.
    return Probes(database, settings, write, lambda: datetime.max.replace(tzinfo=UTC))


def _service(settings: Settings) -> Iterator[Finding]:
    """Ask the service that runs what it says of itself."""
    seen = look_at(settings)
    if not settings.listen.metrics or seen is Seen.GONE:
        return
    if seen is Seen.SILENT:
        yield Finding("service", f"/readyz does not answer: {_WHY_SILENT}", _ANEW)
        return
    listen = settings.listen
    pages = HTTPConnection(listen.metrics_host, listen.metrics, timeout=_PROBE_SECONDS)
    try:
        pages.request("GET", "/readyz")
        said = json.loads(pages.getresponse().read())
    except (OSError, HTTPException, ValueError):
        yield Finding("service", "/readyz does not answer", _ANEW)
        return
    finally:
        pages.close()
    faults: dict[str, str] = said["faults"]
    for name, state in faults.items():
        yield Finding(f"service: {name}", state, "see docs/runbook.md")
    if not faults:
        yield Finding("service", "runs, and finds nothing wrong")


def _schema(settings: Settings) -> Iterator[Finding]:
    if not settings.cda.schema:
        yield Finding("CDA schema", "not set: documents are read, not validated")
        return
    folder = settings.folder / settings.cda.schema
    try:
        CdaSchema(folder)
    except GatewayError as error:
        yield Finding("CDA schema", str(error), f"check [cda] schema: {folder}")
    else:
        yield Finding("CDA schema", str(folder))


_LOOKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    permissions,
    memory,
    second_operators,
    reviewers,
    _certificates,
    _trust,
    _ports,
    _disk,
    _database,
    _postmaster,
    signing,
    smart_host,
    identities,
    _service,
    _schema,
)
