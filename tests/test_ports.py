"""Two runs of the tests on one machine never take a port from each other."""

from __future__ import annotations

import subprocess
import sys
from itertools import islice
from pathlib import Path

from tests.ports import free_ports, own_ports

ROOT = Path(__file__).parents[1]
ANOTHER = """
from itertools import islice
from tests.ports import own_ports
ports = own_ports()
print(*islice(ports, 499), flush=True)
input()
"""


def test_each_process_has_a_range_that_is_free_once_it_ends() -> None:
    command = [sys.executable, "-c", ANOTHER]
    mine = own_ports()
    given = set(islice(mine, 499))
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        theirs = {int(port) for port in other.stdout.readline().split()}
        other.kill()

    assert len(given) == len(theirs) == 499
    assert not given & theirs
    assert not given & set(free_ports(20))


def test_ports_are_free_and_each_is_given_once() -> None:
    ports = free_ports(12)

    assert len(set(ports)) == 12
    assert all(20000 < port < 32768 for port in ports)
    assert not set(ports) & set(free_ports(12))
