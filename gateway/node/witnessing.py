"""
Witnesses: operators that cosign each other's checkpoints (C2SP tlog-witness, v1).

A witness sees two hashes and a time. It keeps, for each journal it was told of, the
size and root it cosigned last, and cosigns no other past.
"""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from attrs import evolve, field, frozen
from twisted.logger import Logger

from gateway.checkpoints.checkpoint import Checkpoint
from gateway.checkpoints.notes import (
    Note,
    NoteAlgorithm,
    NoteSignature,
    VerificationKey,
    base64_of,
    bytes_of,
    read_signatures,
)
from gateway.checkpoints.signing_keys import SigningKeys
from gateway.checkpoints.signing_rules import (
    SignedState,
    WitnessRefusal,
    decide_cosigning,
)
from gateway.clock import Clock, utc_now
from gateway.durable import replace_file
from gateway.errors import GatewayError, InvalidError, MisuseError, UnavailableError
from gateway.node.signing import state_from_json, state_to_json

log = Logger()

MOST_BODY: Final = 64 * 1024
MOST_PROOF: Final = 63
_SECONDS: Final = 15.0
_MOST_CONNECTIONS: Final = 16
PATH: Final = "/add-checkpoint"


@frozen
class WitnessAnswer:
    """What is answered to one request."""

    status: int
    body: str = ""

    @property
    def content_type(self) -> str:
        """A size has a type of its own (tlog-witness)."""
        return "text/x.tlog.size" if self.status == 409 else "text/plain"


@frozen
class WitnessRequest:
    """A checkpoint to be cosigned, and what proves that it goes on from a size."""

    old: int
    proof: tuple[bytes, ...]
    note: Note

    @classmethod
    def parse(cls, body: str) -> WitnessRequest:
        """
        Read the body of a request.

        Raises:
            InvalidError: it is none.
        """
        head, blank, note = body.partition("\n\n")
        first, *lines = head.split("\n")
        word, _, size = first.partition(" ")
        number = size.isascii() and size.isdigit() and str(int(size)) == size
        if not blank or word != "old" or not number or len(lines) > MOST_PROOF:
            raise InvalidError("not a request to a witness")
        return cls(int(size), tuple(map(bytes_of, lines)), Note.parse(note))

    def __str__(self) -> str:
        lines = "".join(f"{base64_of(one)}\n" for one in self.proof)
        return f"old {self.old}\n{lines}\n{self.note}"


@frozen
class Witness:
    """Cosigns the journals whose keys it was given; ``folder`` is its memory."""

    keys: SigningKeys
    folder: Path
    journals: Sequence[VerificationKey]
    clock: Clock = utc_now
    _lock: threading.Lock = field(init=False, repr=False, factory=threading.Lock)

    def answer(self, body: bytes) -> WitnessAnswer:
        """Return the answer to a request; what was cosigned is on the disk by then."""
        try:
            asked = WitnessRequest.parse(body.decode("utf-8"))
            said = Checkpoint.parse(asked.note.text)
        except (InvalidError, UnicodeDecodeError):
            return WitnessAnswer(WitnessRefusal.MALFORMED.value)
        known = [key for key in self.journals if key.name == said.origin]
        if not known:
            return WitnessAnswer(WitnessRefusal.UNKNOWN_ORIGIN.value)
        try:
            signed = bool(asked.note.verified_by(known))
        except InvalidError:
            signed = False
        if not signed:
            return WitnessAnswer(WitnessRefusal.UNSIGNED.value)
        with self._lock:
            return self._judged(asked, said)

    def _judged(self, asked: WitnessRequest, said: Checkpoint) -> WitnessAnswer:
        file = self._memory(said.origin)
        state = self._remembered(file)
        refusal = decide_cosigning(said, asked.old, asked.proof, state)
        if refusal is WitnessRefusal.OTHER_SIZE:
            return WitnessAnswer(refusal.value, f"{state.size}\n")
        if refusal is not None:
            log.error(
                "{origin} asked to cosign {size} lines: {why}",
                origin=said.origin,
                size=said.size,
                why=refusal.name,
            )
            return WitnessAnswer(refusal.value)
        now = self.clock()
        newer = evolve(
            state, size=said.size, root=said.root, time=said.time, hash=asked.note.hash
        )
        replace_file(file, json.dumps(state_to_json(newer)).encode())
        cosigned = self.keys.cosign(asked.note.text, int(now.timestamp()))
        return WitnessAnswer(200, str(cosigned))

    def _memory(self, origin: str) -> Path:
        name = hashlib.sha256(origin.encode()).hexdigest()
        return self.folder / f"{name}.json"

    def _remembered(self, file: Path) -> SignedState:
        if not file.exists():
            return SignedState()
        return state_from_json(json.loads(file.read_text("ascii")))


def witness_at(keys: SigningKeys, folder: Path, journals: Sequence[str]) -> Witness:
    """
    Return the witness of some journals, by their verification keys.

    Raises:
        MisuseError: a key is none.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        known = [VerificationKey.parse(one) for one in journals]
    except InvalidError as error:
        raise MisuseError(f"--log: {error}") from error
    return Witness(keys, folder, known)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = _MOST_CONNECTIONS

    def __init__(self, address: tuple[str, int], witness: Witness) -> None:
        self.witness = witness
        self.places = threading.BoundedSemaphore(_MOST_CONNECTIONS)
        self.context: ssl.SSLContext | None = None
        super().__init__(address, _Request)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self.places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            request.settimeout(_SECONDS)
            if self.context is not None:
                request = self.context.wrap_socket(request, server_side=True)
            super().process_request_thread(request, client_address)
        except OSError:
            self.shutdown_request(request)
        finally:
            self.places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: whoever asks may break off."""


class _Request(BaseHTTPRequestHandler):
    server: _Server
    timeout = _SECONDS

    def do_POST(self) -> None:  # noqa: N802 (the library's name)
        length = self.headers.get("content-length", "")
        if self.path != PATH or not length.isdigit() or int(length) > MOST_BODY:
            self._say(WitnessAnswer(404 if self.path != PATH else 400))
            return
        try:
            said = self.server.witness.answer(self.rfile.read(int(length)))
        except (GatewayError, OSError, ValueError) as error:
            log.error("a checkpoint could not be cosigned: {why}", why=str(error))
            said = WitnessAnswer(503)
        self._say(said)

    def _say(self, answer: WitnessAnswer) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("content-type", answer.content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Write no line for a request."""


class WitnessDoor:
    """Serves a witness by HTTP; with a certificate by HTTPS."""

    def __init__(
        self,
        host: str,
        port: int,
        witness: Witness,
        certificate: tuple[Path, Path] | None,
    ) -> None:
        self._server = _Server((host, port), witness)
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.load_cert_chain(*certificate)
            self._server.context = context
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class WitnessRefusedError(GatewayError):
    """A witness knows another past of this journal, or does not know it."""


@frozen
class WitnessClient:
    """Asks a witness, by its URL; ``context`` says by which authorities it is known."""

    url: str
    context: ssl.SSLContext

    def cosign(
        self, note: Note, prove: Callable[[int], Sequence[bytes]]
    ) -> list[NoteSignature]:
        """
        Return its signatures of a note; ``prove`` says what leads from a size to it.

        Raises:
            WitnessRefusedError: it does not sign.
            UnavailableError: no answer.
        """
        status, body = self._post(WitnessRequest(0, (), note))
        if status == 409 and body.strip().isdigit():  # it says how many it cosigned
            old = int(body)
            proof = tuple(prove(old))
            status, body = self._post(WitnessRequest(old, proof, note))
        if status != 200:
            why = _MEANING.get(status, "it cannot")
            raise WitnessRefusedError(f"{self.url} answers {status}: {why}")
        return read_signatures(body)

    def _post(self, request: WitnessRequest) -> tuple[int, str]:
        parts = urlsplit(self.url)
        connection = _connection(parts.scheme, parts.netloc, self.context)
        try:
            path = parts.path.rstrip("/") + PATH
            connection.request("POST", path, str(request).encode())
            answer = connection.getresponse()
            return answer.status, answer.read(MOST_BODY).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            raise UnavailableError(f"{self.url}: {error}") from error
        finally:
            connection.close()


_MEANING: Final = {
    403: "it does not know the key that signed",
    404: "it does not know this journal",
    409: "it cosigned another number of lines, or other lines",
    422: "it cosigned another past of this journal",
}


def _connection(
    scheme: str, place: str, context: ssl.SSLContext
) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(place, timeout=_SECONDS, context=context)
    host = urlsplit(f"//{place}").hostname or ""
    local = host == "localhost"
    with suppress(ValueError):
        local = local or ipaddress.ip_address(host).is_loopback
    if scheme != "http" or not local:
        raise MisuseError("a witness is asked by https, or on this machine")
    return http.client.HTTPConnection(place, timeout=_SECONDS)


def cosignatures_of(
    signatures: Sequence[NoteSignature], note: Note, keys: Sequence[VerificationKey]
) -> list[NoteSignature]:
    """
    Return those that a known witness made of a note.

    Raises:
        WitnessRefusedError: there is none, or a wrong one.
    """
    found = [
        one
        for one in signatures
        for key in keys
        if key.algorithm is NoteAlgorithm.COSIGNATURE
        and (one.name, one.key) == (key.name, key.id)
        and key.signed(note.text, one.signature)
    ]
    if not found:
        raise WitnessRefusedError(
            "no signature of a witness that [journal] keys names; see its own "
            "gateway journal key"
        )
    return found
