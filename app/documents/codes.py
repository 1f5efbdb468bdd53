"""The code list of documents."""

from enum import StrEnum


class DocumentKind(StrEnum):
    """What kind of text a document is."""

    PRESS_RELEASE = "press_release"
    MINUTES = "minutes"
    AGREEMENT_TEXT = "agreement_text"
    REPORT = "report"
    PRESENTATION = "presentation"
    OTHER = "other"
