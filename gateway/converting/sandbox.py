"""
Shutting a process in: what it has open it may read and write, and nothing else.

Programs that read pictures are large and have had faults that give a stranger's file
the run of the process. So the process that reads them gives up, before the first byte,
every call to the system but those that compute and answer (seccomp, Linux): it can open
no file, make no connection, start no program and look at no other process. Memory and
time of the processor are limited by the system as well (setrlimit): the size that a
file declares is not believed.

Written here as there is no kept-up library of it that installs without a compiler: the
filter is a table of numbers, and one call hands it to the system.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import struct
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

_NO_NEW_PRIVILEGES: Final = 38  # PR_SET_NO_NEW_PRIVS, linux/prctl.h
_SET_SECCOMP: Final = 22
_FILTER_MODE: Final = 2
_NEW_CALLS: Final = 435  # clone3, on all machines
_THREAD: Final = 0x10000  # CLONE_THREAD: a thread of this process, and no other one
_X32: Final = 0x40000000  # calls of another table on x86-64

_LOAD: Final = 0x20  # BPF_LD | BPF_W | BPF_ABS, linux/bpf_common.h
_EQUAL: Final = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_AT_LEAST: Final = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_HAS: Final = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_RETURN: Final = 0x06
_KILL: Final = 0x80000000  # SECCOMP_RET_KILL_PROCESS
_ALLOW: Final = 0x7FFF0000
_ERROR: Final = 0x00050000

_NUMBER, _ARCHITECTURE, _FIRST_WORD = 0, 4, 16  # places in struct seccomp_data

_X86_64: Mapping[str, int] = MappingProxyType(
    {
        "read": 0,
        "write": 1,
        "close": 3,
        "fstat": 5,
        "lseek": 8,
        "mmap": 9,
        "mprotect": 10,
        "munmap": 11,
        "brk": 12,
        "rt_sigaction": 13,
        "rt_sigprocmask": 14,
        "rt_sigreturn": 15,
        "sched_yield": 24,
        "mremap": 25,
        "madvise": 28,
        "nanosleep": 35,
        "getpid": 39,
        "exit": 60,
        "gettimeofday": 96,
        "sigaltstack": 131,
        "gettid": 186,
        "futex": 202,
        "sched_getaffinity": 204,
        "clock_gettime": 228,
        "clock_nanosleep": 230,
        "exit_group": 231,
        "set_robust_list": 273,
        "getrandom": 318,
        "membarrier": 324,
        "rseq": 334,
    }
)
_AARCH64: Mapping[str, int] = MappingProxyType(
    {
        "close": 57,
        "lseek": 62,
        "read": 63,
        "write": 64,
        "fstat": 80,
        "exit": 93,
        "exit_group": 94,
        "futex": 98,
        "set_robust_list": 99,
        "nanosleep": 101,
        "clock_gettime": 113,
        "clock_nanosleep": 115,
        "sched_getaffinity": 123,
        "sched_yield": 124,
        "sigaltstack": 132,
        "rt_sigaction": 134,
        "rt_sigprocmask": 135,
        "rt_sigreturn": 139,
        "gettimeofday": 169,
        "getpid": 172,
        "gettid": 178,
        "brk": 214,
        "munmap": 215,
        "mremap": 216,
        "mmap": 222,
        "mprotect": 226,
        "madvise": 233,
        "getrandom": 278,
        "membarrier": 283,
        "rseq": 293,
    }
)
"""What is left to the process, by its number on each machine (asm/unistd.h)."""

_MACHINES: Mapping[str, tuple[int, int, Mapping[str, int]]] = MappingProxyType(
    {
        "x86_64": (0xC000003E, 56, _X86_64),
        "aarch64": (0xC00000B7, 220, _AARCH64),
    }
)
"""By name: its mark (linux/audit.h), the number of clone, and what is left."""


class NotConfinedError(Exception):
    """This system cannot shut a process in; nothing is to be read then."""


def confine(*, memory_bytes: int, seconds: int) -> None:
    """
    Shut this process in, for good: so much memory, so many seconds of a processor.

    Raises:
        NotConfinedError: the system does not know how.
    """
    limit = resource.setrlimit
    limit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    limit(resource.RLIMIT_CPU, (seconds, seconds))
    limit(resource.RLIMIT_FSIZE, (0, 0))
    limit(resource.RLIMIT_CORE, (0, 0))
    machine = os.uname().machine
    if os.uname().sysname != "Linux" or machine not in _MACHINES:
        raise NotConfinedError(f"no seccomp filter for {machine}")
    program = b"".join(_filter(*_MACHINES[machine]))
    kept = ctypes.create_string_buffer(program)
    head = _Program(len(program) // 8, ctypes.addressof(kept))
    system = ctypes.CDLL(None, use_errno=True)
    if system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise NotConfinedError("privileges cannot be given up")
    if system.prctl(_SET_SECCOMP, _FILTER_MODE, ctypes.byref(head), 0, 0):
        raise NotConfinedError(f"seccomp: {os.strerror(ctypes.get_errno())}")


class _Program(ctypes.Structure):
    """``struct sock_fprog`` of linux/filter.h."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def _step(code: int, value: int, *, then: int = 0, other: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, other, value)


def _filter(mark: int, clone: int, left: Mapping[str, int]) -> Iterator[bytes]:
    """Yield the steps: what is not named is answered with an error, EPERM."""
    yield _step(_LOAD, _ARCHITECTURE)
    yield _step(_EQUAL, mark, then=1)
    yield _step(_RETURN, _KILL)
    yield _step(_LOAD, _NUMBER)
    yield _step(_AT_LEAST, _X32, other=1)
    yield _step(_RETURN, _KILL)
    # The C library goes back to the older call where this one seems not to be there;
    # what that asks for can be looked at here.
    yield _step(_EQUAL, _NEW_CALLS, other=1)
    yield _step(_RETURN, _ERROR | errno.ENOSYS)
    for number in sorted(left.values()):
        yield _step(_EQUAL, number, other=1)
        yield _step(_RETURN, _ALLOW)
    yield _step(_EQUAL, clone, other=2)
    yield _step(_LOAD, _FIRST_WORD)
    yield _step(_HAS, _THREAD, then=1)
    yield _step(_RETURN, _ERROR | errno.EPERM)
    yield _step(_RETURN, _ALLOW)
