"""One thing said in French and in English."""

from __future__ import annotations

from attrs import frozen

LANGUAGES = ("fr", "en")


@frozen
class Both:
    """One thing in French and in English."""

    fr: str
    en: str

    def said(self, language: str) -> str:
        """Return it in one of `LANGUAGES`."""
        return self.fr if language == "fr" else self.en
