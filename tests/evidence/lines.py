"""Lines of the journal, beside what they say of evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def without_evidence(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return the detail of a line that vouches for evidence, without that."""
    rest = dict(detail)
    assert re.fullmatch(r"[0-9a-f]{32}", rest.pop("decision"))
    assert re.fullmatch(r"[0-9a-f]{64}", rest.pop("evidence"))
    return rest
