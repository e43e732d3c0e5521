"""The limit of open files, raised as far as the system allows and no further."""

from __future__ import annotations

import subprocess
import sys

import pytest

ASKING = """
import resource
from gateway.node.descriptors import allow_descriptors

resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
print(allow_descriptors({wanted}), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "said"),
    [
        (256, 800, 700, "700 700 800"),
        (256, 800, 900, "800 800 800"),
        (256, 800, 100, "100 256 800"),
    ],
    ids=["raised", "raised as far as allowed", "enough already"],
)
def test_the_limit_is_raised_to_what_is_wanted(
    soft: int, hard: int, wanted: int, said: str
) -> None:
    program = ASKING.format(soft=soft, hard=hard, wanted=wanted)

    # In a process of its own: a hard limit that was lowered cannot be raised again.
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == said
