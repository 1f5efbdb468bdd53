"""The fields that every kind of record has, in requests and in answers."""

from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, get_args, get_origin

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    Strict,
    create_model,
    with_config,
)
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema
from typing_extensions import TypeAliasType

from app.kernel.access import Visibility
from app.kernel.text import FieldPointer, LocalizedText, LocalizedTextPatch, Slug

T = TypeVar("T")


def _whole(value: object) -> object:
    # 60.0 is the integer 60 to JSON Schema (6.3, draft 2020-12), and to clients that have no other.
    return int(value) if isinstance(value, float) and value.is_integer() else value


# The largest whole number that every JSON reader keeps exact (RFC 8259, section 6).
LARGEST = 2**53 - 1

# A number is not read out of text, nor out of true and false; a truth value not out of a number.
# The bounds stand before the validator: after it, Pydantic publishes them under names of its own.
Count = Annotated[int, Strict(), Field(ge=0, le=LARGEST), BeforeValidator(_whole)]
Ordinal = Annotated[int, Strict(), Field(ge=1, le=10_000), BeforeValidator(_whole)]
Percent = Annotated[int, Strict(), Field(ge=0, le=100), BeforeValidator(_whole)]
Days = Annotated[int, Strict(), Field(ge=1, le=3650), BeforeValidator(_whole)]
Hours = Annotated[int, Strict(), Field(ge=0, le=720), BeforeValidator(_whole)]
Truth = Annotated[bool, Strict()]


# Named, so that clients that are made from the API's description have one type for all records.
PublicVisibility = TypeAliasType("PublicVisibility", Literal[Visibility.PUBLIC])
PartiesVisibility = TypeAliasType(
    "PartiesVisibility", Literal[Visibility.PUBLIC, Visibility.PARTIES]
)
PartyVisibility = TypeAliasType("PartyVisibility", Literal[Visibility.PUBLIC, Visibility.PARTY])


def absent(value: object) -> bool:
    """For `exclude_if`: whether a member is left out of the answer."""
    return value is None


class Schema(BaseModel):
    """The base of every body and answer: unknown members are refused."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


# What is worked out on every request is answered by plain dicts, which cost little to make. This
# marks their TypedDict: as in a Schema, no member is unknown.
answer = with_config(ConfigDict(extra="forbid"))


class RecordHead(Schema):
    """What a body begins with."""

    id: Slug | None = Field(
        default=None, description="The public id; derived when absent, and never changed or reused."
    )


class RecordIdentity(Schema):
    """What an answer begins with."""

    id: Slug = Field(description="The public id.")


class RecordReading(Schema):
    """What an answer ends with."""

    created_at: datetime
    modified_at: datetime = Field(description="Moves when, and only when, the content does.")
    revision: int = Field(description="The revision that last changed the content.")


class OwnTranslations(Schema):
    """Which texts are Clear Sky's own translations."""

    own_translations: list[FieldPointer] = Field(
        default_factory=list,
        max_length=200,
        description="The texts that are Clear Sky's own translations, not an official wording.",
        examples=[["/name/zh"]],
    )


class VisibilityField(Schema):
    """Who may see the record."""

    visibility: PublicVisibility = Field(
        default=Visibility.PUBLIC, description="Who may see the record."
    )


class Page(Schema, Generic[T]):
    """A page of a list; `next` is the cursor of the page after it."""

    items: list[T]
    next: str | None = Field(description="The cursor of the next page; null on the last.")


class merge_patch_of:  # noqa: N801 (used as an annotation's metadata)
    """Marks `dict[str, Any]` as a JSON Merge Patch of a body: checked field by field.

    Each field is optional; null takes an optional field back to its default. The id is not among
    them. The value is the patch as it was given.
    """

    def __init__(self, body: type[BaseModel], name: str) -> None:
        self.model = _patch_model(body, name, leave_out={"id"})

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            lambda patch: patch.model_dump(mode="json", exclude_unset=True),
            handler.generate_schema(self.model),
        )


def _patch_model(body: type[BaseModel], name: str, leave_out: set[str]) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for field_name, declared in body.model_fields.items():
        if field_name in leave_out:
            continue
        annotation = _patched(declared.annotation, f"{name}{field_name.title().replace('_', '')}")
        if declared.metadata:
            # The rules are those of the value: null, where it is allowed, is under none of them.
            members = get_args(annotation) if _is_union(annotation) else (annotation,)
            (value,) = (member for member in members if member is not NoneType)
            annotation = Annotated[(value, *declared.metadata)]
        if not declared.is_required():
            annotation = annotation | None
        fields[field_name] = (annotation, _patch_field(declared))
    return create_model(
        name, __base__=Schema, __doc__=f"A JSON Merge Patch (RFC 7396): {body.__doc__}", **fields
    )


def _patch_field(declared: FieldInfo) -> Any:
    # A factory, because the default of an absent field is no value that a client could send.
    return Field(
        default_factory=lambda: None,
        description=declared.description,
        examples=declared.examples,
    )


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, UnionType)


def _patched(annotation: Any, name: str) -> Any:
    if annotation is LocalizedText:
        return LocalizedTextPatch
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *metadata = get_args(annotation)
        patched = _patched(inner, name)
        return patched if patched is not inner else Annotated[(inner, *metadata)]
    if _is_union(annotation):
        members = tuple(_patched(member, name) for member in get_args(annotation))
        return Union[members]  # noqa: UP007 (members are known only here)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _patch_model(annotation, name, leave_out=set())
    return annotation
