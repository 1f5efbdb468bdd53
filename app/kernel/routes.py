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
    Redacted,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
    responses,
)
from app.kernel.text import UUID_PATTERN

_EVERY = (Unauthenticated, InvalidRequest, Unavailable)
_BODY = (MalformedBody, BodyTooLarge, UnsupportedMediaType)
_EXISTING = (NotFound, Gone)
_MATCH = (PreconditionFailed, PreconditionRequired)

LIST = responses(*_EVERY)
READ = responses(*_EVERY, *_EXISTING)
# A READ that can be asked of the past.
READ_PAST = responses(*_EVERY, *_EXISTING, Redacted)
CREATE = responses(*_EVERY, *_BODY, Forbidden, Conflict, IdempotencyKeyReused)
STEP = responses(*_EVERY, *_BODY, *_EXISTING, Forbidden, Conflict, IdempotencyKeyReused)
VERIFY = responses(*_EVERY, *_BODY)
# What is worked out for some callers, and changes nothing.
WORK_OUT = responses(*_EVERY, *_BODY, *_EXISTING, Forbidden, Conflict)
DUTIES = responses(*_EVERY, *_EXISTING, Forbidden)
# A PATCH, a PUT, and a step that is taken against what was read.
PATCH = responses(*_EVERY, *_BODY, *_EXISTING, *_MATCH, Forbidden, Conflict)
# A step that can change, with what it adds, a record that was read.
DECIDE = responses(*_EVERY, *_BODY, *_EXISTING, *_MATCH, Forbidden, Conflict, IdempotencyKeyReused)
DELETE = responses(*_EVERY, *_EXISTING, *_MATCH, Forbidden, Conflict)
# What stands beside the record, for admins.
ADMIN_LIST = responses(*_EVERY, Forbidden)
ADMIN_READ = responses(*_EVERY, NotFound, Forbidden)
ADMIN_CREATE = responses(*_EVERY, *_BODY, Forbidden, Conflict)
ADMIN_STEP = responses(*_EVERY, *_BODY, NotFound, Forbidden, Conflict)
# The same of what others have.
PATCH_BESIDE = responses(*_EVERY, *_BODY, *_MATCH, NotFound, Forbidden, Conflict)
DELETE_BESIDE = responses(*_EVERY, *_MATCH, NotFound, Forbidden, Conflict)

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
ReportId = Annotated[str, Path(alias="id", pattern=UUID_PATTERN, description="The report's UUID.")]
AssessmentId = Annotated[
    str, Path(alias="id", pattern=UUID_PATTERN, description="The assessment's UUID.")
]
