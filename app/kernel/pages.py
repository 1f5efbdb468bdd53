"""Pages of lists: keyset cursors, filters and orders, declared for each subject."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar, cast

from itsdangerous import BadData, URLSafeSerializer
from pydantic import BaseModel, Field
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    func,
    literal,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute
from starlette.requests import Request

from app.kernel.asked_format import PARAMETER
from app.kernel.bulk import documents_of
from app.kernel.dates import Moment, PartialDate, on_or_after, on_or_before
from app.kernel.problems import InvalidRequest, ProblemError, shown
from app.kernel.records import Record
from app.kernel.schemas import Page
from app.kernel.tabular.formats import Format
from app.kernel.text import SearchText, folded
from app.kernel.transactions import Transaction

P = TypeVar("P", bound=Page[Any])

Filter = Callable[[Any], ColumnElement[bool]]
SortKey = ColumnElement[Any] | InstrumentedAttribute[Any]
LARGEST_PAGE = 200


class PageQuery(BaseModel):
    """What every paged list takes."""

    limit: int = Field(default=50, ge=1, le=LARGEST_PAGE, description="Items on a page.")
    cursor: str | None = Field(
        default=None, max_length=2000, description="`next` of the page before, in the same list."
    )


class ListQuery(PageQuery):
    """What every list of records takes."""

    q: SearchText | None = Field(
        default=None,
        description="Text to find in any of the three languages, letter case aside.",
        examples=["dust"],
    )
    modified_since: Moment | None = Field(
        default=None,
        description="Only what was modified at this time or later (RFC 3339).",
        examples=["2026-01-01T00:00:00Z"],
    )


def repeatable(description: str) -> Any:
    """A filter that may be given several times: a record passes that has any of the values."""
    return Field(default=None, max_length=100, description=description)


From = Annotated[PartialDate | None, Field(description="On or after the first day of this date.")]
Until = Annotated[PartialDate | None, Field(description="On or before the last day of this date.")]


def one_of(column: InstrumentedAttribute[Any]) -> Filter:
    """The column holds one of the values."""
    return column.in_


def date_from(column: InstrumentedAttribute[Any]) -> Filter:
    """The column's earliest day is not before the date's."""
    return lambda value: on_or_after(column, value)


def date_until(column: InstrumentedAttribute[Any]) -> Filter:
    """The column's latest day is not after the date's."""
    return lambda value: on_or_before(column, value)


def part_is(part: InstrumentedAttribute[Any], owner: InstrumentedAttribute[Any]) -> Filter:
    """Some part of the record, found by its `owner` key, holds one of the values in `part`."""

    (link,) = owner.property.columns[0].foreign_keys

    def condition(values: list[Any]) -> ColumnElement[bool]:
        holders: ColumnElement[bool] = link.column.in_(select(owner).where(part.in_(values)))
        return holders

    return condition


def sortable(column: InstrumentedAttribute[Any], absent: str | int = "") -> SortKey:
    """An expression to sort a column by that may be absent: what is absent comes first."""
    # Written in SQL as in Python, the text or number is part of the statement, and no parameter.
    return func.coalesce(column, literal_column(repr(absent)))


def page_of(
    tx: Transaction,
    model: type[Record],
    query: ListQuery,
    page: type[P],
    *,
    filters: Mapping[str, Filter],
    sorts: Mapping[str, SortKey],
) -> P:
    """The page of records of a kind that `query` asks for, with its Link header set on `tx`.

    `filters` says what each further field of `query` means; `sorts` what each value of its `sort`
    orders by (ties go by id). Raises InvalidRequest for a cursor that is not of this list.
    """
    given = {name: getattr(query, name) for name in filters}
    conditions = [filters[name](value) for name, value in given.items() if value is not None]
    if query.q is not None:
        conditions.append(model.search_text.contains(folded(query.q), autoescape=True))
    if query.modified_since is not None:
        conditions.append(model.modified_at >= query.modified_since)
    sort: str = getattr(query, "sort", "id")
    order = sorts[sort.removeprefix("-")] if sort.removeprefix("-") != "id" else None
    key: list[SortKey] = [model.id] if order is None else [order, model.id]
    # A table holds what load files do, and needs nothing besides of each record.
    in_bulk = tx.format is not Format.JSON and model.body is not None
    statement: Select[*tuple[Any, ...]] = (
        select(model.id, model.revision) if in_bulk else select(model)
    )
    rows, next_cursor = keyset_page(
        tx, statement.where(*conditions), query, key=key, descending=sort.startswith("-")
    )
    if in_bulk:
        documents = documents_of(tx.session, model, [(row.id, row.revision) for row in rows])
        return cast(P, page.model_construct(items=[*documents], next=next_cursor))
    return page.model_validate({"items": [row[0] for row in rows], "next": next_cursor})


def keyset_page(
    tx: Transaction,
    statement: Select[*tuple[Any, ...]],
    query: PageQuery,
    *,
    key: Sequence[SortKey],
    descending: bool = False,
) -> tuple[Sequence[Row[Any]], str | None]:
    """The rows of a page of `statement`, and the cursor of the next, also set as Link on `tx`.

    Rows are ordered by `key`, columns unique together that follow the statement's own in a row.
    """
    cursors = Cursors(tx.request, tx.database.signing_key(tx.session))
    position = cursors.read(query.cursor)
    if position is not None:
        statement = after(
            statement,
            key,
            [literal(value, column.type) for value, column in zip(position, key, strict=True)],
            descending=descending,
        )
    rows = tx.session.execute(
        in_order(statement.add_columns(*key), key, descending=descending).limit(query.limit + 1)
    ).all()
    if len(rows) <= query.limit:
        return rows, None
    rows = rows[: query.limit]
    next_cursor = cursors.write(list(rows[-1][-len(key) :]))
    tx.headers["Link"] = cursors.link(next_cursor)
    return rows, next_cursor


def after(
    statement: Select[*tuple[Any, ...]],
    key: Sequence[SortKey],
    position: Sequence[ColumnElement[Any]],
    *,
    descending: bool,
) -> Select[*tuple[Any, ...]]:
    """Only the rows that follow a position in the order of `key`."""
    here, there = tuple_(*key), tuple_(*position)
    return statement.where(here < there if descending else here > there)


def in_order(
    statement: Select[*tuple[Any, ...]], key: Sequence[SortKey], *, descending: bool
) -> Select[*tuple[Any, ...]]:
    """The rows in the order of `key`."""
    return statement.order_by(*(column.desc() if descending else column.asc() for column in key))


class Cursors:
    """The cursors of the list that a request asks for, signed with a database's key."""

    def __init__(self, request: Request, signing_key: str) -> None:
        self._url = request.url
        self._serializer = URLSafeSerializer(signing_key, salt="cursor")
        asked = sorted(
            (name, value)
            for name, value in request.query_params.multi_items()
            if name not in ("cursor", "limit") and (name, value) != (PARAMETER, Format.JSON)
        )
        told = json.dumps([request.url.path, asked], ensure_ascii=True)
        self._list = hashlib.sha256(told.encode()).hexdigest()[:16]

    def link(self, next_cursor: str) -> str:
        """The Link header for the page that a cursor begins (RFC 8288)."""
        target = self._url.include_query_params(cursor=next_cursor)
        return f'<{target.path}?{target.query}>; rel="next"'

    def write(self, position: Sequence[Any]) -> str:
        """A cursor for the place after `position`."""
        values = [
            {"at": value.isoformat()} if isinstance(value, datetime) else value
            for value in position
        ]
        return str(self._serializer.dumps([self._list, *values]))

    def read(self, cursor: str | None) -> list[Any] | None:
        """The place that a cursor names. Raises InvalidRequest when altered or of another list."""
        if cursor is None:
            return None
        try:
            return _position(self._serializer, self._list, cursor)
        except (BadData, ValueError, TypeError):
            raise _bad_cursor("is not a cursor of this server", cursor) from None


def _position(serializer: URLSafeSerializer, of_list: str, cursor: str) -> list[Any]:
    payload = serializer.loads(cursor)
    if serializer.dumps(payload) != cursor:
        # Base64 is read loosely: several texts would pass for one signature.
        raise BadData("not as it was written")
    found, *values = payload
    if not hmac.compare_digest(str(found), of_list):
        raise _bad_cursor("belongs to a list with other filters or another order", cursor)
    return [
        datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value
        for value in values
    ]


def _bad_cursor(why: str, cursor: str) -> InvalidRequest:
    detail = f"The cursor {why}; start again without it."
    return InvalidRequest(
        detail,
        errors=[
            ProblemError(parameter="cursor", rule="cursor", detail=detail, value=shown(cursor))
        ],
    )
