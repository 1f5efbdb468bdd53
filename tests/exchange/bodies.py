"""Bodies of any kind, made at random from their schemas, for laws of exchange."""

import re
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import assume
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from typing_extensions import TypeAliasType, get_type_hints, is_typeddict

from app.kernel.references import RefersTo
from app.reporting.schemas import Evidence

# What tables and their formats might trip over.
AWKWARD = (
    "=1+1", "'=1+1", "''=x", "+82", "-", "@x", "\tx", "'", "'x", " x ", "x\n", "\r\nx", "a\rb",
    "\\", "\\\\", "\\-", "\\+x", "\\;", "a; b", ";", '"', '""x', ",", "x\n\ny", "_x000D_",
    "_x005F_", "x005F_", "#N/A", "TRUE", "1", "1.0", "007", "null", "　全角　", "한국어", "中文",
    "\ufeffx",    "\ufffe", "\x85", "\u2028", "<&>", "]]>", "=", "1e5", "2023-06", "\U0001f600" * 9,
)  # fmt: skip
_NO_TEXT = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"


def _texts(longest: int) -> st.SearchStrategy[str]:
    plain = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
    mixed = st.lists(st.one_of(st.sampled_from(AWKWARD), plain), min_size=1, max_size=3)
    long = st.sampled_from(["한", "\r_x000D_", "\U0001f600"]).map(lambda text: text * 20_000)
    # Long ones take their time: one in many does.
    short = st.one_of(mixed.map("".join), st.sampled_from(AWKWARD))
    found = st.integers(0, 50).flatmap(lambda n: long if n == 50 else short)
    return found.map(lambda text: re.sub(_NO_TEXT, "", text)[:longest]).filter(
        lambda text: bool(text.strip())
    )


@cache
def bodies_of(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Values of a model that it allows."""

    @st.composite
    def body(draw: st.DrawFn) -> Any:
        values = {}
        for name, declared in model.model_fields.items():
            is_id = name == "id"
            if declared.is_required() or is_id or draw(st.integers(0, 2)):
                values[name] = draw(_field(declared))
        try:
            return model.model_validate(_coherent(model, values))
        except ValidationError:
            assume(False)
            raise

    return body()


def _coherent(model: type[BaseModel], values: dict[str, Any]) -> dict[str, Any]:
    """The values, held to rules that random ones would hardly ever meet."""
    if values.get("state") == "withdrawn":
        values["withdrawal_reason"] = {"en": "Why"}
    else:
        values.pop("withdrawal_reason", None)
    if "status" in values and "progress" in values:
        values.pop("progress")
    if "proposed_by" in values:
        values["confirmed_by"] = [*dict.fromkeys([values["proposed_by"], *values["confirmed_by"]])]
    if model is Evidence:
        values.pop("url" if values.get("document") else "document", None)
        values.setdefault("document" if "document" in values else "url", "https://example.org")
    if "state" in values and "action_item" in values and "meeting" not in values:
        values = {"reported_on": "2024-01-02", "submitted_by": "", **values}
    return {name: value for name, value in values.items() if value is not None}


def _field(declared: FieldInfo) -> st.SearchStrategy[Any]:
    found = _values(declared.annotation, tuple(declared.metadata))
    extra = declared.json_schema_extra
    if isinstance(extra, dict) and extra.get("uniqueItems"):
        return found.map(lambda items: [x for i, x in enumerate(items) if x not in items[:i]])
    return found


def _values(annotation: Any, metadata: tuple[Any, ...] = ()) -> st.SearchStrategy[Any]:
    if isinstance(annotation, TypeAliasType):
        return _values(annotation.__value__, metadata)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _values(arguments[0], (*arguments[1:], *metadata))
    if origin in (Union, UnionType):
        there = [each for each in arguments if each is not NoneType]
        return st.one_of(*(_values(each, metadata) for each in there))
    found = _plain(annotation) if origin is None else _made_of(origin, arguments, metadata)
    return _strings(metadata) if found is None else found


def _made_of(
    origin: Any, arguments: tuple[Any, ...], metadata: tuple[Any, ...]
) -> st.SearchStrategy[Any] | None:
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is list:
        least = 1 if any(getattr(each, "min_length", 0) for each in metadata) else 0
        return st.lists(_values(arguments[0]), min_size=least, max_size=3)
    return None


def _plain(annotation: Any) -> st.SearchStrategy[Any] | None:
    if is_typeddict(annotation):
        return _localized(annotation)
    if issubclass(annotation, BaseModel):
        return bodies_of(annotation)
    if issubclass(annotation, Enum):
        return st.sampled_from(list(annotation))
    return {bool: st.booleans(), int: st.integers(1, 10)}.get(annotation)


def _localized(schema: Any) -> st.SearchStrategy[Any]:
    texts = _texts(20_000)
    names = list(get_type_hints(schema))
    return st.dictionaries(st.sampled_from(names), texts, min_size=1).map(
        lambda value: {name: value[name] for name in names if name in value}
    )


def _pointers() -> st.SearchStrategy[str]:
    part = _texts(40).map(lambda text: re.sub(r"[/\x00-\x1f\x7f]", "", text) or "name")
    return st.one_of(st.just("/name/zh"), part.map(lambda name: f"/{name}"))


def _slugs() -> st.SearchStrategy[str]:
    return st.from_regex(r"\A[a-z0-9]{1,6}(-[a-z0-9]{1,3}){0,2}\Z")


def _strings(metadata: tuple[Any, ...]) -> st.SearchStrategy[str]:
    """Strings of a type of its own, known by what is said of it."""
    if any(isinstance(each, RefersTo) and each.kind != "party" for each in metadata):
        return _slugs()
    described = str([getattr(each, "json_schema", None) for each in metadata])
    for words, strategy in _DESCRIBED.items():
        if words in described:
            return strategy
    pattern = next((str(each.pattern) for each in metadata if getattr(each, "pattern", None)), "")
    longest = min(getattr(each, "max_length", None) or 20_000 for each in (None, *metadata))
    if not pattern:
        return st.one_of(st.just(""), st.just(" "), _texts(longest))
    if "https?" in pattern:
        return st.sampled_from(["https://example.org/?a=1;b=2#환경", "http://x"])
    is_text = pattern.startswith(r"^[^\x00-\x08")
    return _texts(longest) if is_text else st.from_regex(re.compile(pattern.replace("$", r"\Z")))


_DESCRIBED = {
    "time zone": st.sampled_from(["Asia/Seoul", "America/Argentina/Buenos_Aires"]),
    "'date'": st.sampled_from(["2024-06-30", "1999-12-31"]),
    "ISO 8601": st.sampled_from(["2023", "2023-06", "2023-06-29"]),
    "RFC 6901": _pointers(),
}
