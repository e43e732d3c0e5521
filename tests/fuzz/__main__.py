"""
Runs one fuzz target: ``python -m tests.fuzz cda --seconds 300``.

With atheris the search follows coverage; without it inputs of the corpus are cut,
mixed and damaged at random. What is found is kept in ``build/fuzz``; an input worth
keeping is copied by hand to ``tests/fuzz/corpus``.
"""

from __future__ import annotations

import argparse
import importlib
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
KEPT = Path("build/fuzz")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("target", help="a module of tests/fuzz, such as cda")
    parser.add_argument("--seconds", type=int, default=300)
    args = parser.parse_args()
    kept = KEPT / args.target
    kept.mkdir(parents=True, exist_ok=True)
    corpus = HERE / "corpus" / args.target
    try:
        atheris: Any = importlib.import_module("atheris")
    except ImportError:
        return _damage(_target(args.target), corpus, kept, args.seconds)
    with atheris.instrument_imports(include=["gateway", "tests.fuzz"]):
        target = _target(args.target)
    limits = [f"-max_total_time={args.seconds}", f"-artifact_prefix={kept}/crash-"]
    atheris.Setup([sys.argv[0], *limits, str(kept), str(corpus)], target)
    atheris.Fuzz()
    return 0


def _target(name: str) -> Callable[[bytes], None]:
    target: Callable[[bytes], None] = importlib.import_module(f"tests.fuzz.{name}").one
    return target


def _damage(
    target: Callable[[bytes], None], corpus: Path, kept: Path, seconds: int
) -> int:
    """Return 1 and keep the input when one breaks the target, else 0."""
    inputs = [path.read_bytes() for path in sorted(corpus.iterdir())]
    end, count, chance = time.monotonic() + seconds, 0, random.Random()
    while time.monotonic() < end:
        content = _damaged(chance, inputs)
        count += 1
        try:
            target(content)
        except Exception:
            (kept / f"crash-{count}").write_bytes(content)
            print(f"input {count} breaks the target; kept in {kept}", file=sys.stderr)
            raise
    print(f"{count} inputs, none breaks the target")
    return 0


def _damaged(chance: random.Random, inputs: list[bytes]) -> bytes:
    content = bytearray(chance.choice(inputs))
    for _ in range(chance.randint(1, 6)):
        at, length = chance.randint(0, len(content)), chance.randint(0, 60)
        match chance.randrange(4):
            case 0:
                del content[at : at + length]
            case 1:
                content[at:at] = chance.randbytes(length % 5)
            case 2:
                other = chance.choice(inputs)
                start = chance.randint(0, len(other))
                content[at : at + length] = other[start : start + length]
            case _:
                content[at:at] = content[at : at + length]
    return bytes(content)


if __name__ == "__main__":
    sys.exit(main())
