"""HL7 times: what is read, with which zone, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.documents.times import from_utc_digits, read_time, to_utc_digits
from gateway.errors import InvalidError

READ = [
    ("20191203133000+0100", "20191203123000"),
    ("20191203133000-0530", "20191203190000"),
    ("20191203133000+01", "20191203123000"),
    ("20191203133000.123+0100", "20191203123000"),
    ("20191203133000+0000", "20191203133000"),
    ("201907011649+0100", "20190701154900"),
    ("2019070116+0200", "20190701140000"),
    ("20190701", "20190630220000"),
    ("201901", "20181231230000"),
    ("2019", "20181231230000"),
    ("20190701120000", "20190701100000"),
    # the hour that comes twice when summer time ends: the first one is meant
    ("20261025023000", "20261025003000"),
]


@pytest.mark.parametrize(("text", "utc"), READ)
def test_a_time_is_read(text: str, utc: str) -> None:
    moment = read_time(text)

    assert moment.utcoffset() is not None
    assert to_utc_digits(moment) == utc


@pytest.mark.parametrize(
    "text",
    [
        "",
        "19",
        "201",
        "20191",
        "20191303",
        "20190230",
        "2019070125",
        "201907011261",
        "20190701120060",
        "20190701120000+2460",
        "20190701120000+9900",
        "20190701120000Z",
        "2019-07-01",
        "0001",
        "9999",
        "99991231235959-1200",
        " 2019",
        "2019\n",
        "٢٠١٩",
        "20190701120000.",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        read_time(text)


MOMENTS = st.datetimes(
    min_value=datetime(1800, 1, 1),  # noqa: DTZ001 (the strategy adds the zone)
    max_value=datetime(2199, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(microsecond=0))


@given(MOMENTS)
def test_utc_digits_are_read_back(moment: datetime) -> None:
    assert from_utc_digits(to_utc_digits(moment)) == moment


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_refused(text: str) -> None:
    for read in (read_time, from_utc_digits):
        try:
            moment = read(text)
        except InvalidError:
            continue
        assert to_utc_digits(moment).isdigit()
