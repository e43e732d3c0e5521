"""
Which steps of carrying an older database over are done, kept where SQL does not reach.

Until a step is done, what an earlier version wrote is believed as it wrote it. Done is
said in the database and in a small file of the blob folder, each time with a digest
that only the key makes: who writes the database alone cannot have old forms accepted
again.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select, update

from gateway.durable import replace_file
from gateway.store.sealed.digest_keys import Label
from gateway.store.sealed.keys import KeyRing
from gateway.store.tables import carried, instance

if TYPE_CHECKING:
    from gateway.store.sealed.blobs import BlobFolder

FILE = "carried"
"""Name of the file in the blob folder; no blob is called so."""


def is_carried(
    connection: Connection, keys: KeyRing, folder: BlobFolder, step: str
) -> bool:
    """Tell whether a step is done, by the database or by the file beside the blobs."""
    return any(where_carried(connection, keys, folder, step))


def where_carried(
    connection: Connection, keys: KeyRing, folder: BlobFolder, step: str
) -> tuple[bool, bool]:
    """Return whether the database says that a step is done; whether the file does."""
    mac = _mac(connection, keys, step)
    kept = connection.execute(
        select(carried.c.mac).where(carried.c.step == step)
    ).scalar()
    return (
        kept is not None and hmac.compare_digest(bytes(kept), mac),
        hmac.compare_digest(_in_file(folder.folder).get(step, ""), mac.hex()),
    )


def set_carried(
    connection: Connection, keys: KeyRing, step: str, now: datetime
) -> None:
    """Say in the database that a step is done."""
    connection.execute(delete(carried).where(carried.c.step == step))
    connection.execute(
        insert(carried).values(
            step=step, place="", done_at=now, mac=_mac(connection, keys, step)
        )
    )


def write_carried(
    connection: Connection, keys: KeyRing, folder: BlobFolder, step: str
) -> None:
    """
    Say the same in the blob folder; said already is no error.

    Raises:
        OSError: it cannot be written to.
    """
    known = _in_file(folder.folder)
    mac = _mac(connection, keys, step).hex()
    if known.get(step) == mac:
        return
    known[step] = mac
    text = "".join(f"{name} {value}\n" for name, value in sorted(known.items()))
    folder.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(folder.folder / FILE, text.encode("ascii"))


def forget_carried(folder: Path) -> None:
    """Let an older database, put back on purpose, be carried over again."""
    (folder / FILE).unlink(missing_ok=True)


def place_in(connection: Connection, step: str) -> str:
    """Return how far a step came, as it said itself; empty at its beginning."""
    place = connection.execute(
        select(carried.c.place).where(carried.c.step == step)
    ).scalar()
    return place or ""


def set_place(connection: Connection, step: str, place: str) -> None:
    """Note how far a step came."""
    done = connection.execute(
        update(carried).where(carried.c.step == step).values(place=place)
    )
    if not done.rowcount:
        connection.execute(insert(carried).values(step=step, place=place))


def forget_place(connection: Connection, step: str) -> None:
    """Note that something that is begun anew each time was done."""
    connection.execute(delete(carried).where(carried.c.step == step))


def _in_file(folder: Path) -> dict[str, str]:
    try:
        text = (folder / FILE).read_text("ascii", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return dict(line.split(" ", 1) for line in text.splitlines() if " " in line)


def _mac(connection: Connection, keys: KeyRing, step: str) -> bytes:
    whose = connection.execute(select(instance.c.id)).scalar() or ""
    return keys.mac(Label.ROW, f"carried {whose} {step}".encode())
