"""`gateway mailbox client`: the files, read as mail programs read them."""

from __future__ import annotations

import plistlib
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from gateway.cli import mailbox
from gateway.clock import utc_now
from gateway.errors import (
    ConflictError,
    MisuseError,
    NotFoundError,
    UnavailableError,
)
from tests.cli.conftest import Run
from tests.web.professional.oidc import CLIENT, PROGRAM, local_provider

ADDRESS = "dr.demo@hopital.mssante.test"
HOLDER = "899700000017"


@pytest.fixture
def out(run: Run, config: Path, tmp_path: Path) -> Path:
    with config.open("a", encoding="utf-8") as file:
        file.write("[listen]\nimaps = 993\nsubmissions = 465\nsubmission = 587\n")
    run(mailbox, "add", ADDRESS, "--kind", "PER", "--holder", HOLDER, "--name", "Dr É")
    return tmp_path / "out"


def client(run: Run, out: Path, *more: str) -> int:
    return run(mailbox, "client", ADDRESS, "--out", str(out), *more)


def key_of(pki_folder: Path, name: str = "doctor") -> tuple[str, ...]:
    stem = pki_folder / name
    return ("--certificate", f"{stem}.pem", "--private-key", f"{stem}.key")


def openssl(out: Path, passphrase: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *("openssl", "pkcs12", "-in", str(out / f"{ADDRESS}.p12"), "-nodes"),
            *("-passin", f"pass:{passphrase}"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_file_is_there_and_its_owners_alone(run: Run, out: Path) -> None:
    assert client(run, out) == 0

    assert {one.name for one in out.iterdir()} == {
        "config-v1.1.xml",
        f"{ADDRESS}.mobileconfig",
        "srv.txt",
        "instructions.fr.html",
        "instructions.en.html",
    }
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in out.iterdir()} == {0o600}


def test_the_key_is_in_a_pkcs12_whose_passphrase_is_shown_once(
    run: Run, out: Path, pki_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client(run, out, *key_of(pki_folder))

    said = capsys.readouterr().out
    found = re.search(r"shown once: (\S+)", said)
    assert found is not None
    assert re.fullmatch(r"(?:[a-z2-9]{4}-){4}[a-z2-9]{4}", found[1])
    opened = openssl(out, found[1])
    assert opened.returncode == 0, opened.stderr
    assert "BEGIN PRIVATE KEY" in opened.stdout
    assert opened.stdout.count("BEGIN CERTIFICATE") > 1  # with its chain
    assert openssl(out, "wrong").returncode != 0
    assert all(found[1].encode() not in one.read_bytes() for one in out.iterdir())
    profile = plistlib.loads((out / f"{ADDRESS}.mobileconfig").read_bytes())
    kept = [one for one in profile["PayloadContent"] if "pkcs12" in one["PayloadType"]]
    assert kept[0]["PayloadContent"] == (out / f"{ADDRESS}.p12").read_bytes()
    assert "Password" not in kept[0]


def test_a_passphrase_may_come_from_a_file_and_is_not_shown(
    run: Run,
    out: Path,
    pki_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "passphrase"
    file.write_text("Coquelicot 1979\nnext\n", "utf-8")

    client(run, out, *key_of(pki_folder), "--passphrase-file", str(file))

    assert "Coquelicot" not in capsys.readouterr().out
    assert openssl(out, "Coquelicot 1979").returncode == 0


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_instructions_have_all_servers_and_no_script(
    run: Run, out: Path, language: str
) -> None:
    client(run, out)

    content = (out / f"instructions.{language}.html").read_bytes()
    page: Any = html.document_fromstring(content)
    assert page.get("lang") == language
    config = etree.fromstring((out / "config-v1.1.xml").read_bytes())
    ports = [one.text for one in config.iter("port")]
    assert [row[1].text for row in page.xpath("//tbody/tr")] == ports
    assert b"<script" not in content
    assert b"http" not in content
    assert ADDRESS in page.text_content()
    assert config.findtext(".//hostname") in page.text_content()
    assert "{" not in page.find("body").text_content()


def test_who_may_sign_in_by_a_token_is_told_so_and_where_it_is_had(
    run: Run, out: Path, config: Path, pki_folder: Path
) -> None:
    (out.parent / "client.secret").write_text("a secret")
    with local_provider(pki_folder, utc_now) as there:
        with config.open("a", encoding="utf-8") as file:
            file.write(
                f'[provider]\nissuer = "{there.issuer}"\nclient_id = "{CLIENT}"\n'
                f'discovery = "{there.address("meta")}"\nname = "Un Fournisseur"\n'
                f'client_secret = "client.secret"\nmail_programs = ["{PROGRAM}"]\n'
                f'authorities = "{pki_folder / "ca.pem"}"\n'
            )
        client(run, out)
        there.metadata = {"issuer": "https://other.test"}
        with pytest.raises(UnavailableError):
            client(run, out.parent / "again")

    served = etree.fromstring((out / "config-v1.1.xml").read_bytes())
    assert served.findtext("oAuth2/tokenURL") == there.address("token")
    assert served.findtext("oAuth2/authURL") == there.address("auth")
    for language, words in (("fr", "OAuth2 pour lire"), ("en", "OAuth2, to read")):
        page = (out / f"instructions.{language}.html").read_text("utf-8")
        assert words in page
        assert "Un Fournisseur" in page
        assert "{" not in page.partition("<body")[2]
    assert not (out.parent / "again").exists()


def test_what_is_there_is_not_overwritten(run: Run, out: Path) -> None:
    client(run, out)

    with pytest.raises(ConflictError):
        client(run, out)


def test_nothing_is_written_for_no_mailbox(run: Run, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        run(mailbox, "client", ADDRESS, "--out", str(tmp_path / "out"))

    assert not (tmp_path / "out").exists()


def test_without_a_door_to_send_nothing_is_written(run: Run, tmp_path: Path) -> None:
    run(mailbox, "add", ADDRESS, "--kind", "PER", "--holder", HOLDER)

    with pytest.raises(MisuseError):
        client(run, tmp_path / "out")


@pytest.mark.parametrize(
    "more",
    [
        ("--certificate", "{certs}/doctor.pem"),
        ("--private-key", "{certs}/doctor.key"),
        ("--certificate", "{certs}/doctor.pem", "--private-key", "{certs}/peer.key"),
        ("--certificate", "{certs}/nurse.pem", "--private-key", "{certs}/nurse.key"),
        ("--certificate", "{certs}/none.pem", "--private-key", "{certs}/doctor.key"),
        (
            *("--certificate", "{certs}/doctor.pem"),
            *("--private-key", "{certs}/doctor.key", "--passphrase-file", "{certs}/no"),
        ),
    ],
    ids=str,
)
def test_a_key_that_does_not_hold_the_mailbox_is_refused(
    run: Run, out: Path, pki_folder: Path, more: tuple[str, ...]
) -> None:
    words = [one.format(certs=pki_folder) for one in more]

    with pytest.raises(MisuseError):
        client(run, out, *words)

    assert not out.exists()
