"""The national health identifier: form, key, authorities, and what it never shows."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.core.ins import (
    Ins,
    InsAuthority,
    control_key,
    has_valid_key,
)
from gateway.errors import InvalidError

NIR, NIA, TEST, DEMO = (authority.value for authority in InsAuthority)

GOOD = [
    # the ANS's fictional people, and bodies of our own
    ("279035121518989", TEST),
    ("277076322082910", NIR),
    ("207058575627097", NIR),
    ("162018885045327", NIR),
    ("153078987658513", NIA),
    ("274075176079430", TEST),
    ("248039263001064", DEMO),
    ("179022A351215" + control_key("179022A351215"), NIR),
    ("279022B351215" + control_key("279022B351215"), NIA),
]

MALFORMED = [
    "",
    "2",
    "27903512151898",
    "2790351215189890",
    "27903512151898X",
    "079035121518989",
    "279032C21518989",
    "27903 121518989",
    "2790351215189\n89",
    "٢79035121518989",
    "27903512151898９",
    "<script>alert(1)",
]


@pytest.mark.parametrize(("matricule", "oid"), GOOD)
def test_a_matricule_with_its_key_is_accepted(matricule: str, oid: str) -> None:
    ins = Ins.of(matricule, oid)

    assert ins.key_is_valid
    assert ins.authority.value == oid


@pytest.mark.parametrize("matricule", MALFORMED)
@pytest.mark.parametrize("oid", [NIR, TEST])
def test_a_malformed_matricule_is_refused(matricule: str, oid: str) -> None:
    with pytest.raises(InvalidError, match="malformed patient identifier"):
        Ins.of(matricule, oid)


# Four identifiers of published examples; their keys are wrong as published.
WRONG_KEYS = [
    "221042545611404",
    "222127505611201",
    "223042545611404",
    "224027511583555",
]


@pytest.mark.parametrize("matricule", WRONG_KEYS)
@pytest.mark.parametrize("oid", [NIR, NIA])
def test_a_wrong_key_is_refused_from_a_real_authority(matricule: str, oid: str) -> None:
    with pytest.raises(InvalidError, match="wrong control key"):
        Ins.of(matricule, oid)


@pytest.mark.parametrize("matricule", WRONG_KEYS)
@pytest.mark.parametrize("oid", [TEST, DEMO])
def test_a_wrong_key_from_a_test_authority_is_told(matricule: str, oid: str) -> None:
    ins = Ins.of(matricule, oid)

    assert not ins.key_is_valid
    assert ins.authority.is_test


@pytest.mark.parametrize("oid", ["", "1.2.250.1.213.1.4.2", "1.2.250.1.213.1.4.13"])
def test_another_authority_is_not_ins(oid: str) -> None:
    with pytest.raises(InvalidError, match="authority"):
        Ins.of("279035121518989", oid)


def test_corsican_departments_count_as_numbers() -> None:
    south, north = "179022A351215", "179022B351215"

    assert control_key(south) == control_key("1790219351215")
    assert control_key(north) == control_key("1790218351215")


def test_blanks_around_and_small_letters_are_forgiven() -> None:
    key = control_key("179022A351215")

    assert Ins.of(f" 179022a351215{key}\n", NIR).matricule == f"179022A351215{key}"


CX = [
    "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH",
    "279035121518989^^^&1.2.250.1.213.1.4.10&ISO",
    "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^",
    "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH^^20101207",
    "279035121518989^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS^^20101207",
]


@pytest.mark.parametrize("text", CX)
def test_the_forms_of_cx_in_use_are_read(text: str) -> None:
    ins = Ins.from_cx(text)

    assert ins == Ins("279035121518989", InsAuthority.NIR_TEST)
    assert ins.to_cx() == CX[0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "279035121518989",
        "279035121518989^^^1.2.250.1.213.1.4.10",
        "279035121518989^^^&1.2.250.1.213.1.4.10&DNS^NH",
        "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^PI",
        "279035121518989^x^^&1.2.250.1.213.1.4.10&ISO^NH",
        "279035121518989^^^&9.9&ISO^NH",
    ],
)
def test_another_form_of_cx_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        Ins.from_cx(text)


def test_neither_text_nor_error_shows_the_matricule() -> None:
    ins = Ins.of("279035121518989", TEST)

    assert "2790351215189" not in repr(ins)
    with pytest.raises(InvalidError) as caught:
        Ins.of("279035121518988", NIR)
    assert "279035" not in str(caught.value)


DEPARTMENTS = st.from_regex(r"[0-9]{2}|2A|2B", fullmatch=True)
BODIES = st.builds(
    lambda start, department, rest: start + department + rest,
    st.from_regex(r"[1-9][0-9]{4}", fullmatch=True),
    DEPARTMENTS,
    st.from_regex(r"[0-9]{6}", fullmatch=True),
)


@given(BODIES, st.sampled_from(InsAuthority))
def test_any_body_with_its_own_key_is_accepted(
    body: str, authority: InsAuthority
) -> None:
    ins = Ins(body + control_key(body), authority)

    assert ins.key_is_valid
    assert Ins.from_cx(ins.to_cx()) == ins


@given(BODIES, st.integers(0, 14), st.integers(1, 9))
def test_any_one_wrong_digit_is_noticed(body: str, at: int, shift: int) -> None:
    matricule = body + control_key(body)
    assume(matricule[at].isdigit())
    digit = str((int(matricule[at]) + shift) % 10)

    assert not has_valid_key(matricule[:at] + digit + matricule[at + 1 :])


@given(st.text(max_size=80), st.one_of(st.text(max_size=30), st.just(NIR)))
def test_any_text_is_read_or_refused(text: str, oid: str) -> None:
    for read in (
        lambda: Ins.of(text, oid),
        lambda: Ins.from_cx(text),
    ):
        try:
            read()
        except InvalidError:
            continue
