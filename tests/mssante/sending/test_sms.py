"""Text messages: in a folder whole, or at a gateway once; never elsewhere."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

from gateway.core.notices import NoticeWay
from gateway.core.texts.notices import NoticeKind
from gateway.core.texts.sms import sms_text
from gateway.errors import InvalidError, UnavailableError
from gateway.mssante.sending.notifying import Notifying
from gateway.mssante.sending.service_mail import ServiceMail
from gateway.mssante.sending.sms import Sms, SmsFolder, SmsGateway, make_texter
from gateway.store.base.work import Database
from gateway.store.patients.notices import Notices, get_notice
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.ways import Ways
from gateway.store.tasks.tasks import Task, TaskKind
from tests.builders_people import open_profile
from tests.builders_settings import make_settings

NUMBER = "+33612345678"
MESSAGE = Sms("a" * 32, NUMBER, "Le service : il y a du nouveau, là.")


@define
class Gateway:
    """A gateway that answers as it is told, and remembers what it was asked."""

    status: int = 202
    headers: dict[str, str] = field(factory=dict)
    asked: list[tuple[dict[str, str], dict[str, Any]]] = field(factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/sms"


@contextmanager
def listening(gateway: Gateway) -> Iterator[Gateway]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sent = {name.lower(): one for name, one in self.headers.items()}
            gateway.asked.append((sent, json.loads(body)))
            self.send_response(gateway.status)
            for name, value in gateway.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}
    )
    thread.start()
    gateway.port = server.server_address[1]
    try:
        yield gateway
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_folder_gets_one_private_file_whole(tmp_path: Path) -> None:
    folder = SmsFolder(tmp_path / "sms")

    for _ in range(2):  # a crash before the commit: the same file again
        folder(MESSAGE)

    (file,) = (tmp_path / "sms" / "new").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text("utf-8")) == {
        "id": MESSAGE.id,
        "to": NUMBER,
        "text": MESSAGE.text,
    }
    assert list((tmp_path / "sms" / "tmp").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_tried_later(tmp_path: Path) -> None:
    (tmp_path / "sms").write_text("not a folder")

    with pytest.raises(UnavailableError):
        SmsFolder(tmp_path / "sms")(MESSAGE)


def test_a_gateway_is_asked_with_our_word_and_the_id(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("a-word\n")
    token.chmod(0o600)
    with listening(Gateway()) as gateway:
        SmsGateway(gateway.url, 5.0, token)(MESSAGE)

    ((headers, body),) = gateway.asked
    assert body == {"id": MESSAGE.id, "to": NUMBER, "text": MESSAGE.text}
    assert headers["authorization"] == "Bearer a-word"
    assert headers["idempotency-key"] == MESSAGE.id


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (422, InvalidError),
        (400, UnavailableError),
        (401, UnavailableError),
        (429, UnavailableError),
        (503, UnavailableError),
    ],
)
def test_only_a_number_that_is_none_is_for_good(
    status: int, kind: type[Exception]
) -> None:
    with listening(Gateway(status)) as gateway, pytest.raises(kind) as caught:
        SmsGateway(gateway.url, 5.0)(MESSAGE)

    assert NUMBER not in str(caught.value)


def test_nobody_is_followed_elsewhere() -> None:
    with listening(Gateway()) as other:
        moved = {"Location": other.url}
        with (
            listening(Gateway(302, moved)) as gateway,
            pytest.raises(UnavailableError, match="302"),
        ):
            SmsGateway(gateway.url, 5.0)(MESSAGE)

    assert other.asked == []


def test_a_gateway_that_is_away_is_tried_later() -> None:
    with pytest.raises(UnavailableError):
        SmsGateway("http://127.0.0.1:9/", 2.0)(MESSAGE)


@pytest.mark.parametrize("mode", [0o644, None])
def test_a_word_for_all_to_read_is_not_used(tmp_path: Path, mode: int | None) -> None:
    token = tmp_path / "token"
    if mode is not None:
        token.write_text("a-word")
        token.chmod(mode)
    with listening(Gateway()) as gateway, pytest.raises(UnavailableError):
        SmsGateway(gateway.url, 5.0, token)(MESSAGE)

    assert gateway.asked == []


def test_the_settings_choose(tmp_path: Path) -> None:
    def made(**sms: Any) -> object:
        return make_texter(make_settings(tmp_path, sms=sms).sms)

    assert made() is None
    assert made(folder="out") == SmsFolder(tmp_path / "out")
    assert made(gateway="https://sms.example/", folder="out") == SmsGateway(
        "https://sms.example/", 10.0
    )


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", NoticeKind)
def test_a_text_message_says_as_little_as_an_e_mail(
    kind: NoticeKind, language: str
) -> None:
    said = sms_text(kind).said(language)

    filled = said.format(
        service="Hôpital de démonstration", digits="654321", minutes=10
    )
    assert len(filled) <= 160
    assert "://" not in filled
    assert "{" not in filled
    for word in ("document", "message reçu", "résultat", "analyse", "mot de passe"):
        assert word not in filled.lower()


def test_a_number_that_is_refused_is_no_longer_proved(
    database: Database, tmp_path: Path
) -> None:
    settings = make_settings(tmp_path, sms={"folder": "sms"})
    profile_id = open_profile(database, email="")
    with database.write() as work:
        profile = Profiles(work).get(profile_id)
        assert profile is not None
        Profiles(work).set_telephone(profile, NUMBER)
        Ways(work).prove(profile_id, NUMBER)
    with database.write() as work:
        profile = Profiles(work).get(profile_id)
        assert profile is not None
        notice_id = Notices.of(work, settings).make(profile, NoticeKind.SHOWN)
    with database.read() as work:
        notice = get_notice(work, notice_id)
    assert notice is not None
    assert (notice.way, notice.to) == (NoticeWay.SMS, NUMBER)

    def refuse(_: Sms) -> None:
        raise InvalidError("the gateway refused the number")

    mail = ServiceMail(database.keys, "a@b.example", "S", lambda *_: None)
    step = Notifying(database, mail, refuse)
    job = step(Task(1, TaskKind.NOTIFY, notice_id, 0, database.clock()))
    with database.write() as work:
        job(work)

    with database.write() as work:
        assert not Ways(work).is_proved(profile)
        assert Notices.of(work, settings).make(profile, NoticeKind.SHOWN) == ""
