"""
The command that `ps` shows of a process, for one that was forked and not started.

Linux keeps where the words lie in the memory of the process (proc(5), `cmdline`), and
lets a process say that they lie elsewhere (PR_SET_MM_MAP of PR_SET_MM(2const)). Written
over the old ones, there would be no room for more.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

_PR_SET_NAME: Final = 15
_PR_SET_MM: Final = 35
_PR_SET_MM_MAP: Final = 14

_NAME_BYTES: Final = 15
"""The longest name of a thread, PR_SET_NAME(2const)."""


class _Map(ctypes.Structure):
    """``struct prctl_mm_map`` of linux/prctl.h, where addresses have 64 bits."""

    _fields_ = (
        *(
            (name, ctypes.c_uint64)
            for name in (
                *("start_code", "end_code", "start_data", "end_data"),
                *("start_brk", "brk", "start_stack"),
                *("arg_start", "arg_end", "env_start", "env_end", "auxv"),
            )
        ),
        ("auxv_size", ctypes.c_uint32),
        ("exe_fd", ctypes.c_uint32),
    )


_PLACES: Final = {
    "start_code": 26,
    "end_code": 27,
    "start_stack": 28,
    "start_data": 45,
    "end_data": 46,
    "start_brk": 47,
    "env_start": 50,
    "env_end": 51,
}
"""Where /proc/self/stat says what stays as it is (proc_pid_stat(5), from 1 on)."""

_kept: list[Any] = []
"""The words that are shown: the kernel reads them for as long as the process lives."""


def shown_command() -> tuple[str, ...]:
    """Return the words that are shown of this process."""
    said = Path("/proc/self/cmdline").read_bytes()
    return tuple(os.fsdecode(word) for word in said.removesuffix(b"\0").split(b"\0"))


def show_command(words: Sequence[str]) -> None:
    """
    Have other words shown of this process, which has no second thread.

    Raises:
        OSError: this kernel shows none but those a process was started with.
    """
    if sys.platform != "linux" or ctypes.sizeof(ctypes.c_void_p) != 8:
        raise OSError("the words of a command lie elsewhere on this platform")
    said = b"".join(os.fsencode(word) + b"\0" for word in words)
    kept = ctypes.create_string_buffer(said, len(said))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.sbrk.restype = ctypes.c_void_p
    stat = Path("/proc/self/stat").read_text("utf-8", "replace")
    fields = stat.rpartition(")")[2].split()
    places = {name: int(fields[number - 3]) for name, number in _PLACES.items()}
    start = ctypes.addressof(kept)
    asked = _Map(
        **places,
        arg_start=start,
        arg_end=start + len(said),
        exe_fd=2**32 - 1,  # the program stays the one it is
    )
    given = ctypes.byref(asked), ctypes.c_ulong(ctypes.sizeof(asked)), 0
    asked.brk = libc.sbrk(0)  # last: what asks for memory may move it
    if libc.prctl(_PR_SET_MM, _PR_SET_MM_MAP, *given):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    _kept[:] = [kept]
    name = os.fsencode(Path(words[0]).name)[:_NAME_BYTES]
    libc.prctl(_PR_SET_NAME, ctypes.c_char_p(name), 0, 0, 0)
