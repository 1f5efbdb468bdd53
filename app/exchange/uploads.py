"""A file that a client sends: taken to disk, and read, before any transaction is open for it."""

import hashlib
import tempfile
from collections.abc import AsyncIterator
from typing import Annotated, Any, BinaryIO, cast

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from app.exchange.entries import Entries
from app.exchange.import_schemas import KindOfRows
from app.exchange.kinds import BY_KIND, Kind
from app.exchange.reading import read_file
from app.kernel.access import Role
from app.kernel.problems import InvalidRequest, ProblemError, UnsupportedMediaType, shown
from app.kernel.requests import creating
from app.kernel.room import needing_room
from app.kernel.tabular.formats import MEDIA_TYPES, Format, format_of
from app.kernel.tabular.timed import Timed
from app.kernel.transactions import Transaction

# What an import needs for a while beside the database.
_NO_ROOM = "There is no room to read the file."
_TAKEN = [each for each in Format if each is not Format.JSON]
_EXAMPLE = (
    '{"record_kind":"person","id":"example-researcher","name":{"en":"Example Researcher"},'
    '"organization":"kr-nier"}\n'
)
# For the API's description: the body is taken as it comes, whatever it is.
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "Records: JSON Lines, a CSV file of one kind, or a workbook.",
        "content": {
            MEDIA_TYPES[each]: {"schema": {"type": "string", "format": "binary"}}
            | ({"example": _EXAMPLE} if each is Format.JSONL else {})
            for each in _TAKEN
        },
    }
}

Spooled = Annotated[Transaction, Depends(creating(Role.REPORTER, spooled=True))]


async def uploaded(
    tx: Spooled, request: Request, kind: KindOfRows = None
) -> AsyncIterator[Entries]:
    """The records in the body, each checked by itself, with what is wrong with them.

    Raises UnsupportedMediaType for what is no file of records, InvalidRequest for CSV without a
    kind and anything else with one, Unavailable where other files are being read or the disk is
    full.
    """
    form = _format_of(request)
    known = _kind_of(form, kind)
    entries = Entries()
    state = request.app.state
    try:
        with needing_room(_NO_ROOM), tempfile.TemporaryFile() as file:
            digest = hashlib.sha256(MEDIA_TYPES[form].encode())
            async for piece in request.stream():
                digest.update(piece)
                await run_in_threadpool(file.write, piece)
            tx.body = digest.digest()
            file.seek(0)
            with state.reading_uploads.taken():
                timed = cast(BinaryIO, Timed(file, state.settings.import_timeout))
                await run_in_threadpool(read_file, entries, timed, form, known)
        yield entries
    finally:
        entries.close()


def _format_of(request: Request) -> Format:
    given = request.headers.get("content-type", "none")
    form = format_of(given)
    charset = given.lower().partition("charset=")[2].strip(' ";')
    if form is None or charset not in ("", "utf-8", "utf8", "us-ascii"):
        taken = ", ".join(MEDIA_TYPES[each] for each in _TAKEN)
        detail = f"A file of records is one of: {taken}; its text is in UTF-8."
        error = ProblemError(
            header="Content-Type", rule="media_type", detail=detail, value=shown(given)
        )
        raise UnsupportedMediaType(detail, errors=[error])
    return form


def _kind_of(form: Format, given: str | None) -> Kind | None:
    if (form is Format.CSV) == (given is None):
        detail = "CSV needs its kind as a parameter; in other files the records say it."
        rule = "missing" if given is None else "kind_of_csv"
        raise InvalidRequest(
            detail, errors=[ProblemError(parameter="kind", rule=rule, detail=detail, value=given)]
        )
    return None if given is None else BY_KIND.get(given)


Upload = Annotated[Entries, Depends(uploaded)]
