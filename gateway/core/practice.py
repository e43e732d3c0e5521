"""A professional by name, and the situations in which they practise."""

from __future__ import annotations

from attrs import field, frozen


@frozen(kw_only=True)
class Practice:
    """
    One activity of a professional (situation d'exercice), as the directory has it.

    Codes are those of the Annuaire Santé: ``profession`` of TRE_G15, G16 or R94,
    ``category`` C, M or E (a student: the profession is one of G16), ``specialty`` of
    TRE_R01, ``activity`` of R22 (codeGenreActivite), ``function`` of R21 or R85,
    ``section`` of G05, ``sector`` of R02. ``structure`` is the Struct_IdNat
    (``1``+FINESS, ``3``+SIRET, or the directory's technical number), ``place`` its name
    and ``town`` where it stands. Each may be empty: a directory leaves things out.
    """

    profession: str
    category: str = ""
    specialty: str = ""
    activity: str = ""
    function: str = ""
    section: str = ""
    sector: str = ""
    structure: str = ""
    place: str = ""
    town: str = ""


@frozen(kw_only=True)
class Professional:
    """
    A person who practises, by the national number (IDNPS: ``8``+RPPS, ``0``+ADELI).

    ``practices`` has every activity that is known, in the directory's order; somebody
    new may have none. ``may_regulate`` says that the directory or the token knows them
    to regulate emergency calls (Acces_Regulation_Medicale, or the function FON-32).
    """

    national_id: str
    family: str = field(repr=False)
    given: str = field(repr=False)
    practices: tuple[Practice, ...] = ()
    may_regulate: bool = False
