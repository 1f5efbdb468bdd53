"""Text as the record holds it: localized, searchable, and free of what no reader could see."""

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError
from slugify import slugify
from typing_extensions import TypedDict


class Language(StrEnum):
    """The languages of localized text."""

    EN = "en"
    KO = "ko"
    ZH = "zh"


LANGUAGES = tuple(language.value for language in Language)

# No C0 controls but tab and line ends, no DEL: PostgreSQL stores no NUL, and nobody sees the rest.
_VISIBLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
UUID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
SLUG_LENGTH = 120


def _not_blank(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("blank_text", "Text must have more than white space")
    return value


PlainText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=20_000, pattern=_VISIBLE),
    AfterValidator(_not_blank),
]
ShortText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=300, pattern=_VISIBLE),
    AfterValidator(_not_blank),
]
SearchText = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_VISIBLE)]
Slug = Annotated[
    str,
    StringConstraints(pattern=_SLUG, max_length=SLUG_LENGTH),
    Field(examples=["clear-sky-plan-2023"]),
]
RecordUuid = Annotated[
    str,
    StringConstraints(pattern=UUID_PATTERN),
    Field(description="A UUID of version 7 (RFC 9562), in lower case."),
]
PARTY_PATTERN = r"^[A-Z]{2}$"
PartyCode = Annotated[
    str,
    StringConstraints(pattern=PARTY_PATTERN),
    Field(description="ISO 3166-1 alpha-2.", examples=["KR"]),
]
LanguageTag = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35),
    Field(description="BCP 47.", examples=["ko"]),
]
WebAddress = Annotated[
    str,
    # What is a space to some regular expressions and not to others is named.
    StringConstraints(pattern=r"^https?://[^\s\x00-\x20\x7f\x85\ufeff]+$", max_length=2000),
    Field(examples=["https://www.env.go.jp/en/press_03850.html"]),
]


class LocalizedText(TypedDict, total=False):
    """The same text in English, Korean and Chinese; at least one of them, none invented."""

    __pydantic_config__ = ConfigDict(  # type: ignore[misc]
        extra="forbid", json_schema_extra={"minProperties": 1}
    )

    en: PlainText
    ko: PlainText
    zh: PlainText


class LocalizedTextPatch(TypedDict, total=False):
    """What to change of a localized text (RFC 7396): null takes a language away."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]

    en: PlainText | None
    ko: PlainText | None
    zh: PlainText | None


def _has_a_language(value: LocalizedText) -> LocalizedText:
    if not value:
        raise PydanticCustomError(
            "empty_localized_text", "Text must be given in at least one of en, ko and zh"
        )
    return value


Localized = Annotated[LocalizedText, AfterValidator(_has_a_language)]

_POINTER = re.compile(r"^(?:/[^/\x00-\x1f\x7f]+)+$")


def _is_pointer(value: str) -> str:
    if len(value) > 300 or not _POINTER.fullmatch(value):
        raise PydanticCustomError(
            "json_pointer", "A JSON Pointer (RFC 6901) into the record, such as /name/zh"
        )
    return value


FieldPointer = Annotated[
    str,
    AfterValidator(_is_pointer),
    WithJsonSchema(
        {
            "type": "string",
            "maxLength": 300,
            "pattern": r"^(/[^/\x00-\x1f\x7f]+)+$",
            "description": "A JSON Pointer (RFC 6901) into this record.",
            "examples": ["/name/zh"],
        }
    ),
]


def folded(text: str) -> str:
    """`text` as searches compare it: compatibility forms (NFKC, UAX #15) and case made alike."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def display(text: LocalizedText) -> str:
    """The first language present of en, ko and zh: what a list sorts a name by."""
    return next(value for value in (text.get("en"), text.get("ko"), text.get("zh")) if value)


def slug_of(text: LocalizedText) -> str:
    """A public id derived from a name; Korean and Chinese are romanised. May be empty."""
    return slugify(display(text), max_length=SLUG_LENGTH, word_boundary=True)


def texts_in(document: Any) -> Iterator[str]:
    """Every text of every language in a record's JSON document, in document order."""
    if isinstance(document, dict):
        if document and all(
            key in LANGUAGES and isinstance(value, str) for key, value in document.items()
        ):
            yield from document.values()
        else:
            for value in document.values():
                yield from texts_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from texts_in(value)
