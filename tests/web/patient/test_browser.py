"""The pages in a real browser: the whole way without scripts, and axe on each page."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.core.copies import Copy
from gateway.core.document import Visibility
from gateway.core.envelope import Door
from gateway.message.building import OutgoingPart
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.values import MayReply
from gateway.store.tables import arrivals
from tests.browser import CHROMIUM_FLAGS, NO_CHROMIUM, find_chromium
from tests.printed_sheets import PrintedSheets
from tests.web.browsing import HOUSE, LOGIN, PASSWORD, Browser, Site, blocking
from tests.web.forced_colours import lost_in_forced_colours
from tests.web.mail import PDF, PNG, carried, file, narrative, receive

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is absent")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe absent")

CHROMIUM = find_chromium()
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PHOTO = (Path(__file__).parents[2] / "samples" / "photo.jpg").read_bytes()
SHOTS = os.environ.get("GATEWAY_SCREENSHOTS", "")
"""A folder to leave pictures of every page in, for people to look at."""

pytestmark = pytest.mark.skipif(not CHROMIUM, reason=NO_CHROMIUM)
TABLE = (
    "<paragraph>Séjour sans complication.</paragraph><table><thead><tr><th>Examen</th>"
    "<th>Résultat</th></tr></thead><tbody><tr><td>Tension</td><td>12/8</td></tr></tbody>"
    "</table><list><item>Repos</item><item>Marche</item></list>"
)


def furnish(site: Site) -> list[str]:
    """Put mail and documents of every kind in; return the documents' addresses."""
    database, patient = site.database, site.patient
    arrival_id = receive(database, patient, outcome="FILED")
    documents = [
        file(database, patient, narrative(TABLE), arrival_id=arrival_id),
        file(database, patient, carried("application/pdf", PDF), title="Radiographie"),
        file(
            database,
            patient,
            carried("image/jpeg", PHOTO),
            title="Photo",
            flags=frozenset({Visibility.MASKED}),
        ),
        file(
            database, patient, carried("text/plain", b"Rien a signaler"), title="Note"
        ),
        file(database, patient, carried("text/rtf", b"{\\rtf1 x}"), title="Courrier"),
        file(database, patient, carried("image/png", PNG), title="Illisible"),
    ]
    site.clock.advance(minutes=5)
    receive(
        database,
        patient,
        sender=HOUSE,
        name="Service de cardiologie",
        kind="ORG",
        subject="Votre rendez-vous",
        text="Rendez-vous le 12 décembre à 10 h 30.",
        files=[
            OutgoingPart(
                media_type="application/pdf", content=PDF, name="plan d'accès.pdf"
            )
        ],
    )
    site.clock.advance(minutes=5)
    receive(
        database,
        patient,
        sender="robot@labo.mssante.test",
        name="Laboratoire",
        kind="APP",
        subject="Résultats disponibles",
        reply=MayReply.NO_REPLY,
    )
    return [f"/documents/{one}" for one in documents]


def lose_answers(site: Site) -> None:
    """Let what the patient sent so far come back."""
    with site.database.write() as work:
        rows = work.connection.execute(
            arrivals.select().where(arrivals.c.door == Door.WEB.value)
        ).all()
        for row in rows:
            Arrivals(work).decide_recipient(row.id, 0, Copy.EXPIRED, ())


@contextmanager
def opened(
    site: Site, viewport: dict[str, int], *, scripts: bool, theme: str = "light"
) -> Iterator[Visitor]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        context = browser.new_context(
            viewport=viewport,
            ignore_https_errors=True,
            locale="fr-FR",
            color_scheme=theme,
            java_script_enabled=scripts,
            bypass_csp=scripts,  # only so that axe can be put into the page
        )
        yield Visitor(context.new_page(), site, viewport, theme, scripts=scripts)
        browser.close()


class Visitor:
    """Someone at a browser."""

    def __init__(
        self,
        page: Any,
        site: Site,
        viewport: dict[str, int],
        theme: str,
        *,
        scripts: bool,
    ) -> None:
        self.page = page
        self.site = site
        self._viewport = viewport
        self._width = viewport["width"]
        self._theme = theme
        self._scripts = scripts
        self._seen = 0

    def go(self, path: str) -> None:
        self.page.goto(f"https://127.0.0.1:{self.site.port}{path}")

    def sign_in_as(self, somebody: Browser) -> None:
        """Go on with the session of another browser, and with that alone."""
        cookie = somebody.cookies["__Host-session"]
        where = {"url": f"https://127.0.0.1:{self.site.port}", "secure": True}
        self.page.context.clear_cookies()
        self.page.context.add_cookies(
            [{"name": "__Host-session", "value": cookie, **where}]
        )

    def look_at(self, where: str, name: str) -> None:
        """Go to a page that is there, and see that it fits."""
        url = f"https://127.0.0.1:{self.site.port}{where}"
        answer = self.page.goto(url)
        assert (answer.status, self.page.url) == (200, url), name
        self.fits(name)
        if SHOTS:
            self._leave_pictures(name)

    def fits(self, name: str) -> None:
        """
        Check the page on the narrowest screen, with large letters, on paper, and in
        the system's colours.

        At 320 pixels nothing goes sideways, letters twice as large included (WCAG
        1.4.10, 1.4.4). On a sheet of A4 nothing is wider than it, and what can only be
        pressed is left out. In forced colours every field, button and icon is seen.
        """
        page = self.page
        page.set_viewport_size(NARROW)
        for size in ("", "200%"):
            found = page.evaluate(_WIDTH, size)
            if found[0] > NARROW["width"]:
                raise AssertionError((name, size, page.evaluate(_BEYOND)))
        page.evaluate(_WIDTH, "")
        page.emulate_media(media="print")
        page.set_viewport_size({"width": SHEET, "height": 900})
        wide, pressed = page.evaluate(_WIDTH, "")
        assert wide <= SHEET, (name, page.evaluate(_BEYOND))
        assert not pressed, (name, pressed)
        page.emulate_media(media="null")
        page.set_viewport_size(self._viewport)
        lost = lost_in_forced_colours(page)
        assert not lost, (name, lost)

    def _leave_pictures(self, name: str) -> None:
        page, self._seen = self.page, self._seen + 1
        said = f"{self._seen:03d}-{re.sub('[^a-z-]+', '_', name)}"
        for width, theme in ((1280, "light"), (390, "dark"), (320, "light")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            shot = Path(SHOTS) / f"{said}-{width}-{theme}.png"
            page.screenshot(path=str(shot), full_page=True)
        page.emulate_media(color_scheme=self._theme)
        page.set_viewport_size(self._viewport)
        page.pdf(path=str(Path(SHOTS) / f"{said}.pdf"), prefer_css_page_size=True)

    def look(self, name: str) -> None:
        """
        Check the page as it is: axe, no sideways scrolling; take a picture.

        Of the other theme, which changes colours alone, contrasts are looked at. At a
        desk the page is looked at narrow and on paper too: the same on any screen.
        """
        page = self.page
        if self._scripts:
            found = axe.Axe().run(page)
            assert found.violations_count == 0, f"{name}: {found.generate_report()}"
            other = "light" if self._theme == "dark" else "dark"
            page.emulate_media(color_scheme=other, reduced_motion="reduce")
            found = axe.Axe().run(page, options={"runOnly": ["color-contrast"]})
            assert found.violations_count == 0, f"{other}: {found.generate_report()}"
            page.emulate_media(color_scheme=self._theme)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= self._width, f"{name}: scrolls sideways"
            if self._viewport == DESK:
                self.fits(name)
        if SHOTS:
            self._seen += 1
            shot = f"{self._theme}-{self._width}-{self._seen:02d}-{name}.png"
            page.screenshot(path=str(Path(SHOTS) / shot), full_page=True)


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [(DESK, "light"), (PHONE, "dark")],
    ids=["desk", "phone"],
)
@blocking
def test_axe_finds_nothing_on_any_page(
    site: Site, viewport: dict[str, int], theme: str
) -> None:
    documents = furnish(site)
    with opened(site, viewport, scripts=True, theme=theme) as visitor:
        page = visitor.page
        visitor.go("/")
        visitor.look("sign-in")
        page.locator("main form").evaluate("form => form.noValidate = true")
        page.click("text=Continuer")
        visitor.look("sign-in-missing")
        page.fill("#login", LOGIN)
        page.fill("#password", PASSWORD)
        page.click("text=Continuer")
        visitor.look("code")
        page.fill("#code", "000000" if site.last_code() != "000000" else "000001")
        page.click("text=Ouvrir mon espace")
        visitor.look("code-wrong")
        page.fill("#code", site.last_code())
        page.click("text=Ouvrir mon espace")
        visitor.look("home")
        visitor.go("/inbox")
        visitor.look("inbox")
        page.fill("#words", "cardiologie rendez")
        page.click("text=Correspondant, période")
        visitor.look("inbox-choices")
        page.press("#words", "Enter")
        assert "Trouvé dans 1 conversation" in page.content()
        visitor.look("inbox-found")
        visitor.go("/inbox?show=sent")
        visitor.look("inbox-nothing")
        visitor.go("/inbox")
        page.click("a:has-text('Dr Claire MARTIN')")
        visitor.look("conversation")
        page.click("text=Joindre des documents")
        page.fill("#text", "Bonjour docteur")
        page.set_input_files(
            "#files",
            {"name": "a.exe", "mimeType": "application/pdf", "buffer": b"MZ"},
        )
        page.click("button:text('Envoyer')")
        visitor.look("conversation-problem")
        page.fill("#text", "Merci, je vais mieux.")
        page.click("button:text('Envoyer')")
        visitor.look("conversation-sent")
        lose_answers(site)
        visitor.go("/home")
        visitor.look("home-lost")
        visitor.go("/inbox")
        visitor.look("inbox-lost")
        page.click("a:has-text('Dr Claire MARTIN')")
        visitor.look("conversation-lost")
        page.click("text=Supprimer cette conversation")
        visitor.look("delete")
        for name in ("Service de cardiologie", "Laboratoire"):
            visitor.go("/inbox")
            page.click(f"a:has-text('{name}')")
            visitor.look("conversation-other")
        visitor.go("/inbox")
        page.click("a:has-text('Service de cardiologie')")
        page.click("text=Garder dans mes documents")
        visitor.look("keep")
        page.fill("#title", " ")
        page.click("button:has-text('Garder')")
        visitor.look("keep-problem")
        page.fill("#title", "Plan d'accès")
        page.click("button:has-text('Garder')")
        visitor.look("kept")
        page.click("text=Voir le document")
        assert "Déposé par vous" in page.content()
        visitor.look("own-document")
        with site.database.write() as work:
            Inbox(work).end_conversations(site.patient, HOUSE)
        visitor.go("/inbox")
        page.click("a:has-text('Service de cardiologie')")
        visitor.look("conversation-ended")
        visitor.go("/inbox/new")
        visitor.look("new")
        visitor.go("/documents")
        visitor.look("documents")
        for document in documents:
            visitor.go(document)
            visitor.look("document")
        visitor.go("/help")
        visitor.look("help")
        page.click("details.menu > summary")
        visitor.look("menu")
        page.click("text=English")
        visitor.look("help-english")
        for path in ("legal", "privacy", "accessibility", "site-map"):
            visitor.go(f"/{path}")
            visitor.look(path)
        visitor.go("/nothing")
        visitor.look("not-found")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@blocking
def test_the_whole_way_works_without_scripts(
    site: Site, viewport: dict[str, int]
) -> None:
    furnish(site)
    with opened(site, viewport, scripts=False) as visitor:
        page = visitor.page
        visitor.go("/")
        page.fill("#login", LOGIN)
        page.fill("#password", PASSWORD)
        page.click("text=Continuer")
        page.fill("#code", site.last_code())
        page.click("text=Ouvrir mon espace")
        page.click("main >> a:has-text('Dr Claire MARTIN')")
        page.click("text=Lettre de liaison à la sortie")
        assert "Séjour sans complication" in page.content()
        page.go_back()
        page.fill("#text", "Merci, je vais mieux.")
        page.set_input_files(
            "#files", {"name": "photo.png", "mimeType": "image/png", "buffer": PNG}
        )
        page.click("button:text('Envoyer')")

        assert "Votre message est envoyé." in page.content()
        assert "photo.png" in page.content()
        page.click("details.menu > summary")
        page.click("text=Se déconnecter")
        assert "Vous avez quitté votre espace." in page.content()
        page.go_back()
        page.reload()
        assert "je vais mieux" not in page.content()


@blocking
def test_the_pages_load_nothing_the_policy_forbids(site: Site) -> None:
    documents = furnish(site)
    with opened(site, DESK, scripts=False) as visitor:
        page = visitor.page
        foreign: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: foreign.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        visitor.go("/")
        page.fill("#login", LOGIN)
        page.fill("#password", PASSWORD)
        page.click("text=Continuer")
        page.fill("#code", site.last_code())
        page.click("text=Ouvrir mon espace")
        for path in (
            "/home",
            "/inbox",
            "/inbox/new",
            "/documents",
            *documents,
            "/help",
        ):
            visitor.go(path)

    base = f"https://127.0.0.1:{site.port}/"
    assert [url for url in foreign if not url.startswith((base, "chrome"))] == []
    assert [text for text in said if "Content Security Policy" in text] == []


@blocking
def test_everything_can_be_reached_and_seen_by_keyboard(site: Site) -> None:
    furnish(site)
    with opened(site, DESK, scripts=True) as visitor:
        page = visitor.page
        visitor.go("/sign-in")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.locator(".skip").bounding_box()["x"] >= 0
        reached = set()
        for _ in range(12):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("document.activeElement.id"))
            style = page.evaluate(
                "getComputedStyle(document.activeElement).outlineStyle"
            )
            at_end = page.evaluate("document.activeElement === document.body")
            assert at_end or style != "none"
        assert {"login", "password"} <= reached


def wide_table(columns: int) -> str:
    """Return a narrative with a table of dosages, of so many columns."""
    heads = "".join(f"<th>Prise {n}</th>" for n in range(columns))
    cells = "".join(
        f"<td>METFORMINE {n}000 mg comprimé pelliculé</td>" for n in range(columns)
    )
    rows = f"<tr>{cells}</tr>" * 3
    return (
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        "<paragraph>Fin du traitement.</paragraph>"
    )


@pytest.mark.parametrize("columns", [2, 5, 12])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@blocking
def test_a_wide_table_scrolls_by_itself_and_is_never_cut(
    site: Site, viewport: dict[str, int], columns: int
) -> None:
    document = file(site.database, site.patient, narrative(wide_table(columns)))
    with opened(site, viewport, scripts=True) as visitor:
        sign_in(visitor)
        visitor.go(f"/documents/{document}")
        visitor.look(f"table-{columns}")
        region = visitor.page.locator(".tableau")
        reach = region.evaluate("one => [one.scrollWidth, one.clientWidth]")
        width = visitor.page.locator(".tableau table").bounding_box()["width"]
        assert reach[0] >= width - 1
        region.focus()
        if reach[0] > reach[1]:
            for _ in range(3):
                visitor.page.keyboard.press("ArrowRight")
            visitor.page.wait_for_function(
                "document.querySelector('.tableau').scrollLeft > 0"
            )


@pytest.mark.parametrize("columns", [5, 12])
@blocking
def test_on_paper_a_table_is_whole_and_the_patient_named(
    site: Site, columns: int
) -> None:
    document = file(site.database, site.patient, narrative(wide_table(columns)))
    with opened(site, DESK, scripts=True) as visitor:
        sign_in(visitor)
        visitor.go(f"/documents/{document}")
        page = visitor.page
        page.emulate_media(media="print")
        # The width of an A4 sheet without its margins, turned for many columns.
        millimetres = 273 if columns > 6 else 186
        page.set_viewport_size({"width": int(millimetres * 96 / 25.4), "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= millimetres * 96 / 25.4
        identity = page.locator(".printed").inner_text()
        assert "Dominique PAT-TROIS, né(e) le 28/03/1979" in identity
        assert "279035121518989" in identity
        for left_out in ("header.top", "nav.nav", "footer.foot", ".bar"):
            assert page.locator(left_out).is_hidden()
        if SHOTS:
            page.pdf(
                path=str(Path(SHOTS) / f"table-{columns}.pdf"),
                prefer_css_page_size=True,
            )


def long_prescription(columns: int) -> str:
    """Return a narrative of several sheets: lines, a long table, lines again."""
    lines = "".join(
        f"<paragraph>Ligne {n} : {DRUG} {n} mg le soir</paragraph>" for n in range(60)
    )
    cells = [[f"{DRUG} {n}x{m} mg matin" for m in range(columns)] for n in range(40)]
    rows = "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in cells)
    heads = "".join(f"<th>Prise {n}</th>" for n in range(columns))
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return f"{lines}{table}{lines.replace('Ligne', 'Suite')}"


DRUG = "METFORMINE comprimé pelliculé"


@pytest.mark.parametrize("columns", [3, 12])
@blocking
def test_each_printed_sheet_says_whose_it_is_and_has_its_dosages_whole(
    site: Site, columns: int
) -> None:
    """Sheets come apart: one alone must not be taken for another person's."""
    document = file(site.database, site.patient, narrative(long_prescription(columns)))
    with opened(site, DESK, scripts=True) as visitor:
        sign_in(visitor)
        visitor.go(f"/documents/{document}")
        pdf = visitor.page.pdf(prefer_css_page_size=True)
    sheets = list(PrintedSheets.of(pdf))

    assert len(sheets) >= 5
    for sheet in sheets:
        assert "Dominique PAT-TROIS" in sheet.text
        assert "28/03/1979" in sheet.text
        assert "279035121518989" in sheet.text
        if "Prise 0" in sheet.text:
            assert (sheet.width > sheet.height) is (columns == 12)
    dosages = [
        *(f"{line} {n} : {DRUG} {n} mg le soir" for line in LINES for n in range(60)),
        *(f"{DRUG} {n}x{m} mg matin" for n in range(40) for m in range(columns)),
    ]
    for dosage in dosages:
        assert sum(dosage in sheet.text for sheet in sheets) == 1, dosage


LINES = ("Ligne", "Suite")


FOCUS_ON_ALERT = "document.activeElement.getAttribute('role') === 'alert'"
NARROW = {"width": 320, "height": 640}
SHEET = int(186 * 96 / 25.4)
"""The width of an A4 sheet without its margins, in pixels."""
_WIDTH = """size => {
  const root = document.documentElement, found = document.querySelectorAll(
    "button, input, select, textarea, .btn, .link:not(.told), .nav, .bar, .chips");
  root.style.fontSize = size;
  return [root.scrollWidth, [...found]
    .filter(one => one.getClientRects().length)
    .map(one => one.outerHTML.slice(0, 120)).slice(0, 5)];
}"""
"""How wide the page is with letters of a size, and what on it can only be pressed."""
_BEYOND = """[...document.querySelectorAll("body *")]
  .filter(one => one.getBoundingClientRect().right > document.body.clientWidth)
  .map(one => one.tagName + "." + one.className).slice(0, 20)"""


@pytest.mark.parametrize(
    "path", ["/home", "/inbox", "/inbox/new", "/documents", "/site-map"]
)
@blocking
def test_a_narrow_screen_and_large_letters_need_no_sideways_scrolling(
    site: Site, path: str
) -> None:
    documents = furnish(site)
    narrow = {"width": 320, "height": 640}
    with opened(site, narrow, scripts=True) as visitor:
        sign_in(visitor)
        page = visitor.page
        for one in (path, documents[0]):
            for size in ("100%", "200%"):
                visitor.go(one)
                page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= narrow["width"], (one, size, page.evaluate(_BEYOND))


@blocking
def test_after_an_error_the_focus_is_on_what_is_wrong(site: Site) -> None:
    furnish(site)
    with opened(site, DESK, scripts=True) as visitor:
        page = visitor.page
        visitor.go("/sign-in")
        page.fill("#login", LOGIN)
        page.fill("#password", "Coquelicot-1980")
        page.click("text=Continuer")
        page.wait_for_function(FOCUS_ON_ALERT)
        sign_in(visitor)
        page.click("a:has-text('Dr Claire MARTIN')")
        page.fill("#text", "Bonjour")
        page.set_input_files(
            "#files", {"name": "a.exe", "mimeType": "text/plain", "buffer": b"MZ"}
        )
        page.click("button:text('Envoyer')")
        page.wait_for_function(FOCUS_ON_ALERT)


@blocking
def test_a_warning_comes_before_the_end_of_the_session(site: Site) -> None:
    furnish(site)
    with opened(site, DESK, scripts=True) as visitor:
        sign_in(visitor)
        page = visitor.page
        page.click("a:has-text('Dr Claire MARTIN')")
        warning = page.locator(".soon")
        assert warning.is_hidden()
        page.evaluate(
            "document.getAnimations().forEach(one => one.currentTime = 14 * 60 * 1000)"
        )
        assert warning.is_visible()
        visitor.look("conversation-soon")


def sign_in(visitor: Visitor) -> None:
    """Go the whole way in."""
    page = visitor.page
    visitor.go("/sign-in")
    page.fill("#login", LOGIN)
    page.fill("#password", PASSWORD)
    page.click("text=Continuer")
    page.fill("#code", visitor.site.last_code())
    page.click("text=Ouvrir mon espace")
