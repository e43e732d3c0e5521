"""Somebody in a directory of professionals and places."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class DirectoryEntry:
    """
    A professional or a place, by a name; public, as directories are.

    ``identity`` is what a block names: an address, a PS_IdNat or a Struct_IdNat, in
    lower case. ``is_place``: it stands for everybody who writes from there. ``about``
    tells those of one name apart: what they do and where, as the national directory
    says it, in French.
    """

    identity: str
    name: str
    is_place: bool = False
    about: str = ""
