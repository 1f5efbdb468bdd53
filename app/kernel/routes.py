"""The problems that each sort of route may answer, for `responses=`; and ids in paths."""

from typing import Annotated

from fastapi import Path

from app.kernel.problems import (
    BodyTooLarge,
    Conflict,
    Forbidden,
    Gone,
    IdempotencyKeyReused,
    InvalidRequest,
    MalformedBody,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
    responses,
)

_EVERY = (Unauthenticated, InvalidRequest, Unavailable)
_BODY = (MalformedBody, BodyTooLarge, UnsupportedMediaType)
_EXISTING = (NotFound, Gone)
_MATCH = (PreconditionFailed, PreconditionRequired)

LIST = responses(*_EVERY)
READ = responses(*_EVERY, *_EXISTING)
CREATE = responses(*_EVERY, *_BODY, Forbidden, Conflict, IdempotencyKeyReused)
STEP = responses(*_EVERY, *_BODY, *_EXISTING, Forbidden, Conflict, IdempotencyKeyReused)
VERIFY = responses(*_EVERY, *_BODY)
PATCH = responses(*_EVERY, *_BODY, *_EXISTING, *_MATCH, Forbidden, Conflict)
DELETE = responses(*_EVERY, *_EXISTING, *_MATCH, Forbidden, Conflict)

RecordId = Annotated[
    str,
    Path(
        alias="id",
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=120,
        description="The record's public id.",
    ),
]
PartyPath = Annotated[
    str,
    Path(alias="id", pattern=r"^[A-Z]{2}$", description="The party's code.", examples=["KR"]),
]
ReportId = Annotated[
    str,
    Path(
        alias="id",
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
        description="The report's UUID.",
    ),
]
