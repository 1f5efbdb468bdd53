"""Routes of parties."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from app.directory.models import Party
from app.directory.queries import PARTY_FILTERS, PARTY_SORTS, PartyQuery
from app.directory.schemas import PartyBody, PartyRecord
from app.kernel.as_journalled import one_record, page_of_records
from app.kernel.changes import create, delete, get_visible, patch
from app.kernel.pages import page_of
from app.kernel.prompt import answered_promptly
from app.kernel.record_route import RecordRoute
from app.kernel.requests import Changing, Creating, Reading
from app.kernel.routes import CREATE, DELETE, LIST, PATCH, READ, PartyPath
from app.kernel.schemas import Page, merge_patch_of

router = APIRouter(prefix="/v1/parties", tags=["parties"], route_class=RecordRoute)

PartyPatch = merge_patch_of(PartyBody, "PartyPatch")


class PartyPage(Page[PartyRecord]):
    """A page of parties."""


@router.get("", operation_id="listParties", responses=LIST)
@answered_promptly(page_of_records(Party, PARTY_SORTS))
def list_parties(tx: Reading, query: Annotated[PartyQuery, Query()]) -> PartyPage:
    """Parties, by id or as `sort` says."""
    return page_of(tx, Party, query, PartyPage, filters=PARTY_FILTERS, sorts=PARTY_SORTS)


@router.post("", operation_id="createParty", status_code=201, responses=CREATE)
def create_party(tx: Creating, body: PartyBody) -> PartyRecord:
    """A new party."""
    return tx.created(create(tx.session, Party, body), PartyRecord)


@router.get("/{id}", operation_id="getParty", responses=READ)
@answered_promptly(one_record(Party))
def get_party(tx: Reading, party_id: PartyPath) -> PartyRecord:
    """One party."""
    return PartyRecord.model_validate(get_visible(tx.session, Party, party_id))


@router.patch("/{id}", operation_id="patchParty", responses=PATCH)
def patch_party(
    tx: Changing, party_id: PartyPath, changes: Annotated[dict[str, Any], PartyPatch]
) -> PartyRecord:
    """Changes a party by a JSON Merge Patch."""
    party = get_visible(tx.session, Party, party_id)
    patch(tx, party, PartyBody, changes)
    return tx.changed(party, PartyRecord)


@router.delete("/{id}", operation_id="deleteParty", status_code=204, responses=DELETE)
def delete_party(tx: Changing, party_id: PartyPath) -> None:
    """Deletes a party that nothing refers to."""
    delete(tx, get_visible(tx.session, Party, party_id))
