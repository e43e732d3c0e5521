"""Having the text taken out of files that are no text, by processes that are shut in"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType, TracebackType
from typing import IO, Final, Self

from attrs import define, field, frozen

from gateway.converting.child import FAILED, HEAD, MORE, TEXT
from gateway.converting.shut_in import kill, start
from gateway.converting.text_child import ASKED, END, PDF, RTF, TextLimits
from gateway.core.rendered import NotTakenError, TakenText

_KINDS: Mapping[str, bytes] = MappingProxyType(
    {"application/pdf": PDF, "text/rtf": RTF}
)
"""What a text is taken out of."""

_CHILD: Final = "gateway.converting.text_child"
_BYTES_A_CHARACTER: Final = 4
_OF_FRAMES: Final = 64 * 1024
_TO_START: Final = 10.0
"""Seconds more that the first file may take: the process is started for it."""


@frozen(kw_only=True)
class TakerLimits:
    """
    What taking the text of one file may take.

    ``file_bytes`` of the file itself, ``unpacked_bytes`` of one stream in it;
    ``characters`` are of its text, which is cut there, as after so many ``pages``.
    """

    seconds: float = 20.0
    memory_bytes: int = 1024 * 1024 * 1024
    file_bytes: int = 32 * 1024 * 1024
    unpacked_bytes: int = 32 * 1024 * 1024
    pages: int = 100
    characters: int = 200_000


@define
class TextTaker:
    """
    Takes texts out of files, one after the other; blocking, for one thread.

    Used as a context: at its end the process ends.
    """

    limits: TakerLimits = field(factory=TakerLimits)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def take(self, media_type: str, content: bytes) -> TakenText:
        """
        Return the text of a file; an empty one where nothing can be read of it.

        Raises:
            NotTakenError: the process did not answer in time, or ended, or cannot be
                shut in on this system: it may be tried again.
        """
        if media_type not in _KINDS or len(content) > self.limits.file_bytes:
            return TakenText(is_cut=media_type in _KINDS)
        seconds = self.limits.seconds
        process = self._process
        if process is None:
            process, seconds = self._start(), seconds + _TO_START
        late = threading.Timer(seconds, kill, (process,))
        late.start()
        is_whole = False
        try:
            found = self._ask(process, _KINDS[media_type], content)
            is_whole = True
        except (OSError, _BrokenOffError):
            raise NotTakenError("the process that reads it ended") from None
        finally:
            late.cancel()
            if not is_whole:
                self._end()
        return found

    def _start(self) -> subprocess.Popen[bytes]:
        limits = self.limits
        told = TextLimits(
            memory_bytes=limits.memory_bytes,
            seconds=max(1, int(limits.seconds)),
            pages=limits.pages,
            characters=limits.characters,
            unpacked_bytes=limits.unpacked_bytes,
        )
        try:
            self._process = start(_CHILD, str(told), subprocess.PIPE)
        except OSError as error:
            raise NotTakenError("no process could be started") from error
        return self._process

    def _ask(
        self, process: subprocess.Popen[bytes], kind: bytes, content: bytes
    ) -> TakenText:
        assert process.stdin is not None, "asked for"
        assert process.stdout is not None, "asked for"
        process.stdin.write(ASKED.pack(kind, len(content)))
        process.stdin.write(content)
        process.stdin.flush()
        most = _BYTES_A_CHARACTER * self.limits.characters + _OF_FRAMES
        return _heard(process.stdout, most)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        kill(process)
        process.wait()
        assert process.stdin is not None, "asked for"
        assert process.stdout is not None, "asked for"
        process.stdout.close()
        with suppress(BrokenPipeError):  # what it was not given any more
            process.stdin.close()


class _BrokenOffError(Exception):
    """An answer that ends before its end, or says more than may be."""


def _heard(pipe: IO[bytes], most: int) -> TakenText:
    """
    Return what an answer says.

    Raises:
        NotTakenError: the file was not read, for a reason of ours.
    """
    texts: list[str] = []
    is_cut, heard = False, 0
    while True:
        head = pipe.read(HEAD.size)
        if len(head) < HEAD.size:
            raise _BrokenOffError
        kind, size = HEAD.unpack(head)
        heard += HEAD.size + size
        if heard > most:
            raise _BrokenOffError
        part = pipe.read(size)
        if len(part) < size:
            raise _BrokenOffError
        if kind == TEXT:
            texts.append(part.decode("utf-8", "replace"))
        elif kind == FAILED and part == b"unconfined":
            raise NotTakenError("this system cannot shut a process in")
        elif kind == FAILED:  # what was read before stands
            return TakenText("".join(texts), is_cut=bool(texts) or part == b"large")
        elif kind == END:
            return TakenText("".join(texts), is_cut=is_cut)
        is_cut = is_cut or kind == MORE
