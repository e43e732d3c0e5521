"""Sockets of files: what else is at their place stays, and the kernel says who asks."""

from __future__ import annotations

import socket
import stat
import struct
from pathlib import Path

from attrs import frozen

from gateway.errors import MisuseError

_CREDENTIALS = struct.Struct("3i")


@frozen
class SocketPeer:
    """Who is at the other end, as the kernel has it (unix(7), ``SO_PEERCRED``)."""

    pid: int
    uid: int

    @classmethod
    def of(cls, connection: socket.socket) -> SocketPeer:
        """Return who connected."""
        found = connection.getsockopt(
            socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size
        )
        pid, uid, _ = _CREDENTIALS.unpack(found)
        return cls(pid, uid)


def listen_at(path: Path, waiting: int, setting: str) -> socket.socket:
    """
    Return a socket that listens at a path, to which every account may connect.

    Who may do what is judged by the account at the other end. A socket that is there
    was left by a process that was killed.

    Raises:
        MisuseError: something else is there, or the folder is not.
    """
    if path.exists() and not stat.S_ISSOCK(path.lstat().st_mode):
        raise MisuseError(f"{setting}: {path} is something else")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.unlink(missing_ok=True)
        listener.bind(str(path))
        path.chmod(0o666)
        listener.listen(waiting)
    except OSError as error:
        listener.close()
        raise MisuseError(f"{setting}: {path}: {error.strerror}") from error
    return listener
