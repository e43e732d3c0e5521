"""The programs people really use: curl, mbsync, mutt; each skipped when absent."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.threads import deferToThread

from gateway.message.flags import FlagChange, FlagMode
from gateway.store.mailbox.mail import Mail
from tests.mssante.imap.server import ADDRESS, Mailroom, off_the_loop, on_the_loop

LETTER = (
    b"From: a@b.test\r\nTo: camille.medecin@hopital.mssante.test\r\n"
    b"Subject: Lettre\r\nDate: Sat, 21 Nov 2026 09:00:00 +0000\r\n"
    b"Message-ID: <%d@b.test>\r\n\r\nBonjour %d\r\n"
)


def needs(program: str) -> pytest.MarkDecorator:
    """Skip by name where the program is not installed."""
    missing = shutil.which(program) is None
    return pytest.mark.skipif(missing, reason=f"{program} is not installed")


def run(*command: str, folder: Path, **more: Any) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "HOME": str(folder), "TERM": "xterm", "LANG": "C.UTF-8"},
        capture_output=True,
        timeout=60,
        check=False,
        **more,
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    heard: bytes = done.stdout
    return heard.decode("utf-8", "replace")


def curl(mailroom: Mailroom, path: str, *more: str) -> str:
    return run(
        "curl",
        "--silent",
        "--show-error",
        "--cacert",
        str(mailroom.pki / "ca.pem"),
        "--cert",
        str(mailroom.pki / "doctor.pem"),
        "--key",
        str(mailroom.pki / "doctor.key"),
        "--user",
        f"{ADDRESS}:",
        "--login-options",
        "AUTH=EXTERNAL",
        f"imaps://localhost:{mailroom.settings.listen.imaps}/{path}",
        *more,
        folder=mailroom.folder,
    )


@needs("curl")
@off_the_loop
def test_curl_lists_reads_and_uploads(mailroom: Mailroom) -> None:
    mailroom.deliver(LETTER % (1, 1))
    note = mailroom.folder / "note.eml"
    note.write_bytes(LETTER % (2, 2))

    folders = curl(mailroom, "")
    letter = curl(mailroom, "INBOX;UID=1")
    subject = curl(mailroom, "INBOX;UID=1;SECTION=HEADER.FIELDS%20(SUBJECT)")
    curl(mailroom, "Drafts", "--upload-file", str(note))
    found = curl(mailroom, "Drafts?SUBJECT%20Lettre")

    assert "\\Sent" in folders
    assert letter.endswith("Bonjour 1\r\n") or letter.endswith("Bonjour 1\n")
    assert subject.strip() == "Subject: Lettre"
    assert found.strip() == "* SEARCH 1"


def mbsync_folder(mailroom: Mailroom) -> Path:
    """Write the settings of an mbsync that keeps everything both ways."""
    folder = mailroom.folder / "client"
    (folder / "Maildir").mkdir(parents=True)
    (folder / ".mbsyncrc").write_text(
        f"""
IMAPAccount gateway
Host localhost
Port {mailroom.settings.listen.imaps}
User {ADDRESS}
SSLType IMAPS
CertificateFile {mailroom.pki / "ca.pem"}
ClientCertificate {mailroom.pki / "doctor.pem"}
ClientKey {mailroom.pki / "doctor.key"}
AuthMechs EXTERNAL

IMAPStore far
Account gateway

MaildirStore near
Path {folder}/Maildir/
Inbox {folder}/Maildir/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Expunge Both
SyncState *
Sync All
""",
        "utf-8",
    )
    return folder


def mbsync(folder: Path) -> None:
    run("mbsync", "-c", str(folder / ".mbsyncrc"), "all", folder=folder)


def names(folder: Path, box: str) -> list[str]:
    place = folder / "Maildir" / box
    return sorted(
        path.name for state in ("cur", "new") for path in (place / state).iterdir()
    )


@needs("mbsync")
@pytest.mark.timeout(180)
@on_the_loop
async def test_mbsync_keeps_both_sides_equal_across_a_restart(
    mailroom: Mailroom,
) -> None:
    from twisted.internet import reactor

    for number in range(3):
        await deferToThread(mailroom.deliver, LETTER % (number, number))
    folder = mbsync_folder(mailroom)
    await deferToThread(mbsync, folder)
    first = names(folder, "INBOX")
    assert len(first) == 3

    def act_on_both_sides() -> None:
        inbox = folder / "Maildir" / "INBOX"
        [second] = (inbox / "new").glob("*U=2*")
        second.rename(inbox / "cur" / f"{second.name.partition(':')[0]}:2,FS")
        upload = folder / "Maildir" / "Sent" / "cur" / "1.local.host:2,S"
        upload.write_bytes((LETTER % (9, 9)).replace(b"\r\n", b"\n"))
        with mailroom.database.write() as work:
            gone = FlagChange(FlagMode.ADD, ("\\Deleted",))
            Mail(work).change_flags(mailroom.folder_of("INBOX"), [1], gone)

    await deferToThread(act_on_both_sides)
    await mailroom.stop()
    mailroom.start(reactor)
    await deferToThread(mbsync, folder)

    with mailroom.database.read() as work:
        entries = Mail(work).entries(mailroom.folder_of("INBOX").id)
        [sent] = Mail(work).items(mailroom.folder_of("Sent").id)
        assert Mail(work).content(sent).endswith(b"Bonjour 9\r\n")
    assert entries == [(2, "\\Flagged \\Seen"), (3, "")]
    assert sent.flags == "\\Seen"
    after = names(folder, "INBOX")
    assert len(after) == 2
    # Nothing was fetched anew: the uids are those of before the restart.
    kept = {name.partition(":")[0] for name in first}
    assert {name.partition(":")[0] for name in after} <= kept

    await deferToThread(mbsync, folder)
    assert names(folder, "INBOX") == after


BY_CERTIFICATE = (
    'set ssl_client_cert="doctor-both.pem"',
    'set imap_authenticators="external"',
)


def mutt(mailroom: Mailroom, *more: str, by: tuple[str, ...] = BY_CERTIFICATE) -> None:
    """Have mutt sign in, open INBOX, do what ``more`` of its settings say, and end."""
    if shutil.which("script") is None:
        pytest.skip("script is not installed")
    both = mailroom.folder / "doctor-both.pem"
    both.write_bytes(
        (mailroom.pki / "doctor.pem").read_bytes()
        + (mailroom.pki / "doctor.key").read_bytes()
    )
    port = mailroom.settings.listen.imaps
    lines = (
        *by,
        f'set certificate_file="{mailroom.pki / "ca.pem"}"',
        f'set ssl_ca_certificates_file="{mailroom.pki / "ca.pem"}"',
        f'set imap_user="{ADDRESS}"',
        f'set folder="imaps://localhost:{port}/"',
        f'set spoolfile="imaps://localhost:{port}/INBOX"',
        "set mail_check=1",
        *more,
        "set quit=yes",
    )
    text = "".join(f"{line}\n" for line in lines)
    (mailroom.folder / "muttrc").write_text(text, "utf-8")
    run(
        "script",
        "-qec",
        "timeout --foreground 30 mutt -n -d 3 -F muttrc",
        "/dev/null",
        folder=mailroom.folder,
        stdin=subprocess.DEVNULL,
    )


FLAG_ALL = (
    'push "<tag-pattern>~A<enter><tag-prefix><set-flag>!<exit>"',
    'push "<flag-message><sync-mailbox><quit>"',
)


@needs("mutt")
@off_the_loop
def test_mutt_signs_in_by_certificate(mailroom: Mailroom) -> None:
    mailroom.deliver(LETTER % (1, 1))

    mutt(mailroom, *FLAG_ALL)

    with mailroom.database.read() as work:
        entries = Mail(work).entries(mailroom.folder_of("INBOX").id)
        opened = [one for one in work.journal.lines() if one.action == "mailbox:open"]
    assert opened
    assert entries[0][1].startswith("\\Flagged")


@needs("mutt")
@off_the_loop
def test_mutt_comes_back_and_knows_what_is_there(mailroom: Mailroom) -> None:
    for number in range(1, 6):
        mailroom.deliver(LETTER % (number, number))
    (mailroom.folder / "cache").mkdir()
    settings = (
        f'set header_cache="{mailroom.folder / "cache"}"',
        "set imap_qresync=yes",
        "set delete=yes",
    )
    mutt(mailroom, *settings, 'push "<quit>"')
    with mailroom.database.write() as work:
        inbox = mailroom.folder_of("INBOX")
        deleted = FlagChange(FlagMode.ADD, ("\\Deleted",))
        Mail(work).change_flags(inbox, [2, 4], deleted)
        Mail(work).expunge(inbox)
    mailroom.deliver(LETTER % (6, 6))

    mutt(mailroom, *settings, 'push "<last-entry><delete-message><sync-mailbox><quit>"')

    said = (mailroom.folder / ".muttdebug0").read_text("utf-8", "replace")
    assert "ENABLE QRESYNC" in said
    assert re.search(r"\(CHANGEDSINCE \d+ VANISHED\)", said)
    assert "VANISHED (EARLIER) 2,4" in said
    with mailroom.database.read() as work:
        left = [uid for uid, _ in Mail(work).entries(inbox.id)]
    assert left == [1, 3, 5]
