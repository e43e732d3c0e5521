"""What the commands say: their help, their misuse, what doctor and the journal find."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.cli.main import NOUNS, main, make_parser
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.tables import tasks
from gateway.store.tasks.tasks import TaskKind
from tests.builders_people import matricule
from tests.journeys.clients import (
    HOSPITAL,
    PATIENT,
    add_patient,
    patient_address,
)
from tests.journeys.running import LETTER, Gateway, call

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Gateway:
    """A gateway that is not running, and that no test changes."""
    return Gateway.make(tmp_path_factory.mktemp("quiet") / "gateway")


@pytest.fixture
def own(tmp_path: Path) -> Gateway:
    """A gateway that is not running, for the test to break."""
    return Gateway.make(tmp_path / "gateway")


@pytest.fixture(autouse=True)
def _same_mask() -> Iterator[None]:
    """Commands set the process's umask; these run in the tests' own."""
    mask = os.umask(0o077)
    yield
    os.umask(mask)


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process; return its status, output and errors."""

    def run_words(*words: str) -> tuple[int, str, str]:
        try:
            status = main(words)
        except SystemExit as end:  # argparse's way
            status = int(end.code or 0)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run_words


def verbs_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def commands() -> list[tuple[str, ...]]:
    """Return every command there is: nouns, and verbs of those that have some."""
    found: list[tuple[str, ...]] = []
    for noun in NOUNS:
        verbs = verbs_of(verbs_of(make_parser(noun))[noun])
        found += [(noun,), *((noun, verb) for verb in verbs)]
    return found


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_explains_itself(run: Run, words: tuple[str, ...]) -> None:
    status, said, errors = run(*words, "--help")

    assert (status, errors) == (0, "")
    assert f"usage: gateway {' '.join(words)}" in said
    parser = make_parser(words[0])
    for word in words:
        parser = verbs_of(parser)[word]
    assert parser.description, "no sentence says what it does"
    unexplained = [
        "/".join(action.option_strings) or action.metavar or action.dest
        for action in parser._actions
        if not action.help and not isinstance(action, argparse._SubParsersAction)
    ]
    assert unexplained == []


def test_the_program_lists_its_commands(run: Run) -> None:
    status, said, _ = run("--help")

    assert status == 0
    assert all(noun in said for noun in NOUNS)
    assert "Exit status: 0 done, 1 refused or failed, 2 misused, 3 waits" in said


MISUSED = [
    ([], "the following arguments are required: COMMAND"),
    (["fly"], "invalid choice: 'fly'"),
    (["vault"], "the following arguments are required: VERB"),
    (["vault", "list"], "the following arguments are required: INS"),
    (["queue", "retry", "seven"], "invalid int value: 'seven'"),
    (
        ["patient", "set", PATIENT, "colour=blue"],
        "gateway: colour: not KEY=VALUE; keys are state, block,",
    ),
    (
        ["patient", "set", PATIENT, "state=ASLEEP"],
        "gateway: state: one of ",
    ),
    (
        ["send", "--as", "nobody", "--to", HOSPITAL],
        "gateway: no certificate nobody in ",
    ),
    (
        ["send", "--as", "hospital", "--to", HOSPITAL, "--document", "missing.xml"],
        "gateway: missing.xml: No such file or directory",
    ),
    (
        ["send", "--as", "hospital", "--to", "not an address"],
        "not an address",
    ),
    (
        ["send", "--as", "bad/not-listed", "--to", HOSPITAL],
        "gateway: bad/not-listed holds no address here: say which with --from",
    ),
]


@pytest.mark.parametrize(("words", "text"), MISUSED, ids=lambda value: str(value)[:40])
def test_misuse_is_answered_with_what_to_write(
    run: Run, quiet: Gateway, words: list[str], text: str
) -> None:
    status, said, errors = run(*_with_config(words, quiet))

    assert (status, said) == (2, "")
    assert text in errors


FAILED = [
    (["trace", "nothing@nowhere"], "gateway: nothing has this id here\n"),
    (["vault", "get", "1.2.3"], "gateway: no document has this id\n"),
    (["vault", "list", "123"], "gateway: no profile has this INS\n"),
    (["queue", "retry", "7"], "gateway: no task given up has the number 7\n"),
    (["quarantine", "get", "x"], "gateway: nothing in quarantine has this id\n"),
    (
        ["mailbox", "close", "nobody@hopital.mssante.test"],
        "gateway: no mailbox has this address\n",
    ),
]


@pytest.mark.parametrize(("words", "text"), FAILED, ids=lambda value: str(value)[:40])
def test_failure_is_said_in_one_line(
    run: Run, quiet: Gateway, words: list[str], text: str
) -> None:
    assert run(*_with_config(words, quiet)) == (1, "", text)


def _with_config(words: list[str], gateway: Gateway) -> list[str]:
    """Put ``-c FILE`` behind the noun and its verb."""
    if not words or words[0] not in NOUNS:
        return words
    count = 1 + bool(verbs_of(verbs_of(make_parser(words[0]))[words[0]]))
    if len(words) < count:
        return words
    return [*words[:count], "-c", str(gateway.config), *words[count:]]


def test_sending_to_a_service_that_is_not_there_says_so(quiet: Gateway) -> None:
    port = quiet.settings.listen.submission

    said = quiet.refused("send", "--as", "hospital", "--to", patient_address())

    assert said == (
        f"gateway: not sent: nobody answers at 127.0.0.1:{port}; "
        "is `gateway serve` running?"
    )


SETTINGS = [
    ("[listen]\ncolour = 1", "[listen]: unknown keys: colour"),
    ("[colours]\nred = 1", "unknown tables: colours"),
    ('[listen]\nsmtp = "25"', "[listen]: smtp has a value of the wrong type"),
    ("[listen]\nsmtp = -25", "[listen]: smtp must not be negative"),
    ("not toml", "gateway.toml: "),
]


@pytest.mark.parametrize(("text", "said"), SETTINGS, ids=[text for text, _ in SETTINGS])
def test_wrong_settings_are_named(
    run: Run, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(text, "utf-8")

    # Not `serve` here: its log would go on to what this test reads, and then closes.
    status, _, errors = run("queue", "list", "-c", str(file))

    assert status == 2
    assert said in errors


def test_init_makes_a_folder_once(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "new"

    made = call("init", str(folder), "--ports", "free").stdout.decode()

    assert made.startswith(f"{folder}: ready\n")
    assert made.endswith(f"next: gateway serve -c {folder / 'gateway.toml'}\n")
    assert folder.stat().st_mode & 0o777 == 0o700
    loose = [p.name for p in folder.rglob("*") if p.stat().st_mode & 0o077]
    assert loose == [], "others may read what is in the folder"
    status, _, errors = run("init", str(folder))
    assert status == 2
    assert "exists already; choose another folder" in errors


# What doctor finds.


def loosen(gateway: Gateway) -> None:
    gateway.settings.keys.master.chmod(0o644)


def loosen_private_key(gateway: Gateway) -> None:
    gateway.settings.trust.private_key.chmod(0o640)


def expire(gateway: Gateway) -> None:
    for end in ("pem", "key"):
        expired = gateway.certs / "bad" / f"expired.{end}"
        shutil.copy2(expired, gateway.certs / f"gateway.{end}")


def mix_up(gateway: Gateway) -> None:
    shutil.copy2(gateway.certs / "peer.key", gateway.settings.trust.private_key)


def lose_lists(gateway: Gateway) -> None:
    gateway.settings.trust.crl.unlink()


def lose_allowlist(gateway: Gateway) -> None:
    gateway.settings.trust.allowlist.unlink()


def give_twice(gateway: Gateway) -> None:
    gateway.configure(listen={"imap": gateway.settings.listen.imaps})


def fill_disk(gateway: Gateway) -> None:
    gateway.configure(blobs={"min_free_bytes": 2**60})


def lose_folder(gateway: Gateway) -> None:
    shutil.rmtree(gateway.settings.blobs.folder)


def change_key(gateway: Gateway) -> None:
    gateway.settings.keys.master.write_text("ab" * 32, "ascii")


def change_version(gateway: Gateway) -> None:
    execute(gateway, "UPDATE alembic_version SET version_num = '9999'")


def lose_database(gateway: Gateway) -> None:
    url = "postgresql+psycopg://gateway@localhost:1/gateway"
    gateway.configure(database={"url": url})


def misplace_schema(gateway: Gateway) -> None:
    gateway.configure(cda={"schema": "nowhere"})


def give_up_a_task(gateway: Gateway) -> None:
    with gateway.database() as database:
        with database.write() as work:
            work.tasks.add(TaskKind.FILE, "0" * 32)
        with database.write() as work:
            (row,) = work.tasks.listed()
            work.connection.execute(
                tasks.update()
                .where(tasks.c.id == row.id)
                .values(state="dead", last_error="no such message")
            )


def close_postmasters_mailbox(gateway: Gateway) -> None:
    address = gateway.settings.domains.postmaster_address
    with gateway.database() as database, database.write() as work:
        mailbox = Mailboxes(work).find(address)
        assert mailbox is not None
        Mailboxes(work).set_state(mailbox.id, "closed")


def leave_postmaster_alone(gateway: Gateway) -> None:
    address = gateway.settings.domains.postmaster_address
    with gateway.database() as database, database.write() as work:
        mailbox = Mailboxes(work).find(address)
        assert mailbox is not None
        for holder in mailbox.holders:
            Mailboxes(work).remove_holder(mailbox.id, holder)


def send_postmaster_away(gateway: Gateway) -> None:
    gateway.configure(domains={"postmaster": "admin@elsewhere.test"})


AILMENTS: list[tuple[Callable[[Gateway], None], str, str, str]] = [
    (loosen, "master key", "has mode 644", "chmod 600 "),
    (loosen_private_key, "private key", "has mode 640", "chmod 600 "),
    (expire, "certificate", "expired on ", "ask for a new one"),
    (mix_up, "certificate", "cannot be used", "check [trust] certificate"),
    (lose_lists, "trust space", "CRL_MISSING", "fetch the current revocation lists"),
    (lose_allowlist, "trust space", "", "check [trust] allowlist"),
    (give_twice, "port of imap", "is given twice", "change [listen] imap"),
    (fill_disk, "blob folder", "mail is refused", "make room, or lower"),
    (lose_folder, "blob folder", "is missing", "mount its disk, or restore "),
    (change_key, "database", "is not the master key", "check [database] url and"),
    (change_version, "database", "version of the program", "check [database] url and"),
    (lose_database, "database", "does not answer", "check [database] url and"),
    (misplace_schema, "CDA schema", "", "check [cda] schema"),
    (give_up_a_task, "dead letter", "1 task", "gateway queue list --dead"),
    (close_postmasters_mailbox, "postmaster", "nobody reads", "mailbox holder "),
    (leave_postmaster_alone, "postmaster", "nobody reads", "mailbox holder "),
    (send_postmaster_away, "postmaster", "cannot go on to", "[domains] postmaster"),
]


@pytest.mark.parametrize(
    ("harm", "subject", "state", "mend"),
    AILMENTS,
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_doctor_finds_it_and_says_how_to_mend_it(
    run: Run,
    own: Gateway,
    harm: Callable[[Gateway], None],
    subject: str,
    state: str,
    mend: str,
) -> None:
    harm(own)

    status, said, errors = run("doctor", "-c", str(own.config), "--json")

    assert (status, errors) == (1, "")
    wrong = [one for one in json.loads(said) if one["mend"]]
    found = [one for one in wrong if one["subject"] == subject]
    assert found, wrong
    assert state in found[0]["state"]
    assert mend in found[0]["mend"]


def test_doctor_finds_a_port_that_is_taken(run: Run, own: Gateway) -> None:
    port = own.settings.listen.imaps
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()

        status, said, _ = run("doctor", "-c", str(own.config))

    assert status == 1
    assert f"!!  port of imaps: {port} cannot be listened on: another program" in said
    assert "      mend: stop that program, or change [listen] imaps" in said


def test_doctor_finds_nothing_wrong_with_a_new_folder(run: Run, quiet: Gateway) -> None:
    status, said, errors = run("doctor", "-c", str(quiet.config))

    assert (status, errors) == (0, "")
    assert "!!" not in said
    assert "mend" not in said
    assert "is free; the service is not running" in said


# What the journal shows.


def execute(gateway: Gateway, statement: str) -> None:
    """Reach into the database as somebody who has its file would."""
    with closing(sqlite3.connect(gateway.folder / "gateway.db")) as database:
        assert database.execute(statement).rowcount > 0
        database.commit()


TAMPERED = {
    "an edit": (
        "UPDATE journal SET outcome = 'closed' WHERE chain = 'operator' AND seq = 2",
        "operator: line 2 was altered",
    ),
    "a moved date": (
        "UPDATE journal SET at = at + 1 WHERE chain = 'operator' AND seq = 3",
        "operator: line 3 was altered",
    ),
    "a deletion": (
        "DELETE FROM journal WHERE chain = 'operator' AND seq = 2",
        "operator: line 2 is missing",
    ),
    "a truncation": (
        "DELETE FROM journal WHERE chain = 'operator' AND seq > 3",
        "operator: lines are missing at the end",
    ),
    "a chain cut off": (
        "DELETE FROM journal WHERE chain = 'operator'",
        "operator: lines are missing at the end",
    ),
    "a head removed": (
        "DELETE FROM chain_heads WHERE chain = 'operator'",
        "operator: has no head",
    ),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_the_journal_shows(run: Run, own: Gateway, name: str) -> None:
    statement, fault = TAMPERED[name]
    assert run("journal", "verify", "-c", str(own.config))[0] == 0

    execute(own, statement)

    status, said, errors = run("journal", "verify", "-c", str(own.config))
    assert status == 1
    assert fault in errors.splitlines()
    assert not said.endswith(" 0 faults\n")


def test_the_journal_is_exported_line_by_line(run: Run, own: Gateway) -> None:
    status, said, _ = run("journal", "export", "-c", str(own.config))

    lines = [json.loads(line) for line in said.splitlines()]
    assert status == 0
    assert {line["action"] for line in lines} >= {"mailbox:add", "profile:add"}
    assert all(len(line["hash"]) == 64 for line in lines)
    assert PATIENT not in said


# What waits.


def test_a_task_given_up_is_shown_and_tried_again(run: Run, own: Gateway) -> None:
    give_up_a_task(own)
    words = ("-c", str(own.config))

    _, table, _ = run("queue", "list", *words, "--dead")
    _, listed, _ = run("queue", "list", *words, "--json")

    (task,) = json.loads(listed)
    assert task["state"] == "dead"
    assert task["lastError"] == "no such message"
    assert table.splitlines()[0].split()[:3] == ["NUMBER", "KIND", "SUBJECT"]
    assert "no such message" in table
    number = str(task["number"])
    assert run("queue", "retry", *words, number)[:2] == (
        0,
        f"task {number}: ready again\n",
    )
    assert json.loads(run("queue", "list", *words, "--json")[1])[0]["state"] == "ready"
    assert run("queue", "retry", *words, number)[0] == 1


def test_lists_that_are_empty_are_said_to_be(run: Run, quiet: Gateway) -> None:
    for noun in ("queue", "quarantine"):
        status, said, errors = run(noun, "list", "-c", str(quiet.config))

        assert (status, errors) == (0, "")
        assert said.strip(), f"{noun} list says nothing at all"
        assert run(noun, "list", "-c", str(quiet.config), "--json")[1] == "[]\n"


def test_a_message_held_back_is_shown_and_closed(gateway: Gateway, run: Run) -> None:
    hold_one_back(gateway)
    words = ("-c", str(gateway.config))

    (held,) = json.loads(run("quarantine", "list", *words, "--json")[1])
    table = run("quarantine", "list", *words)[1]

    assert held["id"] in table
    assert PATIENT not in table
    closed = run("quarantine", "close", *words, held["id"], "--reason", "wrong patient")
    assert closed == (0, f"{held['id']}: closed\n", "")
    assert json.loads(run("quarantine", "list", *words, "--json")[1]) == []
    assert run("quarantine", "close", *words, held["id"], "--reason", "again")[0] == 1
    story = gateway.story(held["messageId"])
    assert story["state"] == "returned"
    assert "reason=wrong patient" in story["steps"][-1]["detail"]


def test_a_message_held_back_is_released_once_the_record_is_mended(
    gateway: Gateway, run: Run
) -> None:
    config = ("-c", str(gateway.config))
    gateway.run("patient set", PATIENT, "oid=1.2.250.1.213.1.4.11")
    message_id = gateway.send(
        *("--as", "hospital", "--to", patient_address(), "--document", str(LETTER))
    )
    held = gateway.story(message_id)
    assert held["state"] == "quarantined"
    (listed,) = json.loads(run("quarantine", "list", *config, "--json")[1])
    words = ("quarantine", "release", *config, listed["id"], "--note")

    assert run(*words, "nothing mended yet")[0] == 0
    assert gateway.story(message_id)["state"] == "quarantined"  # the rules stand
    gateway.run("patient set", PATIENT, "oid=1.2.250.1.213.1.4.10")
    status, said, errors = run(*words, "authority of the INS mended")

    assert (status, errors) == (0, "")
    assert said.startswith(f"{listed['id']}: released")
    story = gateway.story(message_id)
    assert (story["state"], story["documents"][0]["outcome"]) == ("ended", "FILED")
    released = [one for one in story["steps"] if one["action"] == "message:release"]
    assert [one["detail"].partition(", ")[2] for one in released] == [
        "reason=nothing mended yet",
        "reason=authority of the INS mended",
    ]
    assert all(one["detail"].startswith("by=") for one in released)
    assert run(*words, "again")[0] == 1
    assert run(*words, f"for {PATIENT}")[0] == 1
    assert run(*words, " ")[0] == 2


def hold_one_back(gateway: Gateway) -> None:
    """Send the demo patient's letter to another patient."""
    other = matricule(300)
    add_patient(gateway, other)
    message_id = gateway.send(
        *("--as", "hospital", "--to", patient_address(other)),
        *("--document", str(LETTER)),
    )
    assert gateway.story(message_id)["state"] == "quarantined"
