"""What to say to patients of the filing, and a poster: where professionals look."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from gateway.core.notices import NoticeFamily, NoticeWhen
from gateway.core.texts.informing import POSTER, TEXTS
from gateway.dmp_bridge.filing.announcing import Disclosing
from gateway.node.vaults import open_vaults
from gateway.store.base.work import Job
from gateway.store.patients.daily_email import Digesting
from gateway.store.patients.notice_choices import NoticeChoices
from gateway.store.patients.profiles import Profiles
from gateway.store.tasks.tasks import Task, TaskKind
from tests.builders_people import open_profile
from tests.mssante.sending.test_planted_secrets import leave
from tests.web.browsing import blocking
from tests.web.professional.browsing import CARE, ProSite
from tests.web.professional.mailing import work_off
from tests.web.professional.test_filing import file


@blocking
def test_the_texts_name_where_one_works_and_stand_beside_the_tick(
    pages: ProSite,
) -> None:
    doctor, anybody = pages.sign_in(CARE), pages.browser("")

    own, plain = (one.get("/informing").text for one in (doctor, anybody))

    assert 'href="/informing"' in doctor.get("/file").text
    assert 'href="/informing"' in anybody.get("/help").text
    assert own.count('<section class="sheet pad near flow"') == len(TEXTS)
    assert CARE.place in own
    assert CARE.place not in plain
    assert "notre équipe" in plain
    for page in (own, plain):
        assert "une affiche seule ne suffit pas" in page.lower()
        assert page.count("il ne remplace pas l’information due avant") == 3
        assert not re.search(r"\{(structure|service|url)\}", page)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "Ce rappel ne remplace pas ce que doit vous dire, avant ou pendant vos"),
        ("en", "This reminder does not replace what the team that cares for you has"),
    ],
)
@pytest.mark.parametrize("when", [NoticeWhen.ONCE, NoticeWhen.DAILY])
@blocking
def test_the_email_of_a_document_is_a_reminder_and_says_so(
    pages: ProSite, when: NoticeWhen, language: str, said: str
) -> None:
    patient = open_profile(pages.database)
    with pages.database.write() as work:
        Profiles(work).change(patient, "language", language=language)
        NoticeChoices(work, patient).choose(NoticeFamily.DOCUMENT, when)
    file(pages.sign_in(CARE), informed="1")
    work_off(pages)

    settings, vaults = pages.settings, open_vaults(pages.database)
    run(pages, TaskKind.DISCLOSE, Disclosing(settings, vaults))
    pages.clock.advance(days=1)
    run(pages, TaskKind.DIGEST, Digesting(settings))
    (mail,) = leave(pages.database, settings)

    assert said in " ".join(mail.get_content().split())


def run(pages: ProSite, kind: TaskKind, step: Callable[[Task], Job]) -> None:
    """Do what waits of a kind, as workers do."""
    with pages.database.write() as work:
        tasks = work.tasks.claim("test", [kind], 10, timedelta(minutes=1))
        for task in tasks:
            step(task)(work)
            assert work.tasks.finish(task, "test")


@blocking
def test_the_poster_is_given_in_both_sizes(pages: ProSite) -> None:
    browser = pages.sign_in(CARE)

    small = browser.get("/informing/poster").body
    large = browser.get("/informing/poster?large=1").body

    assert re.search(rb"/MediaBox \[ 0 0 595", small)
    assert re.search(rb"/MediaBox \[ 0 0 841", large)
    assert "ne remplace pas" in POSTER.lead
