"""Oppositions to filing by page: asked back, kept with a reason, lifted in one step."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gateway.core.ins import Ins
from gateway.core.texts.history import CHANGE_TEXTS
from gateway.store.patients.decisions import Decisions, Opposition
from gateway.store.patients.profiles import Profiles
from gateway.web.patient.confidentiality import AccessChoice
from tests.builders_people import TEST_RANGE, matricule, open_profile
from tests.web.browsing import Browser, Reply, Site, blocking
from tests.web.mail import file, narrative
from tests.web.patient.test_confidentiality import changes, choose, send

PATH = "/confidentiality/oppose"
LIST = "/confidentiality/oppositions"
LETTER = "11490-0"
REASON = "Une raison <à moi>"


def oppose(browser: Browser, *fields: tuple[str, str]) -> Reply:
    return send(browser, PATH, *fields, ("reason", REASON), ("sure", "1"))


def standing(site: Site) -> list[tuple[str, str, str, str]]:
    with site.database.read() as work:
        found = Profiles(work).rights(site.patient).oppositions
    return [(one.kind, one.structure, one.type_code, one.unique_id) for one in found]


@blocking
def test_a_document_is_opposed_from_its_page_asked_back_and_lifted(site: Site) -> None:
    document = file(site.database, site.patient, narrative("x"), title="Lettre <1>")
    browser = site.signed_in()
    page = browser.get(f"/confidentiality/document/{document}").text
    assert f'href="{PATH}?document={document}"' in page
    form = browser.get(f"{PATH}?document={document}").text
    assert '<option value="this" selected>' in form
    assert "Lettre &lt;1&gt;" in form
    assert "Hôpital de démonstration" in form

    asked = send(
        browser, PATH, ("document", document), ("what", "this"), ("reason", REASON)
    )

    assert asked.status == 200
    assert "Vous opposez-vous\u00a0?" in asked.text
    assert "Une raison &lt;à moi&gt;" in asked.text
    assert changes(site) == []
    site.clock.advance(seconds=1)
    done = oppose(browser, ("document", document), ("what", "this"))
    assert done.location == f"{LIST}?done=opposed"
    with site.database.read() as work:
        filed = site.vault(work).get(document)
        fact = Profiles(work).changes(site.patient)[-1]
    assert filed is not None
    assert standing(site) == [("document", "", "", filed.unique_id)]
    assert (fact.what, fact.why, fact.about) == (
        "oppose-document",
        REASON,
        "Lettre <1>",
    )
    listed = browser.get(done.location).text
    assert "Le document «\u00a0Lettre &lt;1&gt;\u00a0»" in listed
    oppose(browser, ("document", document), ("what", "this"))
    assert changes(site) == ["oppose-document"]
    which = re.search(r'name="id" value="([0-9a-f]{32})"', listed)
    assert which is not None
    site.clock.advance(seconds=1)
    send(browser, f"{LIST}/lift", ("id", which.group(1)))
    assert standing(site) == []
    assert changes(site) == ["oppose-document", "withdraw-document"]
    again = send(browser, f"{LIST}/lift", ("id", which.group(1)))
    assert again.status == 303
    assert len(changes(site)) == 2
    history = browser.get("/history?what=settings").text
    assert "un document\u00a0: Lettre &lt;1&gt;" in history
    assert "Raison donnée\u00a0: Une raison &lt;à moi&gt;" in history


@pytest.mark.parametrize(
    ("what", "whom", "kept", "words"),
    [
        (LETTER, "", ("type", "", LETTER, ""), "d’où qu’il vienne"),
        (
            LETTER,
            "1",
            ("structure", "1", LETTER, ""),
            ", de Hôpital de démonstration",
        ),
        (
            "",
            "1",
            ("structure", "1", "", ""),
            "Tous les documents de Hôpital de démonstration",
        ),
    ],
)
@blocking
def test_a_type_and_a_place_are_opposed_alone_or_together(
    site: Site, what: str, whom: str, kept: Any, words: str
) -> None:
    file(site.database, site.patient, narrative("x"))
    browser = site.signed_in()

    done = oppose(browser, ("what", what), ("whom", whom))

    assert done.location == f"{LIST}?done=opposed"
    assert standing(site) == [kept]
    assert words in browser.get(LIST).text


@blocking
def test_nothing_is_opposed_without_a_reason_or_with_what_was_not_offered(
    site: Site,
) -> None:
    other = open_profile(site.database, ins=Ins.of(matricule(7), TEST_RANGE))
    foreign = file(site.database, other, narrative("x"))
    browser = site.signed_in()
    reason = ("reason", REASON)

    wrong = [
        send(browser, PATH, ("what", LETTER), ("reason", " "), ("sure", "1")),
        send(browser, PATH, ("what", LETTER), ("reason", "x" * 501)),
        send(browser, PATH, reason, ("sure", "1")),
    ]
    absent = [
        oppose(browser, ("what", "12345")),
        oppose(browser, ("whom", "1750000011")),
        oppose(browser, ("what", "this")),
        oppose(browser, ("document", foreign), ("what", "this")),
        browser.get(f"{PATH}?document={foreign}"),
        send(browser, f"{LIST}/lift", ("id", "0" * 32)),
    ]

    assert [one.status for one in wrong] == [422, 422, 422]
    assert "Écrivez votre motif" in wrong[0].text
    assert [one.status for one in absent] == [404] * len(absent)
    assert changes(site) == []


@pytest.mark.parametrize("site", [{"max_oppositions": 2}], indirect=True)
@blocking
def test_so_many_may_stand_and_no_more(site: Site) -> None:
    browser = site.signed_in()
    for code in (LETTER, "11488-4"):
        assert oppose(browser, ("what", code)).status == 303

    refused = oppose(browser, ("what", "11502-2"))

    assert refused.status == 422
    assert "Levez-en une" in refused.text
    assert len(standing(site)) == 2


@blocking
def test_what_the_service_wrote_down_is_listed_and_may_be_lifted(site: Site) -> None:
    said = Opposition(kind="structure", structure="1750000011", declared_by="operator")
    with site.database.write() as work:
        Decisions(work, "camille (support)").oppose(site.patient, said)
        Decisions(work).oppose(site.patient, Opposition(kind="reading"))
    browser = site.signed_in()

    page = browser.get(LIST).text

    assert "notée par le service à votre demande" in page
    ids = re.findall(r'name="id" value="([0-9a-f]{32})"', page)
    assert len(ids) == 1
    send(browser, f"{LIST}/lift", ("id", ids[0]))
    assert [one[0] for one in standing(site)] == ["reading"]


@blocking
def test_a_choice_is_undone_in_one_step_from_where_it_was_made(site: Site) -> None:
    browser = site.signed_in()
    choose(browser, "reading", "closed")

    page = browser.get("/confidentiality?done=reading").text

    assert '<input type="hidden" name="to" value="open">' in page
    site.clock.advance(seconds=1)
    send(browser, "/confidentiality/change", ("what", "reading"), ("to", "open"))
    assert changes(site) == ["oppose-reading", "withdraw-reading"]
    choose(browser, "masked", "open")
    choose(browser, "masked", "closed")
    grave = browser.get("/confidentiality?done=masked").text
    assert 'href="/confidentiality/change?what=masked&amp;to=open"' in grave
    assert 'name="to" value="open"' not in grave


def test_each_choice_and_opposition_has_words_of_its_own_in_the_history() -> None:
    kinds = ("document", "type", "structure", "reading", "mail", "mail-to-me")
    words = {f"{verb}-{kind}" for verb in ("oppose", "withdraw") for kind in kinds}
    words |= {"mask-all", "unmask-all", "mask", "unmask", "identity", "block"}
    emergency = (AccessChoice.REGULATOR, AccessChoice.OTHERS, AccessChoice.MASKED)
    words |= {f"emergency.{one.value}" for one in emergency}

    assert words <= set(CHANGE_TEXTS)
    assert len({one.fr for one in CHANGE_TEXTS.values()}) == len(CHANGE_TEXTS)
