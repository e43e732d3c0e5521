"""A new folder is there, whole, after a power cut: its key reads all that comes."""

from __future__ import annotations

from pathlib import Path

from tests.power_cuts import left_after

MAKING = """
import os, sys
from pathlib import Path
from gateway.node.folder import make_folder

os.umask(0o077)
make_folder(Path(sys.argv[1]) / "new" / "gateway")
"""


def test_a_new_folder_is_there_whole_after_a_power_cut(tmp_path: Path) -> None:
    top = tmp_path / "top"
    (top / "new").mkdir(parents=True)

    left = left_after(MAKING, top, tmp_path / "scratch")

    there = {
        str(path.relative_to(top)): path.read_bytes()
        for path in top.rglob("*")
        if path.is_file()
    }
    assert len(there["new/gateway/master.key"]) == 65
    assert left == there
