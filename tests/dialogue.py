r"""
Plays a transcript against a live server and checks its side of it.

One file per behaviour; the first line says which, and by what section or attack::

    # Mail before STARTTLS is refused. RFC 3207 §4
    OPEN smtp                    connect to that door
    TLS peer                     do the handshake with that certificate
    SESSION smtp peer            both, greetings included
    C: MAIL FROM:<a@b.test>      send a line and its CRLF
    C= DATA\r\nearly             send these bytes as they are (Python escapes)
    S: 530 5.7.0                 the next whole reply's last line starts so
    S* SIZE                      ... or it has this somewhere
    CLOSED                       the server has hung up, with nothing more to say
    KEPT 1                       so many messages are on disk
"""

from __future__ import annotations

from pathlib import Path

from tests.mssante.smtp.doors import Client, Node

FOLDER = Path(__file__).parent / "dialogues"


def dialogues(prefix: str) -> list[Path]:
    """Return the transcripts whose name starts so, sorted."""
    return sorted(FOLDER.glob(f"{prefix}*.txt"))


def play(file: Path, node: Node) -> None:
    """Play one transcript; an `AssertionError` names the line that went wrong."""
    client: Client | None = None
    last = ""
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ")
        where = f"{file.name}:{number}: {line}"
        try:
            if word == "OPEN":
                client = node.connect(rest)
            elif word == "SESSION":
                client = node.session(*rest.split())
            elif word == "KEPT":
                assert len(node.kept()) == int(rest), len(node.kept())
            else:
                assert client is not None, "no connection"
                last = _step(client, word, rest, last)
        except (AssertionError, EOFError, OSError) as error:
            raise AssertionError(f"{where}\n{type(error).__name__}: {error}") from error


def _step(client: Client, word: str, rest: str, last: str) -> str:
    match word:
        case "TLS":
            client.tls(rest)
        case "C:":
            client.send(rest.encode("utf-8") + b"\r\n")
        case "C=":
            client.send(
                rest.encode("latin-1").decode("unicode_escape").encode("latin-1")
            )
        case "S:":
            return client.expect(rest)
        case "S*":
            assert rest in last, last
        case "CLOSED":
            said = client.closed()
            assert said == "", said
        case _:
            raise AssertionError("unknown word")
    return last
