"""A reader on the patient's side sees what the rule of visibility says."""

from __future__ import annotations

from itertools import product

import pytest

from gateway.core.document import Availability
from gateway.core.listing import FLAGS_OF
from gateway.rights.reader_rules import PatientSide, Sight
from gateway.rights.visibility_rules import PatientReader, patient_sees, sees_version


@pytest.mark.parametrize("who", PatientReader)
def test_who_stands_beside_the_patient_sees_what_the_rule_says(
    who: PatientReader,
) -> None:
    for flags, status, on_request in product(FLAGS_OF, Availability, (False, True)):
        for newer in (None, *FLAGS_OF):
            sight = Sight(flags, status, newer=newer)
            seen = PatientSide(who).sees(sight, on_request=on_request)
            assert seen is (
                patient_sees(flags, status, who, on_request=on_request)
                and sees_version(flags, newer, who)
            )
