"""The schema of the CI-SIS, which is not ours: tests of it are skipped without."""

from __future__ import annotations

import pytest

from gateway.documents.cda.schema import CdaSchema
from tests.shared import shared


@pytest.fixture(scope="session")
def schema() -> CdaSchema:
    return CdaSchema(shared("cda-schema"))
