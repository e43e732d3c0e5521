"""The doctor's look at where the memory of a process may be written: cores, swap."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.cli.findings import Finding
from gateway.node.secret_memory import memory_state, swap_bytes, swapped_bytes
from gateway.settings.file import Settings


def memory(settings: Settings) -> Iterator[Finding]:
    """Yield whether keys may lie in core files, and whether some are in swap."""
    state = memory_state()
    if state.core_bytes or state.dumpable:
        yield Finding(
            "core files",
            "a process of ours that ends badly would be written to the disk",
            "ulimit -c 0 for the account, and LimitCORE=0 in the unit file",
        )
    else:
        yield Finding("core files", "none are written of our processes")
    swapped = swapped_bytes(("serve", str(settings.folder / "gateway.toml")))
    if swapped:
        yield Finding(
            "swap",
            f"{swapped // 1024} kB of the service are in it, keys perhaps among them",
            "MemorySwapMax=0 in the unit file (docs/gateway.service), or encrypt it",
        )
    elif size := swap_bytes():
        yield Finding(
            "swap",
            f"{size // 2**20} MiB here, nothing of the service in it; docs/"
            "gateway.service keeps it out",
        )
    else:
        yield Finding("swap", "none on this machine")
