"""Holding an import to what its caller may write, before anything of it is compared or written."""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.exchange.entries import Entries, Entry
from app.exchange.kinds import BY_KIND, Kind
from app.exchange.writing import batches, standing_records
from app.kernel.access import Principal
from app.kernel.owner_rules import EnteredBy, OwnersOf
from app.kernel.ownership import (
    NOBODY,
    Owners,
    entered_by,
    is_owned_by_naming,
    is_spoken_of,
    owners_by_ids,
    owners_named,
    refusal_of_changed,
    refusal_of_new,
    refusal_of_write,
)
from app.kernel.problems import MOST_ERRORS, ProblemError
from app.kernel.records import Record, record_classes
from app.kernel.references import ids_of, references_in
from app.kernel.tabular.places import Fault


def entries_of_others(session: Session, principal: Principal, entries: Entries) -> list[Fault]:
    """The records in a file that the principal may not write, the first hundred, with why.

    A record of others that the file gives as it stands is not written, and so no fault: a file may
    hold all that was exported.
    """
    if principal.is_operator:
        return []
    return list(islice(_refusals(session, principal, entries), MOST_ERRORS))


def _refusals(session: Session, principal: Principal, entries: Entries) -> Iterator[Fault]:
    owners = _Owners(session, entries)
    for kind in entries.kinds():
        for batch in batches(entries.of(kind)):
            standing = standing_records(session, kind, batch)
            owners.look_up(kind, batch, standing)
            for entry in batch:
                error = _refusal(principal, entry, standing.get(entry.id), owners)
                if error is not None:
                    yield entry.fault(error.pointer, error.rule, error.detail, error.value)


def _refusal(
    principal: Principal, entry: Entry, standing: Record | None, owners: "_Owners"
) -> ProblemError | None:
    if standing is None:
        return refusal_of_new(principal, entry.kind.model, entry.body, owners.by_id)
    present = owners.of_record(standing)
    if principal.party in present:
        return refusal_of_changed(principal, standing, entry.body, owners.by_id)
    if entry.kind.body.model_validate(standing, from_attributes=True) == entry.body:
        return None
    return refusal_of_write(principal, entry.kind.model, entry.id, present)


class _Owners:
    """The owners of records that an import names: those in the database, and in the file itself."""

    def __init__(self, session: Session, entries: Entries) -> None:
        self._session = session
        self._entries = entries
        self._known: dict[tuple[str, str], Owners] = {}
        self._entered: dict[str, Owners] = {}

    def look_up(self, kind: Kind, batch: Sequence[Entry], standing: dict[str, Record]) -> None:
        """Asks once for what a batch needs, in place of what the batch before it needed."""
        model = kind.model
        self._known, self._entered = {}, {}
        if isinstance(model.owned_by, EnteredBy):
            self._entered = entered_by(self._session, model, [*standing])
        if isinstance(model.owned_by, OwnersOf):
            self._ask(model.owned_by.kind, model.owned_by.attribute, batch, standing)
        holder = model.kind_of_holder()
        if holder is not None and model.held_by is not None and is_owned_by_naming(holder):
            self._ask(holder, model.held_by, batch, standing)
        references = [each for entry in batch for each in references_in(entry.body)]
        for kind_of, ids in ids_of(filter(is_spoken_of, references)).items():
            self._find(kind_of, ids)

    def _ask(
        self, kind: str, attribute: str, batch: Sequence[Entry], standing: dict[str, Record]
    ) -> None:
        named: set[str | None] = {getattr(entry.body, attribute) for entry in batch}
        named |= {getattr(record, attribute) for record in standing.values()}
        self._find(kind, [id_ for id_ in named if id_])

    def _find(self, kind: str, ids: Collection[str]) -> None:
        found = owners_by_ids(self._session, record_classes()[kind], ids)
        self._known.update({(kind, id_): owners for id_, owners in found.items()})

    def of_record(self, record: Record) -> Owners:
        """The owners of a record that is there."""
        if isinstance(record.owned_by, EnteredBy):
            return self._entered.get(record.id, NOBODY)
        return owners_named(type(record), record, self.by_id) or NOBODY

    def by_id(self, kind: str, record_id: str) -> Owners | None:
        """The owners of a record that is there or comes with the file; None where it is neither."""
        found = self._known.get((kind, record_id))
        if found is not None:
            return found
        body: BaseModel | None = self._entries.body_of(BY_KIND[kind], record_id)
        return None if body is None else owners_named(record_classes()[kind], body, self.by_id)
