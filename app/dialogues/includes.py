"""What a meeting's answer includes when asked: names, as they were then, of those it names."""

from datetime import date
from enum import StrEnum

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.dialogues.models import Meeting
from app.dialogues.schemas import MeetingRecord
from app.directory.models import Organization, Person
from app.directory.names import name_on
from app.kernel.dates import earliest
from app.kernel.schemas import Schema, absent
from app.kernel.text import Localized, Slug


class MeetingInclude(StrEnum):
    """What can be included with a meeting."""

    PEOPLE = "people"
    ORGANIZATIONS = "organizations"


class IncludedName(Schema):
    """A record that the meeting refers to, by id and name."""

    id: Slug
    name: Localized


class MeetingIncluded(Schema):
    """The records that were asked for, by id."""

    people: list[IncludedName] | None = Field(default=None, exclude_if=absent)
    organizations: list[IncludedName] | None = Field(
        default=None, exclude_if=absent, description="By the name that held on the meeting's day."
    )


class MeetingDetail(MeetingRecord):
    """A meeting, with what was asked for beside it."""

    included: MeetingIncluded | None = Field(default=None, exclude_if=absent)


def with_included(
    session: Session, meeting: Meeting, wanted: list[MeetingInclude] | None
) -> MeetingDetail:
    """The meeting's answer with what is `wanted`; one or two more statements."""
    detail = MeetingDetail.model_validate(meeting)
    if not wanted:
        return detail
    included = MeetingIncluded()
    if MeetingInclude.PEOPLE in wanted:
        ids = {part.person for part in meeting.participations if part.person}
        people = session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id))
        included.people = [IncludedName(id=person.id, name=person.name) for person in people]
    if MeetingInclude.ORGANIZATIONS in wanted:
        ids = {part.organization for part in meeting.participations if part.organization}
        found = session.scalars(
            select(Organization).where(Organization.id.in_(ids)).order_by(Organization.id)
        )
        # A meeting without a date is yet to come: the newest name is as good as any.
        day = earliest(meeting.starts) if meeting.starts else date.max
        included.organizations = [
            IncludedName(id=organization.id, name=name_on(organization.names, day).name)
            for organization in found
        ]
    return detail.model_copy(update={"included": included})
