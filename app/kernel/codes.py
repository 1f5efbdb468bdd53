"""Code lists: every enumeration of the API, with labels, definitions and mappings."""

from dataclasses import dataclass
from enum import StrEnum

from app.kernel.text import LocalizedText


def text(en: str, ko: str, zh: str) -> LocalizedText:
    """The same text in the three languages."""
    return {"en": en, "ko": ko, "zh": zh}


@dataclass(frozen=True, slots=True)
class Code:
    """One code: its label in three languages, what it means, and its kin in other standards.

    `final` says that nothing is expected to follow; `ogp` is the Open Government Partnership's
    completion level, `iati` the code of IATI's ActivityStatus list, where one corresponds.
    """

    code: StrEnum
    label: LocalizedText
    definition: LocalizedText
    final: bool = False
    ogp: str | None = None
    iati: str | None = None


@dataclass(frozen=True, slots=True)
class CodeList:
    """The codes of one enumeration, in the order in which they are shown."""

    id: str
    name: LocalizedText
    codes: tuple[Code, ...]

    def __post_init__(self) -> None:
        members = list(type(self.codes[0].code))
        if [code.code for code in self.codes] != members:
            raise ValueError(f"the code list {self.id} must hold {members}, in that order")
