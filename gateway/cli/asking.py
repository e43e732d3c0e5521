"""Has the running service give a command, where the settings name its socket."""

from __future__ import annotations

import argparse
import json
import os
import socket
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from gateway.cli.operators import say_by_the_key
from gateway.errors import MisuseError, UnavailableError
from gateway.rights.operator_rules import command_of
from gateway.settings.admin import MOST_ASKED
from gateway.settings.file import read_settings

_HEAD = struct.Struct(">cI")
HANDED_OVER: Final = MappingProxyType({"password_file": "password file", "csv": "feed"})
"""Options of commands that name a file to read, and what is in it."""


def asked_of_the_service(args: argparse.Namespace, words: Sequence[str]) -> int | None:
    """
    Return the exit status of a command that the service gave in our place.

    None where it is to be given here: it is about nobody, no socket is set, or no
    service answers there. Then whoever can read the master key gives it, and the
    journal says that.

    Raises:
        MisuseError: the file of a password, of a feed or of a checkpoint cannot be
            read, or is longer than the service takes.
        UnavailableError: the service went away in the middle.
    """
    if not command_of(words) or _is_offline(args):
        return None
    path = _socket_of(args.config)
    if not path:
        return None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as service:
        try:
            service.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            say_by_the_key()
            return None
        except OSError as error:
            raise UnavailableError(f"{path}: {error.strerror}") from error
        asked = json.dumps({"words": list(words), "files": _files(args)}).encode()
        if len(asked) > MOST_ASKED:
            raise MisuseError(f"the service takes {MOST_ASKED} bytes at once: split it")
        try:
            service.sendall(struct.pack(">I", len(asked)) + asked)
            return _shown(service)
        except OSError as error:
            raise UnavailableError(f"{path}: {error.strerror or error}") from error


def _socket_of(config: Path) -> str:
    """
    Return where the service answers.

    An operator may not read the settings: then it is where the variable says, or where
    the unit file has it. It names a place; who asks is for the kernel to say.
    """
    if config.exists() and not os.access(config, os.R_OK):
        return os.environ.get("GATEWAY_SOCKET", "/run/gateway/admin.sock")
    return str(read_settings(config).admin.socket)


def _is_offline(args: argparse.Namespace) -> bool:
    """Tell whether a journal's export is checked: neither database nor key is asked."""
    return getattr(args, "export", None) is not None


def _files(args: argparse.Namespace) -> dict[str, str]:
    """Files are read here, with the rights of who asks, not with the service's."""
    files: dict[str, str] = {}
    for name, what in HANDED_OVER.items():
        file: Path | None = getattr(args, name, None)
        if file is not None:
            files[name] = _text(file, what)
    checkpoints: Sequence[Path] = getattr(args, "checkpoint", ())
    for number, file in enumerate(checkpoints):
        files[f"checkpoint {number}"] = _text(file, "checkpoint")
    return files


def _text(file: Path, what: str) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MisuseError(f"{what}: {error}") from error


def _shown(service: socket.socket) -> int:
    """Write what comes where it would have been written; return the exit status."""
    streams = {b"o": sys.stdout.buffer, b"e": sys.stderr.buffer}
    with service.makefile("rb") as frames:
        while head := frames.read(_HEAD.size):
            if len(head) < _HEAD.size:
                break
            kind, size = _HEAD.unpack(head)
            content = frames.read(size)
            if kind == b"x":
                return int(content)
            streams[kind].write(content)
            streams[kind].flush()
    raise UnavailableError("the service went away before the command ended")
