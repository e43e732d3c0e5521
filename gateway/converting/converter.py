"""Having a file converted, within limits, by a process of its own for each."""

from __future__ import annotations

import hashlib
import os
import subprocess
import threading
from collections import OrderedDict
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import define, field, frozen

from gateway.converting.child import (
    FAILED,
    HEAD,
    MORE,
    PICTURE,
    TEXT,
    ChildLimits,
)
from gateway.converting.shut_in import kill, start
from gateway.core.rendered import Converted, NotConvertedError, WhyDownload

_CHILD: Final = "gateway.converting.child"
_AT_ONCE: Final = 64 * 1024
_CHARACTERS: Final = 2 * 1024 * 1024
"""Of a text that is shown on a page."""

_SIDE: Final = 2400
"""Pixels of the longer side of what is shown: a page of A4 at 200 points an inch."""

_WHY: Mapping[bytes, WhyDownload] = MappingProxyType(
    {b"large": WhyDownload.TOO_LARGE, b"unconfined": WhyDownload.FORMAT}
)


@frozen(kw_only=True)
class ConverterLimits:
    """
    What conversions may take; sizes in bytes, ``answer_bytes`` of one answer.

    ``at_once`` processes run side by side, and who waits longer than ``seconds`` for
    one is told so. ``kept_bytes`` of what was converted last are kept in memory: a page
    and its pictures are asked for one after the other.
    """

    seconds: float = 20.0
    memory_bytes: int = 1024 * 1024 * 1024
    pixels: int = 60_000_000
    pages: int = 50
    at_once: int = 2
    kept_bytes: int = 64 * 1024 * 1024
    answer_bytes: int = 128 * 1024 * 1024


@define
class Converter:
    """Converts files; blocking, so called on worker threads."""

    limits: ConverterLimits = field(factory=ConverterLimits)
    _kept: OrderedDict[str, Converted] = field(factory=OrderedDict, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False)
    _places: threading.BoundedSemaphore = field(init=False, repr=False)

    @_places.default
    def _of_limits(self) -> threading.BoundedSemaphore:
        return threading.BoundedSemaphore(self.limits.at_once)

    def convert(self, media_type: str, content: bytes) -> Converted:
        """
        Return what is shown of a TIFF, a HEIC or an RTF.

        Raises:
            NotConvertedError: it is too large or nothing can be read of it; or all
                places are taken.
        """
        name = f"{media_type}:{hashlib.sha256(content).hexdigest()}"
        if (known := self._known(name)) is not None:
            return known
        if not self._places.acquire(timeout=self.limits.seconds):
            raise NotConvertedError(WhyDownload.BUSY)
        try:
            # Who waited for a place may have waited for this very file.
            known = self._known(name)
            made = known if known is not None else self._run(media_type, content)
        finally:
            self._places.release()
        self._keep(name, made)
        return made

    def _known(self, name: str) -> Converted | None:
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
            return self._kept.get(name)

    def _keep(self, name: str, made: Converted) -> None:
        with self._lock:
            self._kept[name] = made
            size = sum(one.size for one in self._kept.values())
            while size > self.limits.kept_bytes and self._kept:
                size -= self._kept.popitem(last=False)[1].size

    def _run(self, media_type: str, content: bytes) -> Converted:
        limits = self.limits
        told = ChildLimits(
            media_type=media_type,
            memory_bytes=limits.memory_bytes,
            seconds=max(1, int(limits.seconds)),
            pixels=limits.pixels,
            pages=limits.pages,
            side=_SIDE,
            characters=_CHARACTERS,
        )
        return _read(_answer_of(str(told), content, limits))


def _answer_of(told: str, content: bytes, limits: ConverterLimits) -> bytes:
    """Run the process; return what it answered, as far as it came in time."""
    # The file lies in memory alone, and the process finds it whole: no pipe to fill.
    source = os.memfd_create("converted")
    try:
        with os.fdopen(os.dup(source), "wb") as out:
            out.write(content)
        os.lseek(source, 0, os.SEEK_SET)
        process = start(_CHILD, told, source)
    except OSError as error:
        raise NotConvertedError(WhyDownload.BUSY) from error
    finally:
        os.close(source)
    return _heard(process, limits)


def _heard(process: subprocess.Popen[bytes], limits: ConverterLimits) -> bytes:
    """Return what a process says until it ends, its time does, or it says too much."""
    late = threading.Timer(limits.seconds, kill, (process,))
    late.start()
    answer = bytearray()
    assert process.stdout is not None, "asked for"
    try:
        with process.stdout as pipe:
            while part := pipe.read(_AT_ONCE):
                answer += part
                if len(answer) > limits.answer_bytes:
                    raise NotConvertedError(WhyDownload.TOO_LARGE)
    finally:
        late.cancel()
        kill(process)
        process.wait()
    return bytes(answer)


def _read(answer: bytes) -> Converted:
    """
    Return what an answer says; one that breaks off is that of a process that was ended.

    Raises:
        NotConvertedError: it says so, or says nothing.
    """
    text, pictures, is_cut, at = "", [], False, 0
    while at + HEAD.size <= len(answer):
        kind, size = HEAD.unpack_from(answer, at)
        part = answer[at + HEAD.size : at + HEAD.size + size]
        at += HEAD.size + size
        if kind == FAILED or len(part) < size:
            why = _WHY.get(part, WhyDownload.UNREADABLE)
            raise NotConvertedError(why if kind == FAILED else WhyDownload.TOO_LARGE)
        if kind == TEXT:
            text = part.decode("utf-8", "replace")
        elif kind == PICTURE:
            pictures.append(part)
        is_cut = is_cut or kind == MORE
    if not text and not pictures:
        # Memory or time of the processor was used up before anything was there.
        raise NotConvertedError(WhyDownload.TOO_LARGE)
    return Converted(text, tuple(pictures), is_cut)
