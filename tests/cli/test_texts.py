"""What professionals tell patients of the filing: whole texts, a poster of a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.cli import texts
from gateway.cli.texts import poster_of
from gateway.core.informing import InformedBy
from gateway.core.texts.informing import POSTER, TEXTS
from gateway.documents.printed_page import print_page
from tests.builders_settings import make_settings
from tests.cli.conftest import Run


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_printed_whole_and_the_advice_beside_it(
    name: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(texts, name, "--structure", "Clinique {des} Lilas") == 0

    out, err = capsys.readouterr()
    if "{structure}" in "".join(TEXTS[name].lines):
        assert "Clinique {des} Lilas" in out
    assert not any(f"{{{place}}}" in out for place in ("structure", "service", "url"))
    assert TEXTS[name].advice in err
    channel = TEXTS[name].channel
    assert ("à déclarer" in err) is (channel is not None)
    assert channel is None or channel.value in err


def test_a_reminder_says_that_it_does_not_replace_and_declares_nothing() -> None:
    for name in ("email", "foot", "results"):
        assert "ne remplace pas" in TEXTS[name].advice
        assert TEXTS[name].channel is None
    assert InformedBy.POSTER not in {one.channel for one in TEXTS.values()}


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("structure", ["notre équipe", "Centre hospitalier " * 8])
def test_the_poster_is_one_page_and_says_that_it_is_not_enough(
    tmp_path: Path, structure: str, large: bool
) -> None:
    page = poster_of(make_settings(tmp_path), structure, large=large)

    pdf = print_page(page)

    assert re.findall(rb"/Count (\d+)", pdf) == [b"1"]
    width = b"841" if large else b"595"
    assert re.search(rb"/MediaBox \[ 0 0 " + width, pdf)
    assert "ne remplace pas" in POSTER.lead


def test_the_poster_is_given_on_standard_output(
    run: Run, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(texts, "poster") == 0

    assert capfdbinary.readouterr().out.startswith(b"%PDF-")
