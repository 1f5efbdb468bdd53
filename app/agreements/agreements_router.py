"""Routes of agreements."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from app.agreements.includes import AgreementDetail, AgreementInclude, with_included
from app.agreements.models import Agreement
from app.agreements.negotiating import new_agreement
from app.agreements.parties import require_parties_in_use
from app.agreements.queries import AGREEMENT_FILTERS, AGREEMENT_SORTS, AgreementQuery
from app.agreements.schemas import AgreementBody, AgreementRecord
from app.agreements.soundness import require_sound_agreement
from app.agreements.successor import SuccessorBody, succeed
from app.kernel.as_journalled import one_record, page_of_records
from app.kernel.changes import delete, get_visible, patch
from app.kernel.pages import page_of
from app.kernel.prompt import answered_promptly
from app.kernel.record_route import RecordRoute
from app.kernel.requests import Changing, Creating, Reading
from app.kernel.routes import CREATE, DELETE, LIST, PATCH, READ, STEP, RecordId
from app.kernel.schemas import Page, merge_patch_of

router = APIRouter(prefix="/v1/agreements", tags=["agreements"], route_class=RecordRoute)

AgreementPatch = merge_patch_of(AgreementBody, "AgreementPatch")


class AgreementPage(Page[AgreementRecord]):
    """A page of agreements."""


@router.get("", operation_id="listAgreements", responses=LIST)
@answered_promptly(page_of_records(Agreement, AGREEMENT_SORTS))
def list_agreements(tx: Reading, query: Annotated[AgreementQuery, Query()]) -> AgreementPage:
    """Agreements, by id or as `sort` says."""
    return page_of(
        tx, Agreement, query, AgreementPage, filters=AGREEMENT_FILTERS, sorts=AGREEMENT_SORTS
    )


@router.post("", operation_id="createAgreement", status_code=201, responses=CREATE)
def create_agreement(tx: Creating, body: AgreementBody) -> AgreementRecord:
    """A new agreement; without an id, one is derived from its name.

    With `visibility` `parties` only its own see it and its items, and the server names it.
    """
    agreement = new_agreement(tx.session, body)
    require_sound_agreement(tx.session, agreement)
    return tx.created(agreement, AgreementRecord)


@router.get("/{id}", operation_id="getAgreement", responses=READ)
@answered_promptly(one_record(Agreement))
def get_agreement(
    tx: Reading,
    agreement_id: RecordId,
    include: Annotated[
        list[AgreementInclude] | None, Query(description="What to answer with it.")
    ] = None,
) -> AgreementDetail:
    """One agreement."""
    return with_included(tx.session, get_visible(tx.session, Agreement, agreement_id), include)


@router.post("/{id}/successor", operation_id="succeedAgreement", status_code=201, responses=STEP)
def succeed_agreement(tx: Creating, agreement_id: RecordId, body: SuccessorBody) -> AgreementDetail:
    """A new plan that continues this one, with the items that it carries over: all, or nothing."""
    plan = succeed(tx, get_visible(tx.session, Agreement, agreement_id), body)
    tx.headers["Location"] = f"/v1/agreements/{plan.id}"
    return with_included(tx.session, plan, [AgreementInclude.ACTION_ITEMS])


@router.patch("/{id}", operation_id="patchAgreement", responses=PATCH)
def patch_agreement(
    tx: Changing, agreement_id: RecordId, changes: Annotated[dict[str, Any], AgreementPatch]
) -> AgreementRecord:
    """Changes an agreement by a JSON Merge Patch."""
    agreement = get_visible(tx.session, Agreement, agreement_id)
    patch(tx, agreement, AgreementBody, changes)
    require_parties_in_use(tx.session, agreement)
    require_sound_agreement(tx.session, agreement)
    return tx.changed(agreement, AgreementRecord)


@router.delete("/{id}", operation_id="deleteAgreement", status_code=204, responses=DELETE)
def delete_agreement(tx: Changing, agreement_id: RecordId) -> None:
    """Deletes an agreement that nothing refers to."""
    delete(tx, get_visible(tx.session, Agreement, agreement_id))
