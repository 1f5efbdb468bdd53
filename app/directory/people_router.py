"""Routes of people."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from app.directory.models import Person
from app.directory.queries import PERSON_FILTERS, PERSON_SORTS, PersonQuery
from app.directory.schemas import PersonBody, PersonRecord
from app.kernel.as_journalled import one_record, page_of_records
from app.kernel.changes import create, delete, get_visible, patch
from app.kernel.pages import page_of
from app.kernel.prompt import answered_promptly
from app.kernel.record_route import RecordRoute
from app.kernel.requests import Changing, Creating, Reading
from app.kernel.routes import CREATE, DELETE, LIST, PATCH, READ, RecordId
from app.kernel.schemas import Page, merge_patch_of
from app.kernel.text import slug_of

router = APIRouter(prefix="/v1/people", tags=["people"], route_class=RecordRoute)

PersonPatch = merge_patch_of(PersonBody, "PersonPatch")


class PersonPage(Page[PersonRecord]):
    """A page of people."""


@router.get("", operation_id="listPeople", responses=LIST)
@answered_promptly(page_of_records(Person, PERSON_SORTS))
def list_people(tx: Reading, query: Annotated[PersonQuery, Query()]) -> PersonPage:
    """People, by id or as `sort` says."""
    return page_of(tx, Person, query, PersonPage, filters=PERSON_FILTERS, sorts=PERSON_SORTS)


@router.post("", operation_id="createPerson", status_code=201, responses=CREATE)
def create_person(tx: Creating, body: PersonBody) -> PersonRecord:
    """A new person; without an id, one is derived from their name."""
    derived = slug_of(body.name)
    return tx.created(create(tx.session, Person, body, derived_id=derived), PersonRecord)


@router.get("/{id}", operation_id="getPerson", responses=READ)
@answered_promptly(one_record(Person))
def get_person(tx: Reading, person_id: RecordId) -> PersonRecord:
    """One person."""
    return PersonRecord.model_validate(get_visible(tx.session, Person, person_id))


@router.patch("/{id}", operation_id="patchPerson", responses=PATCH)
def patch_person(
    tx: Changing, person_id: RecordId, changes: Annotated[dict[str, Any], PersonPatch]
) -> PersonRecord:
    """Changes a person by a JSON Merge Patch."""
    person = get_visible(tx.session, Person, person_id)
    patch(tx, person, PersonBody, changes)
    return tx.changed(person, PersonRecord)


@router.delete("/{id}", operation_id="deletePerson", status_code=204, responses=DELETE)
def delete_person(tx: Changing, person_id: RecordId) -> None:
    """Deletes a person that nothing refers to."""
    delete(tx, get_visible(tx.session, Person, person_id))
