"""What the record knows: all that it does now, or what it did at a revision."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol

from sqlalchemy import ColumnElement, select

from app.directory.models import Party
from app.kernel.dates import today_in
from app.kernel.problems import InvalidRequest, ProblemError
from app.kernel.text import LocalizedText
from app.kernel.transactions import Transaction
from app.reporting.facts import KnownDialogue, KnownItem, KnownMeeting, KnownName, KnownPlan
from app.reporting.models import Assessment, StatusReport
from app.reporting.past import PastRecord
from app.reporting.present import PresentRecord


class Knowledge(Protocol):
    """Facts, each in a constant number of statements whatever the number of records.

    What is asked for by its id and is not there raises NotFound or Gone.
    """

    @property
    def revision(self) -> int:
        """The newest revision that is known."""

    def dialogue(self, dialogue_id: str) -> KnownDialogue:
        """A dialogue."""

    def meeting(self, meeting_id: str) -> KnownMeeting:
        """A meeting."""

    def plan(self, agreement_id: str) -> KnownPlan:
        """An agreement."""

    def item(self, item_id: str) -> KnownItem:
        """An action item."""

    def annual_plans(self, dialogue_id: str) -> Sequence[KnownPlan]:
        """The annual plans that a dialogue oversees, the oldest first."""

    def meetings(self, dialogue_id: str) -> Sequence[KnownMeeting]:
        """The meetings of a dialogue that were held on a known day, the earliest first."""

    def items(self, agreement_ids: Collection[str]) -> Sequence[KnownItem]:
        """The items of agreements, by agreement and number."""

    def names(self, organization_ids: Collection[str]) -> Mapping[str, Sequence[KnownName]]:
        """The dated names of organizations."""

    def counts(self, report: type[StatusReport]) -> ColumnElement[bool]:
        """SQL: whether a report is submitted, and not withdrawn."""

    def newest_day(self, day: date) -> date:
        """`day`, or the last day before it for which any report could have been submitted."""

    def is_adopted(self, assessment: type[Assessment]) -> ColumnElement[bool]:
        """SQL: whether an assessment is adopted."""


def known(tx: Transaction, at_revision: int | None) -> Knowledge:
    """What the record knew at a revision, or all that it knows for None.

    Raises InvalidRequest for a revision that is yet to come.
    """
    if at_revision is None:
        return PresentRecord(tx)
    if at_revision > tx.revision:
        detail = f"There is no revision {at_revision}; the newest is {tx.revision}."
        raise InvalidRequest(
            detail,
            errors=[
                ProblemError(
                    parameter="at_revision",
                    rule="known_revision",
                    detail=detail,
                    value=at_revision,
                )
            ],
        )
    return PastRecord(tx.session, at_revision)


def names_of_parties(tx: Transaction, party_ids: Collection[str]) -> dict[str, LocalizedText]:
    """The names of parties, by id."""
    rows = tx.session.execute(select(Party.id, Party.name).where(Party.id.in_(party_ids)))
    return {row.id: row.name for row in rows}


def today_of(tx: Transaction, party_ids: Collection[str]) -> date:
    """The latest day that it is in any time zone of the parties.

    A report made today by the side where the day begins first so counts at once.
    """
    zones = tx.session.scalars(select(Party.timezone).where(Party.id.in_(party_ids)))
    return max(today_in(zone) for zone in zones)
