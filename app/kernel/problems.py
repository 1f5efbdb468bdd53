"""Refusals: each a class with a 4xx, 501 or 503 status and a documented type (RFC 9457)."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from app.kernel.secrets import without_secrets

MEDIA_TYPE = "application/problem+json"
# Where a described response has its name, which is no part of the document.
NAME = "x-name"
_LONGEST_VALUE = 200
# Told of one request: a body of a megabyte can be wrong in a hundred thousand places.
MOST_ERRORS = 100


def _absent(value: object) -> bool:
    return value is None


class ProblemError(BaseModel):
    """One thing that is wrong, where it stands, and what was given there."""

    pointer: str | None = Field(
        default=None,
        description="JSON Pointer (RFC 6901) into the body, or into a record in a file.",
        examples=["/progress"],
        exclude_if=_absent,
    )
    parameter: str | None = Field(
        default=None, description="The query or path parameter.", exclude_if=_absent
    )
    header: str | None = Field(default=None, description="The request header.", exclude_if=_absent)
    sheet: str | None = Field(
        default=None, description="The sheet of a workbook.", exclude_if=_absent
    )
    row: int | None = Field(
        default=None, description="The row or line of a file, from 1.", exclude_if=_absent
    )
    column: str | None = Field(
        default=None, description="The heading of the column of that row.", exclude_if=_absent
    )
    cell: str | None = Field(
        default=None, description="The cell as spreadsheets name it: C7.", exclude_if=_absent
    )
    rule: str = Field(description="A stable name of the rule.", examples=["less_than_equal"])
    detail: str = Field(description="The rule in words.")
    value: Any = Field(
        default=None,
        description="The value as given, shortened if long.",
        exclude_if=_absent,
    )


class ProblemDocument(BaseModel):
    """Why a request was refused (RFC 9457)."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(description="Where the kind of problem is documented.")
    title: str
    status: int
    detail: str | None = None
    instance: str | None = Field(default=None, description="The request's id, as in the logs.")
    errors: list[ProblemError] | None = Field(
        default=None, description="What is wrong; of more than a hundred things, the first."
    )
    revision: int | None = Field(default=None, description="Of 410: the revision that deleted it.")
    redaction: int | None = Field(
        default=None, description="Of 410: the revision that took it out of the journal."
    )
    violated_policies: list[str] | None = Field(
        default=None, alias="violated-policies", description="Of 429: which limits were reached."
    )


class Problem(HTTPException):
    """The base of every refusal; raise one of its subclasses."""

    status: ClassVar[int] = 400
    title: ClassVar[str]

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Iterable[ProblemError] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(status_code=self.status, detail=detail or self.title)
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.members = dict(members or {})

    @classmethod
    def slug(cls) -> str:
        """The last segment of the problem's type: the class name in kebab case."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    @classmethod
    def meaning(cls) -> str:
        """What the problem says to a client, in one paragraph."""
        return " ".join((cls.__doc__ or cls.title).split())

    @classmethod
    def type_uri(cls) -> str:
        """The problem's type, a reference that the server itself answers."""
        return f"/problems/{cls.slug()}"

    def document(self, instance: str | None) -> dict[str, Any]:
        """The problem as JSON values."""
        body: dict[str, Any] = {
            "type": self.type_uri(),
            "title": self.title,
            "status": self.status,
            "detail": without_secrets(self.detail),
            **self.members,
        }
        if instance:
            body["instance"] = instance
        if self.errors:
            body["errors"] = [
                {name: _told(said) for name, said in error.model_dump(exclude_none=True).items()}
                for error in self.errors[:MOST_ERRORS]
            ]
        return body


class MalformedBody(Problem):
    """The body is not JSON (RFC 8259) in UTF-8, names a member twice, or is nested too deep."""

    status = 400
    title = "The body cannot be read"


class MalformedRequest(Problem):
    """What came is not HTTP/1.1 (RFC 9112); the connection is closed."""

    status = 400
    title = "Not a request"


class Unauthenticated(Problem):
    """The route needs a principal, or the credentials given are unknown, expired or revoked."""

    status = 401
    title = "Who is asking?"


class Forbidden(Problem):
    """The principal is known but may not do this."""

    status = 403
    title = "Not allowed"


class NotFound(Problem):
    """There is no such record or route, or none that the caller may see."""

    status = 404
    title = "Not found"


class MethodNotAllowed(Problem):
    """The route exists, but not for this method; Allow names those it has."""

    status = 405
    title = "Method not allowed"


class RequestTimeout(Problem):
    """The request did not come whole in the time that there is for it; the connection is closed."""

    status = 408
    title = "The request came too slowly"

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, headers={"Connection": "close"})


class Conflict(Problem):
    """The request is sound by itself but contradicts what the record holds.

    An id or number is taken, a cycle would close, a record is in use, or a state forbids the step.
    """

    status = 409
    title = "In conflict with the record"


class Gone(Problem):
    """The record was deleted; `revision` says when. Its history remains."""

    status = 410
    title = "Deleted"


class Redacted(Problem):
    """What the record said at that revision was redacted; `redaction` says in which revision."""

    status = 410
    title = "Redacted"


class PreconditionFailed(Problem):
    """If-Match does not name the record's present ETag: somebody has changed it since."""

    status = 412
    title = "Changed since you read it"


class BodyTooLarge(Problem):
    """The body is larger than the server accepts."""

    status = 413
    title = "Body too large"


class UnsupportedMediaType(Problem):
    """The body's Content-Type is not JSON, or none that the route takes."""

    status = 415
    title = "Unsupported media type"


class InvalidRequest(Problem):
    """The body, a parameter or a header breaks a rule; `errors` names each, with rule and value."""

    status = 422
    title = "Invalid request"


class IdempotencyKeyReused(Problem):
    """The Idempotency-Key was used before with another request."""

    status = 422
    title = "Idempotency-Key used for another request"


class PreconditionRequired(Problem):
    """Changing a record needs If-Match with the ETag that was read (RFC 6585)."""

    status = 428
    title = "If-Match is required"


class TooManyRequests(Problem):
    """The caller has asked too often (RFC 6585); ask again after Retry-After seconds.

    RateLimit-Policy says how often one may ask, RateLimit what is left of that.
    """

    status = 429
    title = "Too many requests"

    def __init__(self, limit: str, *, retry_after: int) -> None:
        super().__init__(
            f"This {_WHO_ASKED[limit]} too often; ask again in {retry_after} s.",
            headers={"Retry-After": str(retry_after)},
            members={"violated-policies": [limit]},
        )


_WHO_ASKED = {
    "address": "address has asked",
    "principal": "principal has asked",
    "failures": "address has shown credentials that are no good",
}


class HeadersTooLarge(Problem):
    """The request's line and headers are larger than the server accepts; the connection is closed.

    Filters that are so many go into several requests.
    """

    status = 431
    title = "Headers too large"


class UnsupportedTransferCoding(Problem):
    """Transfer-Encoding names another coding than `chunked`; the connection is closed."""

    status = 501
    title = "Unsupported transfer coding"


class Unavailable(Problem):
    """The server cannot answer now; try again after Retry-After seconds.

    Another write holds the database, it is out of reach, or Min-Revision is not here yet.
    """

    status = 503
    title = "Try again shortly"

    def __init__(self, detail: str, *, retry_after: int = 1) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})


class ServerError(Problem):
    """A fault of the server, logged under the request's id; nothing was written."""

    status = 500
    title = "The server failed"


def _told(value: Any) -> Any:
    """A value of a problem, of which no key or token is told again: it may be logged anywhere."""
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, dict):
        return {without_secrets(name): _told(member) for name, member in value.items()}
    return [_told(item) for item in value] if isinstance(value, list) else value


def all_problems() -> list[type[Problem]]:
    """Every documented problem, in the order of their status."""
    return sorted(Problem.__subclasses__(), key=lambda problem: problem.status)


def responses(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """What a route's `responses=` says of the problems that it may answer.

    Each status has a name, by which app.openapi_sharing tells it once for many routes.
    """
    described: dict[int | str, dict[str, Any]] = {}
    for problem in sorted(problems, key=lambda problem: problem.status):
        text, name = problem.meaning(), problem.__name__
        if problem.status in described:
            before = described[problem.status]
            text = f"{before['description']} Or: {text}"
            name = f"{before[NAME]}Or{name}"
        described[problem.status] = {
            "description": text,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            NAME: name,
        }
    return described


def shown(value: object) -> object:
    """A value as a problem repeats it: shortened when long, and nothing that JSON cannot hold."""
    if value is None or isinstance(value, bool | float):
        return value if value == value else str(value)  # noqa: PLR0124 (a NaN is not itself)
    if isinstance(value, int):
        return (
            value
            if abs(value) < 2**53
            else shown(hex(value) if value.bit_length() > 4096 else str(value))
        )
    if not isinstance(value, str):
        written = json.dumps(value, ensure_ascii=False, default=str)
        if len(written) <= _LONGEST_VALUE:
            return json.loads(written)
        value = written
    # Before it is shortened: half a key would not be known as one.
    text = without_secrets(value.encode("utf-8", "backslashreplace").decode())
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def pointer_to(path: Iterable[str | int]) -> str:
    """A JSON Pointer (RFC 6901) from the names and positions that lead to a value."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def invalid_credentials(rule: str, detail: str, value: str | None) -> ProblemError:
    """One error that lies in who the caller is."""
    return ProblemError(header="Authorization", rule=rule, detail=detail, value=value)


def invalid_field(path: Iterable[str | int], rule: str, detail: str, value: object) -> ProblemError:
    """One error at a place in the body."""
    return ProblemError(pointer=pointer_to(path), rule=rule, detail=detail, value=shown(value))
