"""A code drawn as a QR, as the lines of an SVG, to be read off a screen."""

from __future__ import annotations

from attrs import frozen

_QUIET = 4
"""Empty modules around it, as readers of such codes ask."""


@frozen
class DrawnCode:
    """A QR code: the modules of its side, and the path that fills the dark ones."""

    side: int
    path: str


def draw_code(digits: str) -> DrawnCode:
    """
    Return digits as a QR code, with its quiet zone.

    What it holds is what is written beside it: no name, no number, no address.
    """
    # Not at the start: it brings all of reportlab into each process.
    from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(digits)
    code.make()
    count = code.getModuleCount()
    path = "".join(
        f"M{column + _QUIET} {row + _QUIET}h1v1h-1z"
        for row in range(count)
        for column in range(count)
        if code.isDark(row, column)
    )
    return DrawnCode(count + 2 * _QUIET, path)
