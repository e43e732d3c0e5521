"""The two people of the demonstration: a patient's browser, a doctor's mail client."""

from __future__ import annotations

import http.client
import imaplib
import re
import ssl
from collections.abc import Callable, Mapping
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

from attrs import define, field
from lxml import etree, html

from gateway.errors import GatewayError
from gateway.settings.file import Settings

_CODE = re.compile(r"\b(\d{3} ?\d{3})\b")


class PageError(GatewayError):
    """A page of the patient was not the one expected."""


@define
class Browser:
    """Follows links and fills in forms, with cookies, as a browser without script."""

    settings: Settings
    cookies: dict[str, str] = field(factory=dict, repr=False)
    page: html.HtmlElement | None = field(default=None, repr=False)
    address: str = "/"

    def sign_in(self, login: str, password: str, code: Callable[[], str]) -> None:
        """Sign in with password and one-time code."""
        self.get("/sign-in")
        self.submit("/sign-in", {"login": login, "password": password})
        self.submit("/sign-in/code", {"code": code()})
        if self.address not in {"/home", "/inbox"}:  # there, where messages wait
            raise PageError("the patient could not sign in")

    def read_letter(self) -> tuple[str, str]:
        """Open the newest conversation and its document; return address and text."""
        self.get("/inbox")
        conversation = self._link("/conversation/").partition("#")[0]
        self.get(conversation)
        self.get(self._link("/documents/"))
        assert self.page is not None
        main = self.page.find(".//main")
        lines = [line.strip() for line in main.text_content().splitlines()]
        return conversation, "\n".join(line for line in lines if line)

    def answer(self, conversation: str, words: str) -> None:
        """Answer in a conversation."""
        self.get(conversation)
        self.submit(conversation, {"text": words})
        assert self.page is not None
        if words not in self.page.text_content():
            raise PageError("the answer was not taken")

    def get(self, address: str) -> None:
        """Open a page, and whatever it redirects to."""
        self._ask("GET", address)

    def submit(self, action: str, values: Mapping[str, str]) -> None:
        """Fill in the form whose action starts so, and send it."""
        assert self.page is not None
        for form in self.page.forms:
            if (form.get("action") or "").startswith(action):
                break
        else:
            raise PageError(f"no form for {action} on {self.address}")
        fields = {**dict(form.form_values()), **values}
        if form.get("enctype") == "multipart/form-data":
            kind, body = _multipart(fields)
        else:
            kind = "application/x-www-form-urlencoded"
            body = urlencode(fields).encode()
        self._ask("POST", form.get("action"), body, kind)

    def _link(self, start: str) -> str:
        assert self.page is not None
        for link in self.page.iterfind(".//main//a"):
            if (link.get("href") or "").startswith(start):
                return str(link.get("href"))
        raise PageError(f"no link to {start} on {self.address}")

    def _ask(
        self, method: str, address: str, body: bytes = b"", kind: str = ""
    ) -> None:
        address = address.partition("#")[0]  # a place on the page is not asked for
        port = self.settings.listen.patient_https
        trusted = ssl.create_default_context(
            cafile=str(self.settings.trust.authorities)
        )
        connection = http.client.HTTPSConnection("localhost", port, context=trusted)
        headers = {"Origin": f"https://localhost:{port}", "Accept-Language": "fr"}
        if self.cookies:
            pairs = (f"{name}={value}" for name, value in self.cookies.items())
            headers["Cookie"] = "; ".join(pairs)
        if kind:
            headers["Content-Type"] = kind
        connection.request(method, address, body or None, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status in {302, 303}:
            self.get(answer.headers["Location"])
            return
        if answer.status != 200:
            raise PageError(f"{address}: status {answer.status}")
        self.address = address.partition("?")[0]
        self.page = html.document_fromstring(content)


def _multipart(fields: Mapping[str, str]) -> tuple[str, bytes]:
    boundary = uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        f"{value}\r\n"
        for name, value in fields.items()
    ]
    body = "".join(parts) + f"--{boundary}--\r\n"
    return f"multipart/form-data; boundary={boundary}", body.encode()


def newest_code(outbox: Path) -> str:
    """Return the one-time code of the newest e-mail in the outbox, or an empty text."""
    mails = sorted(outbox.glob("*.eml"), key=lambda path: path.stat().st_mtime)
    for path in reversed(mails):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        found = _CODE.search(message.get_content())
        if found:
            return found.group(1).replace(" ", "")
    return ""


def read_mailbox(settings: Settings, name: str, words: str) -> str:
    """
    Look for a message by IMAP with a person's certificate, SASL EXTERNAL.

    Returns its sender, subject and text, or an empty text while it is not there.
    """
    certs = settings.trust.authorities.parent
    context = ssl.create_default_context(cafile=str(settings.trust.authorities))
    context.load_cert_chain(certs / f"{name}.pem", certs / f"{name}.key")
    client = imaplib.IMAP4_SSL(
        "localhost", settings.listen.imaps, ssl_context=context, timeout=30
    )
    try:
        client.authenticate("EXTERNAL", lambda _: b"")
        client.select("INBOX", readonly=True)
        _, numbers = client.search(None, "ALL")
        for number in reversed(numbers[0].split()):
            _, parts = client.fetch(number.decode(), "(BODY.PEEK[])")
            raw = next(part[1] for part in parts if isinstance(part, tuple))
            message = message_from_bytes(raw, policy=policy.default)
            body = message.get_body(("plain",))
            text = str(body.get_content()) if body is not None else ""
            if words in text:
                return (
                    f"From: {message['From']}\nSubject: {message['Subject']}\n\n{text}"
                )
    finally:
        client.logout()
    return ""


_HL7 = "{urn:hl7-org:v3}"


def with_new_identity(content: bytes) -> bytes:
    """
    Return a CDA under a new id and a new set: another document with the same text.
    """
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False))
    for name in ("id", "setId"):
        element = root.find(f"{_HL7}{name}")
        assert element is not None
        element.set("root", f"2.25.{uuid4().int}")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
