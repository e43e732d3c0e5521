"""The outbox keeps notices for days, and touches no file that is not one of its own."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.errors import MisuseError, UnavailableError
from gateway.mssante.sending.email import Email
from gateway.mssante.sending.outbox import Outbox
from tests.builders_settings import make_settings

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
KEPT = timedelta(days=7)


def put(file: Path, age: timedelta) -> None:
    file.write_bytes(b"Subject: Votre code\r\n\r\n123456")
    then = (NOW - age).timestamp()
    os.utime(file, (then, then))


@pytest.mark.parametrize(
    ("age", "stays"),
    [
        (KEPT, True),
        (KEPT + timedelta(seconds=1), False),
        (timedelta(0), True),
        (-KEPT, True),
    ],
)
def test_a_notice_goes_once_its_days_are_over(
    tmp_path: Path, age: timedelta, stays: bool
) -> None:
    for ending in ("eml", "part"):
        put(tmp_path / f"{'a' * 32}.{ending}", age)

    count = Outbox(tmp_path).tidy(NOW, KEPT)

    assert count == (0 if stays else 2)
    assert len(list(tmp_path.iterdir())) == (2 if stays else 0)


def test_what_is_no_notice_stays(tmp_path: Path) -> None:
    old = timedelta(days=400)
    for name in ("letter.eml", f"{'a' * 32}.txt", f"{'A' * 32}.eml"):
        put(tmp_path / name, old)
    (tmp_path / f"{'b' * 32}.eml").mkdir()
    os.utime(tmp_path / f"{'b' * 32}.eml", (0, 0))

    assert Outbox(tmp_path).tidy(NOW, KEPT) == 0
    assert len(list(tmp_path.iterdir())) == 4


def test_a_file_just_written_is_of_today(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    outbox("c" * 32, Email("a@b.example", "c@d.example", b"x"))

    assert outbox.tidy(datetime.now(UTC), timedelta(days=1)) == 0
    assert outbox.tidy(datetime.now(UTC) + timedelta(days=2), timedelta(days=1)) == 1


def test_without_its_folder_there_is_nothing_to_tidy(tmp_path: Path) -> None:
    assert Outbox(tmp_path / "none").tidy(NOW, KEPT) == 0
    (tmp_path / "file").touch()
    with pytest.raises(UnavailableError):
        Outbox(tmp_path / "file").tidy(NOW, KEPT)


def test_a_notice_is_kept_for_a_day_at_least() -> None:
    with pytest.raises(MisuseError, match="outbox_days"):
        make_settings(outgoing={"outbox_days": 0})

    assert make_settings(outgoing={"outbox_days": 1}).outgoing.outbox_days == 1
    assert make_settings().outgoing.outbox_days == 7
