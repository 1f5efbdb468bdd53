"""Records as the journal holds them: one by its id, or a page of a list, by one statement.

The document of a record's last change is its answer, byte for byte: nothing is put together anew.
Plain questions only; filters, and what is included beside a record, go the ordinary way.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import orjson
from sqlalchemy import Integer, Select, String, bindparam, select

from app.kernel.columns import UtcDateTime
from app.kernel.conditional import etag_of
from app.kernel.journal import Change, JournalHead
from app.kernel.pages import LARGEST_PAGE, Cursors, SortKey, after, in_order
from app.kernel.problems import InvalidRequest
from app.kernel.prompt import Answered, Answerer, Question
from app.kernel.records import Record
from app.kernel.statements import Found, OneStatement

_ASKED, _LIMIT = bindparam("asked", type_=String), bindparam("limit", type_=Integer)
_SINCE = select(JournalHead.documents_since).where(JournalHead.id == 1)


def one_record(model: type[Record]) -> Answerer:
    """Answers for one record of a kind by its id."""
    kind = model.__tablename__
    document: Select[*tuple[Any, ...]] = (
        select(Change.document, model.revision)
        .join(model, (Change.record_id == model.id) & (Change.revision == model.revision))
        .where(Change.kind == kind, model.id == _ASKED)
    )
    statement = OneStatement({"since": _SINCE, "records": document})

    async def answer(question: Question) -> Answered | None:
        if question.query:
            return None
        id_ = question.path["id"]

        found = await question.ask(statement, asked=id_)
        documents = None if found is None else _current_documents(found)
        if found is None or not documents:
            return None
        (body,) = documents
        return Answered(
            body,
            etag_of(body),
            found.revision,
            touched_by=lambda change: change.id == id_ and change.kind == kind,
        )

    return answer


def page_of_records(model: type[Record], sorts: Mapping[str, SortKey]) -> Answerer:
    """Answers for a page of the list of a kind, in the orders of page_of()."""

    kind = model.__tablename__

    async def answer(question: Question) -> Answered | None:
        sort = question.query.get("sort", "id")
        name = sort.removeprefix("-")
        limit = page_limit(question)
        cursors = cursors_of(question)
        if limit is None or cursors is None or set(question.query) - {"limit", "cursor", "sort"}:
            return None
        if name != "id" and (name not in sorts or isinstance(sorts[name].type, UtcDateTime)):
            # The engines write moments in ways of their own.
            return None
        try:
            position = cursors.read(question.query.get("cursor"))
        except InvalidRequest:
            return None
        key = [model.id] if name == "id" else [sorts[name], model.id]
        statement = _page(model, tuple(key), sort.startswith("-"), position is not None)
        places = {f"at_{place}": value for place, value in enumerate(position or ())}
        found = await question.ask(statement, limit=limit + 1, **places)
        documents = None if found is None else _current_documents(found)
        if found is None or documents is None:
            return None
        answered = _page_answer(cursors, found, documents, limit, len(key))
        return replace(answered, touched_by=lambda change: change.kind == kind)

    return answer


def page_limit(question: Question) -> int | None:
    """The limit that a question for a page names; None where it is none."""
    given = question.query.get("limit", "50")
    plain = given.isascii() and given.isdigit() and len(given) <= 3
    return int(given) if plain and 1 <= int(given) <= LARGEST_PAGE else None


def cursors_of(question: Question) -> Cursors | None:
    """The cursors of the list that is asked for; None until the key that signs them is known."""
    signing_key = question.database.known_signing_key
    return None if signing_key is None else Cursors(question.request, signing_key)


@cache
def _page(
    model: type[Record], key: tuple[SortKey, ...], descending: bool, goes_on: bool
) -> OneStatement:
    query = select(
        model.id.label("record"),
        model.revision.label("changed"),
        *(column.label(f"key_{place}") for place, column in enumerate(key)),
    )
    if goes_on:
        places = [bindparam(f"at_{place}", type_=column.type) for place, column in enumerate(key)]
        query = after(query, key, places, descending=descending)
    query = in_order(query, key, descending=descending).limit(_LIMIT)
    # The page is found first, then each of its documents: joined, PostgreSQL, which plans for any
    # limit, might read all changes instead.
    page = query.cte("page").prefix_with("MATERIALIZED")
    found_key = [page.c[f"key_{place}"] for place in range(len(key))]
    document = (
        select(Change.document)
        .where(
            Change.kind == model.__tablename__,
            Change.record_id == page.c.record,
            Change.revision == page.c.changed,
        )
        .scalar_subquery()
    )
    documents = select(document, page.c.changed, *found_key)
    return OneStatement(
        {"since": _SINCE, "records": in_order(documents, found_key, descending=descending)}
    )


def _current_documents(found: Found) -> list[bytes] | None:
    """The documents, unless one was written by an earlier version, or is no longer there."""
    ((since,),) = found.rows["since"]
    documents = []
    for document, revision, *_ in found.rows["records"]:
        if document is None or revision <= since:
            return None
        documents.append(document.encode())
    return documents


def _page_answer(
    cursors: Cursors, found: Found, documents: list[bytes], limit: int, key_length: int
) -> Answered:
    next_cursor, headers = None, {}
    if len(documents) > limit:
        documents = documents[:limit]
        next_cursor = cursors.write(found.rows["records"][limit - 1][-key_length:])
        headers["Link"] = cursors.link(next_cursor)
    body = b'{"items":[%b],"next":%b}' % (b",".join(documents), orjson.dumps(next_cursor))
    return Answered(body, etag_of(body), found.revision, headers)
