"""Who sees what: each choice is changed by its page, told, and written down."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from attrs import evolve

from gateway.core.document import Visibility
from gateway.core.habilitation import column_texts, example_matrix
from gateway.core.ins import Ins
from gateway.dmp_bridge import masking
from gateway.store.habilitation.matrices import Matrices
from gateway.store.journal import Action, chain_of
from gateway.store.patients.profiles import Profiles
from tests.builders_directory import HOMONYMS, take_sample
from tests.builders_people import TEST_RANGE, matricule, open_profile
from tests.web.browsing import DOCTOR, HOUSE, Browser, Reply, Site, blocking, token_of
from tests.web.mail import file, narrative, receive

OTHER = matricule(7)


def send(browser: Browser, path: str, *fields: tuple[str, str]) -> Reply:
    token = ("token", token_of(browser.get("/confidentiality")))
    body = urlencode([token, *fields]).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return browser.request("POST", path, body, kind)


def choose(browser: Browser, what: str, to: str, sure: str = "1") -> Reply:
    fields = (("what", what), ("to", to), ("sure", sure))
    return send(browser, "/confidentiality/change", *fields)


def changes(site: Site) -> list[str]:
    with site.database.read() as work:
        found = Profiles(work).changes(site.patient)
    return [one.what for one in found if one.what != "account"]


def is_masked(site: Site, document: str) -> bool:
    with site.database.read() as work:
        found = site.vault(work).get(document)
        assert found is not None
        return Visibility.MASKED in found.visibility(work.now)


@pytest.mark.parametrize(
    ("what", "to", "recorded"),
    [
        ("samu", "closed", "emergency.samu"),
        ("other", "closed", "emergency.other"),
        ("masked", "open", "emergency.masked"),
        ("new", "closed", "mask-by-default"),
        ("all", "closed", "mask-all"),
        ("reading", "closed", "oppose-reading"),
        ("mail", "closed", "oppose-mail"),
        ("mail-to-me", "closed", "oppose-mail-to-me"),
    ],
)
@blocking
def test_a_choice_is_made_undone_and_written_down_once_each(
    site: Site, what: str, to: str, recorded: str
) -> None:
    browser = site.signed_in()
    back = "open" if to == "closed" else "closed"

    page = browser.get(f"/confidentiality/change?what={what}&to={to}")
    assert page.status == 200
    site.clock.advance(seconds=1)
    done = choose(browser, what, to)
    assert done.location == f"/confidentiality?done={what}"
    assert choose(browser, what, to).status == 303
    assert "Réglages" in browser.get(done.location).text
    assert changes(site) == [recorded]
    site.clock.advance(seconds=1)
    choose(browser, what, back)

    assert len(changes(site)) == 2


@pytest.mark.parametrize(
    ("what", "to"),
    [("samu", "closed"), ("other", "closed"), ("masked", "open")],
)
@blocking
def test_what_may_harm_in_an_emergency_must_be_understood_first(
    site: Site, what: str, to: str
) -> None:
    browser = site.signed_in()

    asked = choose(browser, what, to, sure="")

    assert asked.status == 422
    assert "Cochez la case" in asked.text
    assert changes(site) == []


@blocking
def test_a_document_is_masked_and_shown_and_its_page_says_who_sees_it(
    site: Site,
) -> None:
    document = file(site.database, site.patient, narrative("x"), title="Lettre")
    path, browser = f"/confidentiality/document/{document}", site.signed_in()
    assert f'href="{path}"' in browser.get(f"/documents/{document}").text

    before = browser.get(path)
    assert "Médecins" in before.text
    assert "<b>change</b>" in before.text
    done = send(browser, path, ("to", "masked"))

    assert done.location == f"{path}?done=1"
    assert is_masked(site, document)
    assert "avec toutes ses versions" in browser.get(done.location).text
    assert browser.get(f"{path}?if=reading").status == 200
    send(browser, path, ("to", "shown"))
    assert not is_masked(site, document)


@blocking
def test_several_are_masked_together(site: Site) -> None:
    ids = [file(site.database, site.patient, narrative("x")) for _ in range(3)]
    path, browser = "/confidentiality/documents", site.signed_in()

    done = send(
        browser, path, ("to", "masked"), ("document", ids[0]), ("document", ids[2])
    )

    assert done.location == f"{path}?done=masked"
    assert [is_masked(site, one) for one in ids] == [True, False, True]
    assert send(browser, path, ("to", "masked")).location == f"{path}?done=none"


@blocking
def test_masking_everything_says_that_it_goes_on_until_it_is_done(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(masking, "BATCH", 2)
    for _ in range(3):
        file(site.database, site.patient, narrative("x"))
    browser = site.signed_in()

    choose(browser, "all", "closed")

    page = browser.get("/confidentiality").text
    assert "En cours" in page
    assert "2 documents traités" in page


@blocking
def test_an_author_is_blocked_from_a_document_and_unblocked(site: Site) -> None:
    document = file(site.database, site.patient, narrative("x"))
    browser = site.signed_in()
    page = browser.get(f"/confidentiality/block?document={document}").text
    assert "Dr CLAIRE MARTIN" in page
    assert "tout le lieu" in page

    source = ("document", document)
    done = send(
        browser, "/confidentiality/block", source, ("who", "801234567897"),
        ("who", "invented"),
    )  # fmt: skip

    assert done.location == "/confidentiality?done=block"
    with site.database.read() as work:
        assert Profiles(work).rights(site.patient).blocked == {"801234567897"}
    listed = browser.get("/confidentiality").text
    assert "bloqué depuis le" in listed
    assert "1 bloqué" in listed
    send(browser, "/confidentiality/unblock", ("who", "801234567897"))
    with site.database.read() as work:
        assert not Profiles(work).rights(site.patient).blocked
    gone = send(browser, "/confidentiality/unblock", ("who", "801234567897"))
    assert gone.status == 404


@blocking
def test_who_wrote_is_blocked_from_the_conversation_or_by_name(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    page = browser.get("/inbox").text
    conversation = page.split('href="/conversation/')[1][:32]

    link = f'href="/confidentiality/block?conversation={conversation}"'
    assert link in browser.get(f"/conversation/{conversation}").text
    for path in (f"?conversation={conversation}", ""):
        found = browser.get(f"/confidentiality/block{path}")
        assert f'value="{DOCTOR}"' in found.text
    nobody = send(browser, "/confidentiality/block", ("conversation", conversation))
    assert nobody.status == 422
    source = ("conversation", conversation)
    send(browser, "/confidentiality/block", source, ("who", DOCTOR))

    with site.database.read() as work:
        assert Profiles(work).rights(site.patient).blocked == {DOCTOR}


@blocking
def test_somebody_of_the_national_directory_is_blocked_by_name(site: Site) -> None:
    """Homonyms are told apart; the list of blocks names whom it has."""
    take_sample(site.database)
    browser, asked = site.signed_in(), ("name", "martin jeanne")

    found = browser.get("/confidentiality/block?name=martin+jeanne").text
    send(browser, "/confidentiality/block", asked, ("who", HOMONYMS[1]))

    assert found.count("<b>Jeanne MARTIN</b>") == 2
    assert "Seuls les premiers" not in found
    for about in ("Masseur-Kinésithérapeute, Cabinet des sports", "Médecin, "):
        assert f'<span class="hint" lang="fr">{about}' in found
    with site.database.read() as work:
        assert Profiles(work).rights(site.patient).blocked == {HOMONYMS[1]}
    assert "Jeanne MARTIN" in browser.get("/confidentiality").text


@pytest.mark.parametrize("site", [{"max_blocks": 1}], indirect=True)
@blocking
def test_so_many_are_blocked_and_no_more(site: Site) -> None:
    document = file(site.database, site.patient, narrative("x"))
    path, browser = "/confidentiality/block", site.signed_in()
    source, doctor = ("document", document), ("who", "801234567897")
    send(browser, path, source, doctor)

    refused = send(browser, path, source, doctor, ("who", "1"))

    assert refused.status == 422
    assert "Débloquez-en un" in refused.text
    assert send(browser, path, source, doctor).status == 303
    assert changes(site) == ["block"]


@blocking
def test_what_is_another_patients_is_not_there(site: Site) -> None:
    other = open_profile(site.database, ins=Ins.of(OTHER, TEST_RANGE))
    foreign = file(site.database, other, narrative("x"))
    browser = site.signed_in()

    for one in (foreign, "0" * 32):
        path = f"/confidentiality/document/{one}"
        ticked = [("to", "masked"), ("document", one)]
        answers = [
            browser.get(path),
            send(browser, path, ("to", "masked")),
            send(browser, "/confidentiality/documents", *ticked),
            browser.get(f"/confidentiality/block?document={one}"),
            browser.get(f"/confidentiality/block?conversation={one}"),
            send(browser, "/confidentiality/block", ("document", one), ("who", "x")),
        ]
        assert [answer.status for answer in answers] == [404] * len(answers)
    assert choose(browser, "nothing", "open").status == 404
    assert browser.get("/confidentiality/change?what=x").status == 404
    assert not is_masked(site, foreign)


@blocking
def test_the_pages_are_for_who_signed_in_and_the_matrix_for_everyone(
    site: Site,
) -> None:
    nobody = site.browser()

    for path in (
        "",
        "/change?what=new",
        "/documents",
        "/block",
        f"/document/{'0' * 32}",
    ):
        answer = nobody.get(f"/confidentiality{path}")
        assert answer.location.startswith("/sign-in")
    page = nobody.get("/matrix").text
    assert "exemple inventé" in page
    assert all(
        one.french.split(",")[0] in page
        for one in column_texts().values()
        if "'" not in one.french
    )
    with site.database.write() as work:
        rows = example_matrix().rows[:2]
        Matrices(work).add("2026-01", date(2026, 1, 1), rows, by="test")
    one = nobody.get("/matrix?who=infirmier", **{"Accept-Language": "en"}).text
    assert "Nurses" in one
    assert "Version 2026-01" in one
    assert "invented" not in one


@blocking
def test_somebody_never_met_is_blocked_by_name_or_by_a_trusted_address(
    site: Site,
) -> None:
    path, browser = "/confidentiality/block", site.signed_in()

    found = browser.get(f"{path}?name=CARDIO").text
    typed = browser.get(f"{path}?name=dr.new%40peer.mssante.test").text
    nobody = browser.get(f"{path}?name=dr.new%40elsewhere.example").text
    done = send(browser, path, ("name", "CARDIO"), ("who", HOUSE))
    wrong = send(browser, path, ("name", "CARDIO"), ("who", DOCTOR))

    assert f'value="{HOUSE}"' in found
    assert "tout le lieu" in found
    assert 'value="dr.new@peer.mssante.test"' in typed
    assert "Personne de ce nom" in nobody
    assert (done.location, wrong.status) == ("/confidentiality?done=block", 422)
    with site.database.read() as work:
        assert Profiles(work).rights(site.patient).blocked == {HOUSE}


@blocking
def test_who_is_named_in_the_history_is_blocked_from_there(site: Site) -> None:
    document = file(site.database, site.patient, narrative("x"))
    with site.database.write() as work:
        chain = chain_of(site.patient)
        work.note(Action.DOCUMENT_FILED, "FILED", document, chain=chain)
    path, browser = "/confidentiality/block", site.signed_in()
    line = re.search(rf"{path}\?line=(\d+)", browser.get("/history").text)
    assert line is not None
    assert "Dr CLAIRE MARTIN" in browser.get(line.group(0)).text

    send(browser, path, ("line", line.group(1)), ("who", "801234567897"))

    with site.database.read() as work:
        assert Profiles(work).rights(site.patient).blocked == {"801234567897"}
    assert browser.get(f"{path}?line=999").status == 404


@pytest.mark.parametrize(
    ("filing", "reading", "words"),
    [
        ({}, {}, "ni vous écrire ici, ni lire votre dossier"),
        ({"blocked_may_file": True}, {}, "laisse encore ajouter des documents"),
        ({"blocked_may_write": True}, {}, "laisse encore vous écrire."),
        (
            {"blocked_may_file": True, "blocked_may_write": True},
            {"blocked_in_emergency": True},
            "vous écrire et ajouter des documents. S’ils déclarent une urgence",
        ),
    ],
)
@blocking
def test_what_a_block_closes_is_said_as_the_operator_has_it(
    site: Site, filing: dict[str, Any], reading: dict[str, Any], words: str
) -> None:
    settings = evolve(
        site.settings,
        filing=evolve(site.settings.filing, **filing),
        reading=evolve(site.settings.reading, **reading),
    )
    object.__setattr__(site.desk, "settings", settings)
    browser = site.signed_in()

    for path in ("", "?done=block", "/block"):
        assert words in browser.get(f"/confidentiality{path}").text
