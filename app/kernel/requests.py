"""What an endpoint asks for to run in a transaction, in each of the ways that there are."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import Depends, Header, Request

from app.kernel.access import Role
from app.kernel.authentication import CurrentPrincipal, require_role
from app.kernel.problems import InvalidRequest, ProblemError, shown
from app.kernel.reasons import ReasonFault, fault_in_reason
from app.kernel.schemas import LARGEST
from app.kernel.transactions import Transaction

MinRevision = Annotated[
    int | None,
    Header(
        ge=0,
        le=LARGEST,
        description="Answer with nothing older than this revision, or with 503.",
    ),
]
Reason = Annotated[
    str | None,
    Header(
        alias="Revision-Reason",
        max_length=2000,
        pattern=r"^[\x20-\x7e]+$",
        description="Why this is written, kept in the journal; percent-encoded UTF-8.",
        examples=["Minutes%20received"],
    ),
]


async def reading(
    request: Request,
    principal: CurrentPrincipal,
    if_none_match: Annotated[  # noqa: ARG001
        str | None, Header(description="An ETag; 304 where the answer still has it.")
    ] = None,
    min_revision: MinRevision = None,
) -> Transaction:
    """A transaction that reads, for any caller.

    `if_none_match` is told here for the API's description, and answered by app.kernel.answers.
    """
    return Transaction(
        database=request.app.state.database,
        principal=principal,
        request=request,
        min_revision=min_revision,
    )


async def streaming(
    request: Request, principal: CurrentPrincipal, min_revision: MinRevision = None
) -> Transaction:
    """A transaction that reads where an answer begins which goes on without one, for any caller."""
    return await reading(request, principal, None, min_revision)


def creating(
    role: Role, *, spooled: bool = False
) -> Callable[..., Coroutine[Any, Any, Transaction]]:
    """A transaction that adds to the record, for callers in `role` or above.

    Where the body is `spooled`, the endpoint's own dependencies read it.
    """

    async def dependency(
        request: Request,
        principal: CurrentPrincipal,
        idempotency_key: Annotated[
            str | None,
            Header(
                min_length=1,
                max_length=255,
                pattern=r"^[\x21-\x7e]+$",
                description="Repeats of one request under one key are answered once and alike.",
            ),
        ] = None,
        min_revision: MinRevision = None,
        reason: Reason = None,
    ) -> Transaction:
        require_role(principal, role)
        return Transaction(
            database=request.app.state.database,
            principal=principal,
            request=request,
            writes=True,
            idempotency_key=idempotency_key,
            min_revision=min_revision,
            reason=_decoded(reason),
            body=b"" if spooled else await request.body(),
        )

    return dependency


def changing(role: Role) -> Callable[..., Coroutine[Any, Any, Transaction]]:
    """A transaction that changes a record which the caller has read, for `role` or above."""

    async def dependency(
        request: Request,
        principal: CurrentPrincipal,
        if_match: Annotated[
            str | None,
            Header(description="The record's ETag as read; 428 without, 412 when it has changed."),
        ] = None,
        min_revision: MinRevision = None,
        reason: Reason = None,
    ) -> Transaction:
        require_role(principal, role)
        return Transaction(
            database=request.app.state.database,
            principal=principal,
            request=request,
            writes=True,
            if_match=if_match,
            min_revision=min_revision,
            reason=_decoded(reason),
        )

    return dependency


def administering(
    *, writes: bool, role: Role = Role.ADMIN
) -> Callable[..., Coroutine[Any, Any, Transaction]]:
    """A transaction on what stands beside the record, for admins unless another role is said.

    Its answers are kept nowhere, by no Idempotency-Key either.
    """

    async def dependency(request: Request, principal: CurrentPrincipal) -> Transaction:
        require_role(principal, role)
        return Transaction(
            database=request.app.state.database,
            principal=principal,
            request=request,
            writes=writes,
            on_primary=True,
            headers={"Cache-Control": "no-store"},
        )

    return dependency


Reading = Annotated[Transaction, Depends(reading)]
Streaming = Annotated[Transaction, Depends(streaming)]
LookingAfter = Annotated[Transaction, Depends(administering(writes=False))]
Administering = Annotated[Transaction, Depends(administering(writes=True))]
# Of what belongs to the caller's own key, in whatever role.
LookingAtOwn = Annotated[Transaction, Depends(administering(writes=False, role=Role.READER))]
ArrangingOwn = Annotated[Transaction, Depends(administering(writes=True, role=Role.READER))]
Creating = Annotated[Transaction, Depends(creating(Role.EDITOR))]
Changing = Annotated[Transaction, Depends(changing(Role.EDITOR))]


async def deciding(
    tx: Creating,
    if_match: Annotated[
        str | None, Header(description="The ETag, as read, of the record that is changed with it.")
    ] = None,
) -> Transaction:
    """A transaction that adds to the record and may change a record which the caller has read."""
    tx.if_match = if_match
    return tx


Deciding = Annotated[Transaction, Depends(deciding)]
Redrafting = Annotated[Transaction, Depends(changing(Role.REPORTER))]
Reporting = Annotated[Transaction, Depends(creating(Role.REPORTER))]


def _decoded(reason: str | None) -> str | None:
    if reason is None:
        return None
    try:
        text = unquote(reason, errors="strict")
    except UnicodeDecodeError:
        fault = ReasonFault("text", "is no percent-encoded UTF-8")
        raise _unfit(fault, unquote(reason, errors="replace")) from None
    fault_of_text = fault_in_reason(text)
    if fault_of_text is not None:
        raise _unfit(fault_of_text, text)
    return text


def _unfit(fault: ReasonFault, reason: str) -> InvalidRequest:
    # Shown decoded: a key that is percent-encoded would not be known as one.
    detail = f"Revision-Reason {fault.words}."
    error = ProblemError(
        header="Revision-Reason", rule=fault.rule, detail=detail, value=shown(reason)
    )
    return InvalidRequest(detail, errors=[error])
