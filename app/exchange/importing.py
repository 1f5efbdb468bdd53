"""Importing what a caller has uploaded: held to what the caller may do by the kinds' own routes."""

from collections.abc import Iterable

from app.exchange.entries import Entries
from app.exchange.import_schemas import ImportCount, ImportedRecord, ImportReport
from app.exchange.kinds import KINDS
from app.exchange.permission import entries_of_others
from app.exchange.writing import Loaded, unknown_references, write_entries
from app.kernel.access import Principal, Role
from app.kernel.authentication import require_role
from app.kernel.problems import MOST_ERRORS, Forbidden, InvalidRequest, ProblemError
from app.kernel.recording import recorder
from app.kernel.tabular.places import Fault
from app.kernel.transactions import Transaction
from app.reporting.filled_in import FilledIn, report_as_filled_in

# They speak for others: whole, only those load them who look after the record.
_STATEMENTS = {"status_report", "assessment"}


def import_entries(tx: Transaction, entries: Entries, *, dry_run: bool) -> ImportReport:
    """Creates and changes records, all or none; in a dry run none, and the report says what is so.

    Raises Forbidden for records that the caller may not write, whatever else is wrong and in a dry
    run too, InvalidRequest with each thing that is wrong, at its place. What is wrong among
    records, but for unknown references, is told once each is sound by itself.
    """
    _require_may_write(tx.principal, entries)
    _require_own(tx, entries)
    if entries.faults:
        if not dry_run:
            raise _refusal(entries.faults)
        faults = list(entries.faults)
        # What refers to a record that cannot be read, or written, is not wrong in that.
        if not entries.has_unread:
            faults += unknown_references(tx.session, entries)
        return _report(Loaded(), faults, dry_run=True)
    trial = tx.session.begin_nested()
    if entries.filled_in is None:
        loaded = write_entries(tx.session, entries)
    else:
        loaded = _reported(tx, entries.filled_in, dry_run=dry_run)
    faults = loaded.faults
    if faults and not dry_run:
        raise _refusal(faults)
    if dry_run:
        trial.rollback()
        recorder(tx.session).forget()
        tx.session.expunge_all()
        loaded.revision = None
    return _report(loaded, faults, dry_run=dry_run)


def _reported(tx: Transaction, filled: FilledIn, *, dry_run: bool) -> Loaded:
    reports, same, faults = report_as_filled_in(tx.session, tx.principal, filled)
    loaded = Loaded(faults=faults)
    if not faults:
        tx.session.flush()
        loaded.created["status-reports.json"] = len(reports)
        loaded.same["status-reports.json"] = same
        mine = recorder(tx.session)
        loaded.revision = mine.number if reports else None
    if not dry_run:
        # Those of a dry run have no ids that would stay.
        loaded.named = [("status_report", report.id, "created") for report in reports]
    return loaded


def errors_of(faults: Iterable[Fault]) -> list[ProblemError]:
    """Faults in a file as the errors of a problem."""
    return [
        ProblemError(
            pointer=fault.pointer,
            sheet=fault.place.sheet,
            row=fault.place.row,
            column=fault.place.column,
            cell=fault.place.cell,
            rule=fault.rule,
            detail=fault.detail,
            value=fault.value,
        )
        for fault in list(faults)[:MOST_ERRORS]
    ]


def _refusal(faults: list[Fault]) -> InvalidRequest:
    return InvalidRequest(str(faults[0]), errors=errors_of(faults))


def _require_may_write(principal: Principal, entries: Entries) -> None:
    kinds = [kind.model.__tablename__ for kind in entries.kinds()]
    for kind in kinds:
        if kind not in _STATEMENTS:
            require_role(principal, Role.EDITOR)
        elif principal.role is not Role.ADMIN or principal.party is not None:
            detail = (
                f"A {kind.replace('_', ' ')} is its party's own; whole, only an administrator of "
                "no party imports it. Take the routes of reports, or the reporting template."
            )
            error = ProblemError(
                header="Authorization", rule="speaks_for_others", detail=detail, value=kind
            )
            raise Forbidden(detail, errors=[error])


def _require_own(tx: Transaction, entries: Entries) -> None:
    faults = entries_of_others(tx.session, tx.principal, entries)
    if faults:
        raise Forbidden(str(faults[0]), errors=errors_of(faults))


def _report(loaded: Loaded, faults: list[Fault], *, dry_run: bool) -> ImportReport:
    counts = [
        {
            "kind": kind.model.__tablename__,
            "created": loaded.created.get(kind.file, 0),
            "changed": loaded.changed.get(kind.file, 0),
            "unchanged": loaded.same.get(kind.file, 0),
        }
        for kind in KINDS
        if kind.file in loaded.created.keys() | loaded.changed.keys() | loaded.same.keys()
    ]
    return ImportReport(
        dry_run=dry_run,
        revision=loaded.revision,
        counts=[ImportCount.model_validate(count) for count in counts],
        records=[
            ImportedRecord.model_validate({"kind": kind, "id": record_id, "done": done})
            for kind, record_id, done in loaded.named
        ],
        errors=errors_of(faults),
    )
