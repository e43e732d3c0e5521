"""A reception on each database, its writer running."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from gateway.loop import Threads
from gateway.reception.keeping import Reception
from gateway.store.base.work import Database
from gateway.store.base.writer import Writer


@contextmanager
def running_reception(database: Database) -> Iterator[Reception]:
    """Start a writer, threads and a loop for a reception; end them."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="loop")
    thread.start()
    writer = Writer(database)
    writer.start()
    with ThreadPoolExecutor(2) as threads:
        yield Reception(database, writer, Threads(loop, threads))
    writer.stop()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def reception(database: Database) -> Iterator[Reception]:
    with running_reception(database) as running:
        yield running
