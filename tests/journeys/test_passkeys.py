"""The journey: a patient makes a passkey in a real browser, and signs in with it alone.

The whole program with its TLS; Chromium has a virtual authenticator, as a telephone.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificates
from playwright.sync_api import Page, sync_playwright

from gateway.cli.demo_people import newest_code
from gateway.node.folder import SIGN_IN_FILE
from tests.browser import CHROMIUM_FLAGS, NO_CHROMIUM, find_chromium
from tests.journeys.running import Gateway, eventually
from tests.journeys.test_story import WIDTHS, sign_in

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway whose patients type the name and the port that there are."""
    made = Gateway.make(tmp_path_factory.mktemp("passkeys") / "gateway")
    port = made.settings.listen.patient_https
    made.configure(web={"public_url": f"https://localhost:{port}/"})
    made.start()
    try:
        yield made
    finally:
        made.stop()


def believing(gateway: Gateway) -> str:
    """Have Chromium believe the throwaway certificate: else it has no passkeys."""
    certificate = load_pem_x509_certificates(
        gateway.settings.trust.certificate.read_bytes()
    )[0]
    key = certificate.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    digest = b64encode(sha256(key).digest()).decode()
    return f"--ignore-certificate-errors-spki-list={digest}"


def with_a_telephone(page: Page, *, verifies: bool) -> Callable[[bool], None]:
    """Give a page an authenticator; return how it is told to verify who is there."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": verifies,
                "automaticPresenceSimulation": True,
            }
        },
    )

    def verify(yes: bool) -> None:
        session.send(
            "WebAuthn.setUserVerified",
            {"authenticatorId": made["authenticatorId"], "isUserVerified": yes},
        )

    return verify


def story(gateway: Gateway, width: str) -> None:
    outbox = gateway.settings.outgoing.outbox
    wide, high = WIDTHS[width]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(),
            args=[*CHROMIUM_FLAGS, believing(gateway)],
        )
        context = browser.new_context(
            viewport={"width": wide, "height": high}, locale="fr-FR"
        )
        page = context.new_page()
        verify = with_a_telephone(page, verifies=True)
        sign_in(gateway, page)

        page.goto(f"{gateway.settings.public_url}account/passkeys")
        page.get_by_role("link", name="Ajouter une clé d’accès").click()
        password = (gateway.folder / SIGN_IN_FILE).read_text("utf-8").strip()
        page.get_by_label("Votre mot de passe actuel").fill(password)
        before = newest_code(outbox)
        sent = set(outbox.glob("*.eml"))
        page.get_by_role("button", name="Continuer").click()
        page.wait_for_url("**/account/prove/code**")
        eventually(lambda: set(outbox.glob("*.eml")) - sent)
        page.get_by_label("Code").fill(eventually(lambda: newest_code(outbox)))
        page.get_by_role("button", name="Confirmer").click()
        page.wait_for_url("**/account/passkeys/new")
        assert before
        page.get_by_label("Nom de cette clé").fill(f"Mon téléphone, {width}")
        page.get_by_role("button", name="Ajouter une clé d’accès").click()
        page.wait_for_url("**/account/passkeys?done=added")
        assert page.get_by_text(f"Mon téléphone, {width}").first.is_visible()

        page.goto(f"{gateway.settings.public_url}account/passkeys/new")
        page.get_by_role("button", name="Ajouter une clé d’accès").click()
        page.get_by_text("Cet appareil a déjà une clé d’accès").wait_for()

        context.clear_cookies()
        page.goto(f"{gateway.settings.public_url}sign-in?next=/documents")
        page.get_by_role("link", name="Se connecter avec une clé d’accès").click()
        verify(False)
        page.get_by_role("button", name="Utiliser ma clé d’accès").click()
        page.get_by_text("Vous avez annulé, le délai est passé").wait_for()
        verify(True)
        codes = len(list(outbox.glob("*.eml")))
        page.get_by_role("button", name="Utiliser ma clé d’accès").click()
        page.wait_for_url(re.compile(r"//[^/]+/documents$"))  # not ?next=/documents
        page.goto(f"{gateway.settings.public_url}history")
        assert page.get_by_text("par une clé d’accès").first.is_visible()

        page.goto(f"{gateway.settings.public_url}account/passkeys")
        page.get_by_role("button", name="Retirer").first.click()
        page.wait_for_url("**/account/passkeys?done=removed")
        context.clear_cookies()
        page.goto(f"{gateway.settings.public_url}sign-in/passkey")
        page.get_by_role("button", name="Utiliser ma clé d’accès").click()
        page.get_by_text("n’ouvre aucun espace ici").wait_for()
        assert len(list(outbox.glob("*.eml"))) >= codes  # notices, and no code
        browser.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_passkey_is_made_and_opens_the_space_alone(
    gateway: Gateway, width: str
) -> None:
    if not find_chromium():
        pytest.skip(NO_CHROMIUM)
    with ThreadPoolExecutor(1) as thread:
        thread.submit(story, gateway, width).result()


def test_the_service_says_nothing_of_passkeys_in_its_log(gateway: Gateway) -> None:
    assert "credential" not in gateway.log()
