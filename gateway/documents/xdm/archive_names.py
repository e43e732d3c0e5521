"""Which names an entry of an archive may have; no file is ever written under them."""

from __future__ import annotations

import re
import unicodedata

from gateway.errors import InvalidError

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*]')
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(?:\..*)?",
    re.IGNORECASE,
)
_INVISIBLE = {"Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def read_name(raw: bytes, *, is_utf8: bool) -> str:
    """
    Return the name of an entry, or refuse it.

    Names outside ASCII are accepted in UTF-8 only: which other code page was meant
    is not written in the archive, and readers differ. A backslash parts folders, as in
    what old .NET writes, and ``./`` before a name says nothing.

    Raises:
        InvalidError: for a name that another program could read as another file, as
            a device, or as a place outside its folder.
    """
    if b"\x00" in raw:
        raise InvalidError("archive with a NUL in a name")
    try:
        name = raw.decode("utf-8" if is_utf8 else "ascii")
    except UnicodeDecodeError:
        # Its cause would quote the name, which often names the patient.
        raise InvalidError("archive with a name in an unknown encoding") from None
    name = name.replace("\\", "/")
    if name.startswith("/") or name[1:2] == ":":
        raise InvalidError("archive with an absolute name")
    if _FORBIDDEN.search(name) or (not name.isascii() and _hides(name)):
        raise InvalidError("archive with a forbidden character in a name")
    while name.startswith("./"):
        name = name[2:]
        if not name:
            return "/"  # the folder of all, which some write as an entry
    for part in name.removesuffix("/").split("/"):
        _check_part(part)
    return name


def key_of(name: str) -> str:
    """
    Return a key that is equal for two names that some file system takes for one.

    >>> key_of("IHE_XDM/Subset01/") == key_of("ihe_xdm/SUBSET01")
    True
    """
    name = name.rstrip("/")
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _hides(name: str) -> bool:
    """Tell whether a character shows nothing, or turns the text around it."""
    return any(unicodedata.category(char) in _INVISIBLE for char in name)


def _check_part(part: str) -> None:
    if part in {"", ".", ".."}:
        raise InvalidError("archive with a name that leaves its folder")
    if part[-1] in ". " or part[0] == " ":
        raise InvalidError(
            "archive with a name that begins or ends with a dot or a space"
        )
    if _DEVICE.fullmatch(part):
        raise InvalidError("archive with the name of a device")
