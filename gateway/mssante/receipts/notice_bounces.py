"""
Bounces of notices: read from a folder that the mail server puts them in (Maildir).

Notices leave for the ordinary Internet, whose servers cannot come to the doors of
secure mail: a bounce gets to the domain of ``notice_from``, and the server there puts
it in the folder. What is no bounce of a notice of ours stays, marked as seen.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import frozen

from gateway.errors import InvalidError, UnavailableError
from gateway.message.reading import read_parts
from gateway.mssante.receipts.report_reading import Report, ReportKind, read_report
from gateway.mssante.sending.bounce_address import bounced_notice
from gateway.settings.file import Settings
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.patients.not_arrived import NotArrived
from gateway.store.patients.notices import (
    NoticeEnd,
    Notices,
    get_notice,
)
from gateway.store.professionals.mails import ProfessionalMails

MOST: Final = 1000
"""Files of one round; those that are left are read in the next."""

MOST_BYTES: Final = 256 * 1024
"""Of a file: a bounce says what it is of at its beginning."""

_HEADERS: Final = ("to", "delivered-to", "x-original-to", "envelope-to")


@frozen
class NoticeBounces:
    """The folder; ``run`` blocks."""

    database: Database
    settings: Settings

    @property
    def folder(self) -> Path:
        """The Maildir that bounces come into."""
        return Path(self.settings.outgoing.bounces)

    def run(self) -> dict[str, int]:
        """
        Take what came; return how many bounces there were.

        Raises:
            UnavailableError: the folder cannot be read.
        """
        count = 0
        try:
            for file in self._new():
                count += self._take(file)
        except OSError as error:
            raise UnavailableError(
                "bounces are not read", detail=f"[outgoing] bounces: {error.strerror}"
            ) from error
        return {"bounces": count}

    def _new(self) -> Iterator[Path]:
        found = sorted(one.name for one in os.scandir(self.folder / "new"))
        for name in found[:MOST]:
            yield self.folder / "new" / name

    def _take(self, file: Path) -> bool:
        content = _content(file)
        if content is None:
            return False
        if self._is_of_a_notice(content):
            file.unlink()  # it was taken: it names a patient's address
            return True
        seen = self.folder / "cur"
        seen.mkdir(mode=0o700, exist_ok=True)
        file.rename(seen / f"{file.name.partition(':')[0]}:2,S")
        return False

    def _is_of_a_notice(self, content: bytes) -> bool:
        """Take a bounce; False where it is none, or of nothing that we sent."""
        try:
            parts = read_parts(content)
        except InvalidError:
            return False
        report = read_report(parts, "")
        if report is None or report.kind is not ReportKind.DSN:
            return False
        with self.database.write() as work:
            said = "\n".join(parts.headers.get(name) for name in _HEADERS)
            notice_id = bounced_notice(work.keys, said)
            if not notice_id:
                return False
            codes = _failures(report)
            if codes:
                self._bounced(work, notice_id, says_of_address=any(map(_is_of, codes)))
        return True

    def _bounced(
        self, work: UnitOfWork, notice_id: str, *, says_of_address: bool
    ) -> None:
        """Keep that what was sent did not arrive: a patient's, or a professional's."""
        notice = get_notice(work, notice_id)
        if notice is None:
            mails = ProfessionalMails(work)
            mail = mails.get(notice_id)
            if mail is not None and mail.is_sent and says_of_address:
                mails.end(mail.id, NoticeEnd.BOUNCED)
        elif notice.is_sent:
            told = Notices.of(work, self.settings)
            NotArrived(work, told).bounced(notice, says_of_address=says_of_address)


def _failures(report: Report) -> list[str]:
    """
    Return the codes by which it says that the notice did not arrive, for good.

    Not of a mere delay. A code of the class 4 is one all the same: a server that tried
    for days has given up, and says by it what it met last (RFC 3464 §2.3.3).
    """
    return [one.code for one in report.recipients if one.word == "failed"]


def _is_of(code: str) -> bool:
    """
    Tell whether a failure is of the address.

    Where what is refused is our server or the content (RFC 3463 §3.7, §3.8), that says
    nothing of it.
    """
    return not code.startswith(("4.6", "4.7", "5.6", "5.7"))


def _content(file: Path) -> bytes | None:
    """Return the beginning of a file; None of what is no file of its own."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ELOOP}:  # gone, or a link: not ours
            return None
        raise
    with os.fdopen(descriptor, "rb") as opened:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return opened.read(MOST_BYTES)
