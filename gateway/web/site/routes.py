"""Which page answers which address, and what a visitor needs to ask for it."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from gateway.rights.delegation_rules import Act
from gateway.store.patients.web_sessions import Stage
from gateway.web.site.answers import Answer

Page = Callable[..., Answer]

Rescue = Callable[..., str]


@frozen(kw_only=True)
class Route:
    """
    One address and method.

    ``needs`` OPEN sends everybody else to sign in. ``slow`` pages hash a password and
    have threads of their own. ``guarded`` ones are counted by address, and answer in
    whole steps of time, so that the delay does not tell what was right. A page that
    ``takes_cut`` is given a form of which the files were too large; any other is not.
    ``rescue`` keeps what was written when the session was over, for its person, and
    returns where it can be gone on with. ``act`` is what the page does, which says who
    else than the holder may ask for it: nobody, where nothing is said. What comes
    ``from_program`` is no form of a browser: it brings its own proof, and no cookie.
    """

    method: str
    path: str
    page: Page
    needs: Stage = Stage.OPEN
    slow: bool = False
    guarded: bool = False
    takes_cut: bool = False
    rescue: Rescue | None = None
    act: Act = Act.ACCOUNT
    from_program: bool = False
