"""`gateway demo`: everything on loopback, a letter filed, an answer read."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from gateway.cli import demo_people
from gateway.cli.options import Subparsers
from gateway.errors import GatewayError
from gateway.node.folder import DEMO_LOGIN, SIGN_IN_FILE, make_folder
from gateway.node.nursery import PROGRAM
from gateway.settings.file import Settings, read_settings

T = TypeVar("T")
MATRICULE = "279035121518989"
_START_SECONDS = 60
_STEP_SECONDS = 30


class DemoError(GatewayError):
    """Part of the story did not happen; the text says which."""


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    summary = "run everything on loopback with a synthetic patient"
    parser = commands.add_parser("demo", help=summary, description=summary)
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path("demo"),
        metavar="DIR",
        help="where it lives; made when absent, used again when there",
    )
    parser.add_argument(
        "--once",
        action="store_true",
        help="play the whole story in a folder of its own, then exit",
    )
    parser.set_defaults(run=demo)


def demo(args: argparse.Namespace) -> int:
    """
    Run the demonstration; 0 when all of it happened.

    Raises:
        DemoError: a step did not happen in time.
    """
    if args.once:
        with tempfile.TemporaryDirectory(prefix="gateway-demo-") as name:
            folder = Path(name) / "demo"
            make_folder(folder, free=True)
            with _serving(folder) as settings:
                play(folder, settings)
                answer(folder, settings)
        print("The whole story happened.")
        return 0
    if not (args.folder / "gateway.toml").exists():
        make_folder(args.folder, free=not _fixed_ports_are_free())
    with _serving(args.folder) as settings:
        play(args.folder, settings)
        _invite(args.folder, settings)
        _wait_for_the_end()
    return 0


def play(folder: Path, settings: Settings) -> None:
    """Send the bundled letter with the hospital's certificate; show it filed."""
    letter = folder / "discharge_letter.xml"
    letter.write_bytes(_fresh_letter())
    address = f"{MATRICULE}@{settings.domains.patient}"
    doctor = f"doctor@{settings.domains.professional}"
    _say(f"The hospital sends a discharge letter to {address}")
    sent = _gateway(
        folder,
        "send",
        "--as",
        "hospital",
        "--to",
        address,
        "--reply-to",
        doctor,
        "--document",
        str(letter),
        "--mdn",
    )
    message_id = sent.strip().splitlines()[-1]
    story = _gateway(folder, "trace", message_id, "--wait", str(_STEP_SECONDS))
    print(_indented(story))
    if ": FILED" not in story:
        raise DemoError("the letter was not filed; the trace above says why")
    _say("The letter is in the patient's vault")
    print(_indented(_gateway(folder, "vault list", MATRICULE)))


def answer(folder: Path, settings: Settings) -> None:
    """The patient signs in, reads, answers; the doctor reads the answer by IMAP."""
    password = (folder / SIGN_IN_FILE).read_text("utf-8").strip()
    browser = demo_people.Browser(settings)
    _say("The patient signs in: password, then the one-time code sent by e-mail")
    browser.sign_in(
        DEMO_LOGIN, password, lambda: _eventually(lambda: _code(settings), "the code")
    )
    _say("The patient reads the message and the letter")
    conversation, shown = browser.read_letter()
    print(_indented(shown))
    words = "Merci docteur, j’ai bien reçu la lettre."
    browser.answer(conversation, words)
    _say("The patient answered; the doctor's mail client asks by IMAP")
    found = _eventually(
        lambda: demo_people.read_mailbox(settings, "doctor", words), "the answer"
    )
    print(_indented(found))


def _code(settings: Settings) -> str:
    return demo_people.newest_code(settings.outgoing.outbox)


def _fresh_letter() -> bytes:
    """Return the bundled letter under a new id, as the letter of a new stay has."""
    content = files("gateway").joinpath("demo_files/discharge_letter.xml").read_bytes()
    return demo_people.with_new_identity(content)


@contextmanager
def _serving(folder: Path) -> Iterator[Settings]:
    """Run `gateway serve` for the length of the block."""
    config = folder / "gateway.toml"
    settings = read_settings(config)
    log = folder / "serve.log"
    with log.open("ab") as out:
        # Killed, we close the pipe too, and nothing of it is left behind.
        process = subprocess.Popen(  # noqa: S603 (our own program)
            [*PROGRAM, "serve", "--with-parent", "-c", str(config)],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
        )
        try:
            until = time.monotonic() + _START_SECONDS
            while not _is_ready(settings.listen.metrics):
                if process.poll() is not None or time.monotonic() > until:
                    raise DemoError(f"the service did not start; see {log}")
                time.sleep(0.1)
            yield settings
        finally:
            process.terminate()
            process.wait(timeout=30)


def _gateway(folder: Path, noun: str, *words: str) -> str:
    done = subprocess.run(  # noqa: S603 (our own program)
        [*PROGRAM, *noun.split(), "-c", str(folder / "gateway.toml"), *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise DemoError(f"gateway {noun}: {done.stderr.strip()}")
    return done.stdout


def _is_ready(port: int) -> bool:
    try:
        address = f"http://127.0.0.1:{port}/readyz"
        with urllib.request.urlopen(address, timeout=5) as page:  # noqa: S310
            return bool(page.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _fixed_ports_are_free() -> bool:
    from gateway.node.folder import PORTS
    from gateway.node.running import is_free

    return all(is_free("127.0.0.1", port) for port in PORTS.values())


def _eventually(ask: Callable[[], T], what: str) -> T:
    until = time.monotonic() + _STEP_SECONDS
    while not (found := ask()):
        if time.monotonic() > until:
            raise DemoError(f"{what} did not come within {_STEP_SECONDS} seconds")
        time.sleep(0.2)
    return found


def _invite(folder: Path, settings: Settings) -> None:
    config = folder / "gateway.toml"
    password = (folder / SIGN_IN_FILE).read_text("utf-8").strip()
    _say("Sign in as the patient")
    print(f"""\
    address     https://localhost:{settings.listen.patient_https}/
                (a throwaway certificate: your browser will ask)
    identifier  {DEMO_LOGIN}
    password    {password}
    code        in the newest file of {settings.outgoing.outbox}

    Send more:  gateway send -c {config} --as doctor \\
                  --to {MATRICULE}@{settings.domains.patient} --text "Bonjour"
    Mail client of the doctor: IMAP {settings.listen.imaps}, certificate
                {settings.trust.authorities.parent / "doctor.pem"}""")
    if settings.listen.professional_https:  # a folder made before has none
        _invite_doctor(config, settings)
    print("\n    Stop with Ctrl-C.")


def _invite_doctor(config: Path, settings: Settings) -> None:
    _say("Sign in as the doctor, in a browser that shows a certificate")
    certs = settings.trust.authorities.parent
    print(f"""\
    address     https://localhost:{settings.listen.professional_https}/
    certificate gateway mailbox client -c {config} \\
                  doctor@{settings.domains.professional} \\
                  --certificate {certs / "doctor.pem"} \\
                  --private-key {certs / "doctor.key"}
                writes a .p12 and says its passphrase: import it into the browser,
                and take it out again when you have done
    code        in the newest file of {settings.outgoing.outbox}
    patient     {MATRICULE}""")


def _wait_for_the_end() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        print()


def _say(text: str) -> None:
    print(f"\n== {text}", flush=True)


def _indented(text: str) -> str:
    width = shutil.get_terminal_size((100, 24)).columns - 4
    return "\n".join(f"    {line[:width]}" for line in text.rstrip().splitlines())
