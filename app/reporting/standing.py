"""The standing of an action item on a day: what reports and assessments imply, and nothing stored.

Pure functions: no SQL, no clock, no HTTP. The rules are the design's; docs/standing.md tells them
with examples.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from app.kernel.dates import latest
from app.kernel.text import LocalizedText
from app.reporting.codes import ImplementationStatus, ReportState, StandingBasis

# The most cautious first: of several statuses, the first of these that occurs is shown.
CAUTION = (
    ImplementationStatus.CANCELLED,
    ImplementationStatus.SUSPENDED,
    ImplementationStatus.DELAYED,
    ImplementationStatus.NOT_STARTED,
    ImplementationStatus.ON_TRACK,
    ImplementationStatus.COMPLETED,
)
FINAL = frozenset({ImplementationStatus.COMPLETED, ImplementationStatus.CANCELLED})


class Report(NamedTuple):
    """A status report, as far as standing asks."""

    id: str
    party: str
    status: ImplementationStatus
    progress: int | None
    reported_on: date
    submitted_revision: int = 0
    summary: LocalizedText | None = None
    state: ReportState = ReportState.SUBMITTED
    corrects: str | None = None


class Assessment(NamedTuple):
    """A joint conclusion on the item; `adopted` once every party has confirmed it."""

    meeting: str
    held_on: date
    status: ImplementationStatus
    progress: int | None
    id: str = ""
    adopted: bool = True


class Difference(NamedTuple):
    """How positions differ: in status, and by how many percent where two gave a progress."""

    status: bool
    progress_gap: int | None


class Standing(NamedTuple):
    """Where an item stands; `status` is None while nobody has reported."""

    status: ImplementationStatus | None
    progress: int | None
    basis: StandingBasis
    overdue: bool
    stale: bool
    parties_differ: Difference | None
    positions: tuple[Report, ...]
    assessment: Assessment | None


def positions_on(
    reports: Iterable[Report], parties: Sequence[str], day: date
) -> tuple[Report, ...]:
    """Each party's newest submitted report up to `day`, in the order of `parties`.

    A report is passed over once a submitted one of its party, of up to that day, corrects it. Of
    two for the same day the one submitted later is newer; of two submitted together, the one with
    the greater id.
    """
    known = [
        report
        for report in reports
        if report.state is ReportState.SUBMITTED and report.reported_on <= day
    ]
    corrected = {(report.party, report.corrects) for report in known}
    newest: dict[str, Report] = {}
    for report in sorted(known, key=_newness):
        if (report.party, report.id) not in corrected:
            newest[report.party] = report
    return tuple(newest[party] for party in parties if party in newest)


def _newness(report: Report) -> tuple[date, int, str]:
    return report.reported_on, report.submitted_revision, report.id


def assessment_on(assessments: Iterable[Assessment], day: date) -> Assessment | None:
    """The newest adopted assessment from a meeting held up to `day`."""
    return max(
        (found for found in assessments if found.adopted and found.held_on <= day),
        key=lambda found: (found.held_on, found.meeting),
        default=None,
    )


def standing_on(
    day: date,
    *,
    parties: Sequence[str],
    reports: Iterable[Report],
    assessments: Iterable[Assessment] = (),
    due: str | None = None,
    ended: str | None = None,
    stale_after_days: int = 180,
) -> Standing:
    """The standing of one item on `day`.

    `parties` are those of its agreement; `reports` and `assessments` are about this item, in any
    order; `due`, and when the parties `ended` the item, are partial dates.
    """
    positions = positions_on(reports, parties, day)
    assessment = assessment_on(assessments, day)
    basis = _basis(positions, assessment, len(parties))
    status, progress = _conclusion(basis, positions, assessment)
    return Standing(
        status=status,
        progress=progress,
        basis=basis,
        overdue=_is_overdue(day, due, ended, status),
        stale=_is_stale(positions, assessment, day - timedelta(days=stale_after_days)),
        parties_differ=_difference(positions),
        positions=positions,
        assessment=assessment,
    )


def most_cautious(statuses: Iterable[ImplementationStatus]) -> ImplementationStatus:
    """Of several statuses, at least one, the one that promises least."""
    return min(statuses, key=CAUTION.index)


def _basis(
    positions: Sequence[Report], assessment: Assessment | None, parties: int
) -> StandingBasis:
    if assessment is not None and all(
        position.reported_on <= assessment.held_on for position in positions
    ):
        return StandingBasis.JOINT
    if not positions:
        return StandingBasis.UNREPORTED
    if len(positions) < parties:
        return StandingBasis.ONE_SIDED
    if len({position.status for position in positions}) > 1:
        return StandingBasis.DIVERGING
    return StandingBasis.AGREED


def _conclusion(
    basis: StandingBasis, positions: Sequence[Report], assessment: Assessment | None
) -> tuple[ImplementationStatus | None, int | None]:
    if basis is StandingBasis.JOINT and assessment is not None:
        return assessment.status, assessment.progress
    if not positions:
        return None, None
    status = most_cautious(position.status for position in positions)
    # The progress goes with the status: never one side's status beside the other's progress.
    given = [
        position.progress
        for position in positions
        if position.status is status and position.progress is not None
    ]
    return status, min(given, default=None)


def _is_overdue(
    day: date, due: str | None, ended: str | None, status: ImplementationStatus | None
) -> bool:
    if due is None or status in FINAL:
        return False
    return latest(due) < day and (ended is None or latest(ended) > day)


def _is_stale(
    positions: Sequence[Report], assessment: Assessment | None, oldest_fresh: date
) -> bool:
    days = [position.reported_on for position in positions]
    if assessment is not None:
        days.append(assessment.held_on)
    return bool(days) and max(days) < oldest_fresh


def _difference(positions: Sequence[Report]) -> Difference | None:
    statuses = {position.status for position in positions}
    given = [position.progress for position in positions if position.progress is not None]
    gap = max(given) - min(given) if len(given) > 1 else None
    if len(statuses) < 2 and not gap:
        return None
    return Difference(status=len(statuses) > 1, progress_gap=gap)
