"""Filters and orders of the lists of parties, organizations and people."""

from typing import Literal

from app.directory.codes import OrganizationKind
from app.directory.models import Organization, Party, Person
from app.kernel.pages import (
    Filter,
    From,
    ListQuery,
    SortKey,
    Until,
    date_from,
    date_until,
    one_of,
    repeatable,
    sortable,
)
from app.kernel.text import PartyCode, Slug

ByName = Literal["id", "-id", "name", "-name", "modified_at", "-modified_at"]


class PartyQuery(ListQuery):
    """What the list of parties takes."""

    sort: ByName = "id"


PARTY_FILTERS: dict[str, Filter] = {}
PARTY_SORTS: dict[str, SortKey] = {"name": Party.sort_text, "modified_at": Party.modified_at}


class OrganizationQuery(ListQuery):
    """What the list of organizations takes."""

    party: list[PartyCode] | None = repeatable("Of one of these parties.")
    kind: list[OrganizationKind] | None = repeatable("Of one of these kinds.")
    parent: list[Slug] | None = repeatable("Directly below one of these organizations.")
    active_from_from: From = None
    active_until_until: Until = None
    sort: Literal[
        "id",
        "-id",
        "name",
        "-name",
        "active_from",
        "-active_from",
        "modified_at",
        "-modified_at",
    ] = "id"


ORGANIZATION_FILTERS: dict[str, Filter] = {
    "party": one_of(Organization.party),
    "kind": one_of(Organization.kind),
    "parent": one_of(Organization.parent),
    "active_from_from": date_from(Organization.active_from),
    "active_until_until": date_until(Organization.active_until),
}
ORGANIZATION_SORTS: dict[str, SortKey] = {
    "name": Organization.sort_text,
    "active_from": sortable(Organization.active_from),
    "modified_at": Organization.modified_at,
}


class PersonQuery(ListQuery):
    """What the list of people takes."""

    organization: list[Slug] | None = repeatable("Of one of these organizations.")
    sort: ByName = "id"


PERSON_FILTERS: dict[str, Filter] = {"organization": one_of(Person.organization)}
PERSON_SORTS: dict[str, SortKey] = {"name": Person.sort_text, "modified_at": Person.modified_at}
