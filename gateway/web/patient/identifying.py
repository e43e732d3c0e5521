"""What somebody who is not signed in says of themselves, as the forms take it."""

from __future__ import annotations

import re
from datetime import date

from attrs import field, frozen

from gateway.errors import InvalidError
from gateway.rights.recovery_rules import ItemsSaid, card_serial
from gateway.web.site.forms import Form

FIELDS = ("number", "born", "card")

_DAY = re.compile(
    r"(?P<y>[0-9]{4})[-/. ](?P<m>[0-9]{1,2})[-/. ](?P<d>[0-9]{1,2})"
    r"|(?P<d2>[0-9]{1,2})[-/. ](?P<m2>[0-9]{1,2})[-/. ](?P<y2>[0-9]{4})"
)


@frozen(kw_only=True)
class SaidWho:
    """A number and what is said with it; ``wrong`` names the fields to write again."""

    number: str = field(repr=False)
    items: ItemsSaid = field(repr=False)
    wrong: tuple[str, ...]


def read_who(form: Form) -> SaidWho:
    """Return what a form says; what is wrong in it is empty here."""
    number, born = number_of(form.line("number")), birth_date_of(form.line("born"))
    wrong = [name for name, one in (("number", number), ("born", born)) if not one]
    card = form.line("card")
    try:
        card = card_serial(card) if card else ""
    except InvalidError:
        card = ""
        wrong.append("card")
    items = ItemsSaid(birth_date=born, card=card)
    return SaidWho(number=number, items=items, wrong=tuple(wrong))


def number_of(text: str) -> str:
    """
    Return an INS or social security number as it is kept, or an empty text.

    >>> number_of("2 79 03 51 215 189 89"), number_of("27903")
    ('279035121518989', '')
    """
    number = "".join(text.split()).upper()
    return number if len(number) == 15 and number.isascii() and number.isalnum() else ""


def birth_date_of(text: str) -> str:
    """
    Return a birth date as it is kept, YYYYMMDD, or an empty text.

    >>> birth_date_of("1979-03-28"), birth_date_of("28/3/1979"), birth_date_of("1979")
    ('19790328', '19790328', '')
    """
    day = day_of(text)
    return "" if day is None else day.strftime("%Y%m%d")


def day_of(text: str) -> date | None:
    """
    Return a day as the browser's own field sends it, or as written by hand in France.

    A year has four digits: of two nobody knows the century.

    >>> str(day_of("1979-03-28")), str(day_of(" 28.3.1979")), day_of("28/03/79")
    ('1979-03-28', '1979-03-28', None)
    """
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return None
    said = found.groupdict()
    year, month, day = (said[one] or said[f"{one}2"] for one in ("y", "m", "d"))
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
