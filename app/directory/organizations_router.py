"""Routes of organizations."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from app.directory.models import Organization
from app.directory.names import name_on
from app.directory.queries import ORGANIZATION_FILTERS, ORGANIZATION_SORTS, OrganizationQuery
from app.directory.schemas import OrganizationBody, OrganizationRecord
from app.directory.soundness import require_sound_organization
from app.kernel.as_journalled import one_record, page_of_records
from app.kernel.changes import create, delete, get_visible, patch
from app.kernel.pages import page_of
from app.kernel.prompt import answered_promptly
from app.kernel.record_route import RecordRoute
from app.kernel.requests import Changing, Creating, Reading
from app.kernel.routes import CREATE, DELETE, LIST, PATCH, READ, RecordId
from app.kernel.schemas import Page, merge_patch_of
from app.kernel.text import slug_of

router = APIRouter(prefix="/v1/organizations", tags=["organizations"], route_class=RecordRoute)

OrganizationPatch = merge_patch_of(OrganizationBody, "OrganizationPatch")


class OrganizationPage(Page[OrganizationRecord]):
    """A page of organizations."""


@router.get("", operation_id="listOrganizations", responses=LIST)
@answered_promptly(page_of_records(Organization, ORGANIZATION_SORTS))
def list_organizations(
    tx: Reading, query: Annotated[OrganizationQuery, Query()]
) -> OrganizationPage:
    """Organizations, by id or as `sort` says."""
    return page_of(
        tx,
        Organization,
        query,
        OrganizationPage,
        filters=ORGANIZATION_FILTERS,
        sorts=ORGANIZATION_SORTS,
    )


@router.post("", operation_id="createOrganization", status_code=201, responses=CREATE)
def create_organization(tx: Creating, body: OrganizationBody) -> OrganizationRecord:
    """A new organization; without an id, one is derived from its newest name."""
    derived = slug_of(name_on(body.names, date.max).name)
    organization = create(tx.session, Organization, body, derived_id=derived)
    require_sound_organization(tx.session, organization)
    return tx.created(organization, OrganizationRecord)


@router.get("/{id}", operation_id="getOrganization", responses=READ)
@answered_promptly(one_record(Organization))
def get_organization(tx: Reading, organization_id: RecordId) -> OrganizationRecord:
    """One organization."""
    return OrganizationRecord.model_validate(get_visible(tx.session, Organization, organization_id))


@router.patch("/{id}", operation_id="patchOrganization", responses=PATCH)
def patch_organization(
    tx: Changing, organization_id: RecordId, changes: Annotated[dict[str, Any], OrganizationPatch]
) -> OrganizationRecord:
    """Changes an organization by a JSON Merge Patch."""
    organization = get_visible(tx.session, Organization, organization_id)
    patch(tx, organization, OrganizationBody, changes)
    require_sound_organization(tx.session, organization)
    return tx.changed(organization, OrganizationRecord)


@router.delete("/{id}", operation_id="deleteOrganization", status_code=204, responses=DELETE)
def delete_organization(tx: Changing, organization_id: RecordId) -> None:
    """Deletes an organization that nothing refers to."""
    delete(tx, get_visible(tx.session, Organization, organization_id))
