"""Lists as tables: the answer to a request for a list in another format than JSON.

A table has the whole list that its filters find. It is put together page by page in the one
transaction of its request, so that all of it is of one revision, and only then sent.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from io import BytesIO
from typing import Any, BinaryIO

from fastapi import Request, Response
from pydantic import TypeAdapter

from app.kernel.answered_rows import Row, Rows
from app.kernel.asked_format import PARAMETER
from app.kernel.codings import accepted
from app.kernel.conditional import not_modified
from app.kernel.pages import PageQuery
from app.kernel.problems import InvalidRequest, ProblemError
from app.kernel.spooling import Spool, SpooledResponse
from app.kernel.tabular.formats import Format
from app.kernel.tabular.writing import Listed, SheetFullError, write
from app.kernel.transactions import Transaction, reading_headers

# Rows that are asked for at once.
PAGE = 500


def table_answer(
    tx: Transaction, wanted: Format, rows: Rows, endpoint: Callable[..., Any], given: dict[str, Any]
) -> Response:
    """The whole of what an endpoint lists, in a format, for the arguments that it was `given`.

    Raises Unavailable where it is long and others that are long are under way.
    """
    spool = Spool()
    with ExitStack() as until_written, spool.written() as file:
        _write(file, wanted, tx.request, rows, _found(tx, rows, endpoint, given, until_written))
    tx.headers.pop("Link", None)
    headers = {
        **reading_headers(tx.revision, spool.etag, negotiated=True),
        **_disposition(tx.request, wanted),
        **tx.headers,
    }
    if spool.is_short:
        body = b"".join(spool.blocks())
        spool.close()
        return Response(body, headers=headers, media_type=wanted.media_type)
    asked = tx.request.headers
    if not_modified(asked.get("if-none-match", ""), spool.etag):
        spool.close()
        return Response(status_code=304, headers=headers)
    tx.request.app.state.spools.hold(spool)
    coding = accepted(asked.get("accept-encoding", "").encode("latin-1"))
    return SpooledResponse(spool, coding, headers, wanted.media_type)


def table_of_answer(request: Request, wanted: Format, rows: Rows, answer: Response) -> Response:
    """An answer in JSON, of an endpoint that asks nothing of the record, in another format."""
    file = BytesIO()
    found = rows.of(TypeAdapter(rows.answer).validate_json(bytes(answer.body)))
    _write(file, wanted, request, rows, found)
    headers = {"Vary": "Accept", **_disposition(request, wanted)}
    return Response(file.getvalue(), headers=headers, media_type=wanted.media_type)


def _write(
    file: BinaryIO, wanted: Format, request: Request, rows: Rows, found: Iterator[Row]
) -> None:
    try:
        write(file, wanted, Listed(_names(request)[1], rows.schema, found, rows.record_kind))
    except SheetFullError:
        detail = "A sheet of a workbook has not room for so many rows: ask for csv or jsonl."
        error = ProblemError(parameter=PARAMETER, rule="sheet_full", detail=detail, value=wanted)
        raise InvalidRequest(detail, errors=[error]) from None


def _found(
    tx: Transaction,
    rows: Rows,
    endpoint: Callable[..., Any],
    given: dict[str, Any],
    until_written: ExitStack,
) -> Iterator[Row]:
    paged = {name: value for name, value in given.items() if isinstance(value, PageQuery)}
    if not paged:
        yield from rows.of(endpoint(**given))
        return
    ((name, query),) = paged.items()
    query = query.model_copy(update={"limit": PAGE})
    page = endpoint(**{**given, name: query})
    if page.next is not None:
        until_written.enter_context(tx.request.app.state.spools.writing())
    yield from rows.of(page)
    while page.next is not None:
        tx.session.expunge_all()
        query = query.model_copy(update={"cursor": page.next})
        page = endpoint(**{**given, name: query})
        yield from rows.of(page)


def _names(request: Request) -> tuple[str, str]:
    """What a table's file and its sheet are called: of `/v1/meetings/a-1/progress` both by its end.

    The file by the record before it, too: `a-1-progress`.
    """
    template = [*reversed(request.scope["route"].path.split("/"))]
    last, before = [*reversed(request.scope["path"].split("/"))][:2]
    if template[0].startswith("{"):
        return last, before
    return (f"{before}-{last}" if template[1].startswith("{") else last), last


def _disposition(request: Request, wanted: Format) -> Mapping[str, str]:
    # RFC 6266; what stands in a path of ours needs no quoting.
    return {"Content-Disposition": f'attachment; filename="{_names(request)[0]}.{wanted}"'}
