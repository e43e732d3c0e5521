"""What `gateway doctor` found of one thing it looked at."""

from __future__ import annotations

from attrs import frozen


@frozen
class Finding:
    """One thing that was looked at; ``mend`` is empty when it is as it should be."""

    subject: str
    state: str
    mend: str = ""
