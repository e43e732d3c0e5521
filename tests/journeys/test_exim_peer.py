"""Exim as another operator: it takes a message, then bounces it from its host."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attrs import frozen

from tests.journeys.clients import DOCTOR, mail_of, report_type
from tests.journeys.exim import Exim, exim
from tests.journeys.running import Gateway, eventually

pytestmark = pytest.mark.journey

LOST = "perdu@peer.mssante.test"


@frozen
class Both:
    """The two operators, each knowing where the other is."""

    ours: Gateway
    theirs: Exim


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    ours = Gateway.make(tmp_path_factory.mktemp("operators") / "gateway")
    with exim(ours.certs, ours.settings.listen.smtp) as theirs:
        route = {"peer.mssante.test": f"localhost:{theirs.port}"}
        ours.configure(outgoing={"routes": route})
        ours.start()
        try:
            yield Both(ours, theirs)
        finally:
            ours.stop()


def test_what_exim_took_and_could_not_deliver_returns_to_the_doctor(
    both: Both,
) -> None:
    told = len(mail_of(both.ours, DOCTOR))

    message_id = both.ours.send("--as", "doctor", "--to", LOST, "--text", "Bonjour.")

    eventually(lambda: len(mail_of(both.ours, DOCTOR)) > told, seconds=60)
    (bounce,) = mail_of(both.ours, DOCTOR)[told:]
    assert bounce["From"] == (
        "Mail Delivery System <Mailer-Daemon@smtp.peer.mssante.test>"
    )
    assert bounce["Return-Path"] in (None, "<>")
    assert report_type(bounce) == "delivery-status"
    both.ours.settle()
    (recipient,) = both.ours.story(message_id)["recipients"]
    assert (recipient["outcome"], recipient["reasons"]) == (
        "BOUNCED",
        ["REPORTED_BY_PEER"],
    )
