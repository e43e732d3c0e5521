"""What looks for things lost in forced colours finds them."""

from __future__ import annotations

from collections.abc import Mapping

from tests.browser import CHROMIUM_FLAGS
from tests.web.browsing import blocking
from tests.web.forced_colours import lost_in_forced_colours
from tests.web.patient.test_browser import CHROMIUM, playwright, pytestmark

__all__ = ["pytestmark"]

PLAIN = "appearance: none; border: 0; color: #fff; background: #004"
LOST = {
    "button": f'<button style="{PLAIN}">Envoyer</button>',
    "link": f'<a href="/x" class="btn" style="{PLAIN}; text-decoration: none">x</a>',
    "field": f'<input aria-label="Nom" style="{PLAIN}">',
    "shape": '<svg><path d="M0 0h9v9z" fill="#fefefe"/></svg>',
    "line": '<svg><path d="M0 0h9" stroke="#eee" fill="none"/></svg>',
}
SEEN = {
    "native": "<button>Envoyer</button>",
    "edged": f'<button style="{PLAIN}; border: 2px solid #004">Envoyer</button>',
    "underlined": f'<button style="{PLAIN}; text-decoration: underline">x</button>',
    "hidden": f'<button style="{PLAIN}; display: none">Envoyer</button>',
    "as text": '<svg><path d="M0 0h9" stroke="currentColor"/></svg>',
    "strong": '<svg><path d="M0 0h9v9z" fill="#06c"/></svg>',
}


def lost_of(contents: Mapping[str, str]) -> dict[str, int]:
    """Return how many things are lost of pages that are each this and no more."""
    found = {}
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        page = browser.new_page()
        for name, content in contents.items():
            page.set_content(content)
            found[name] = len(lost_in_forced_colours(page))
        browser.close()
    return found


@blocking
def test_what_only_a_background_or_its_own_colour_shows_is_lost() -> None:
    assert lost_of(LOST) == dict.fromkeys(LOST, 1)


@blocking
def test_what_has_an_edge_a_line_or_a_strong_colour_is_not() -> None:
    assert lost_of(SEEN) == dict.fromkeys(SEEN, 0)
