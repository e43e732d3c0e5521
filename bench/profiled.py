"""Runs a `gateway` command under the sampler: ``python -m bench.profiled OUT WORD…``"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.sampler import Sampler, write
from gateway.cli.main import main

if __name__ == "__main__":
    out, *words = sys.argv[1:]
    sampler = Sampler()
    sampler.start()
    try:
        status = main(words)
    finally:
        write(sampler.stop(), Path(out))
    sys.exit(status)
