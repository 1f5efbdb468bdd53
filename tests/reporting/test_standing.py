"""The standing of an item on a day, as a table of examples and as laws."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reporting.codes import ImplementationStatus, ReportState, StandingBasis
from app.reporting.standing import (
    CAUTION,
    Assessment,
    Report,
    assessment_on,
    positions_on,
    standing_on,
)

BOTH = ("KR", "CN")
DAY = date(2026, 6, 30)


def report(number, party, status, progress=None, on="2026-06-01", **more):
    return Report(
        id=f"{number:04}",
        party=party,
        status=ImplementationStatus(status),
        progress=progress,
        reported_on=date.fromisoformat(on),
        **more,
    )


def assessment(status, progress=None, held_on="2026-06-10", meeting="m-7", *, adopted=True):
    return Assessment(
        meeting=meeting,
        held_on=date.fromisoformat(held_on),
        status=ImplementationStatus(status),
        progress=progress,
        adopted=adopted,
    )


@dataclass
class Example:
    says: str
    reports: list[Report] = field(default_factory=list)
    assessments: list[Assessment] = field(default_factory=list)
    expected: tuple = ("unreported", None, None)
    parties: tuple[str, ...] = BOTH


CHAIN = [
    report(1, "KR", "completed", 100),
    report(2, "KR", "on_track", 90, corrects="0001"),
    report(3, "KR", "on_track", 80, corrects="0002"),
]

EXAMPLES = [
    Example("nothing yet is unreported, never not started"),
    Example(
        "one side alone is one-sided",
        [report(1, "KR", "on_track", 60)],
        expected=("one_sided", "on_track", 60),
    ),
    Example(
        "the same status from both is agreed, with the lower progress",
        [report(1, "KR", "on_track", 60), report(2, "CN", "on_track", 45)],
        expected=("agreed", "on_track", 45),
    ),
    Example(
        "agreed, where one side gave no progress, has the other's",
        [report(1, "KR", "delayed"), report(2, "CN", "delayed", 20)],
        expected=("agreed", "delayed", 20),
    ),
    Example(
        "agreed without any progress has none",
        [report(1, "KR", "suspended"), report(2, "CN", "suspended")],
        expected=("agreed", "suspended", None),
    ),
    Example(
        "diverging shows the more cautious status, with that side's progress",
        [report(1, "KR", "completed", 100), report(2, "CN", "delayed", 40)],
        expected=("diverging", "delayed", 40),
    ),
    Example(
        "diverging never lends one side's progress to the other's status",
        [report(1, "KR", "on_track", 60), report(2, "CN", "suspended")],
        expected=("diverging", "suspended", None),
    ),
    Example(
        "not started is more cautious than on track",
        [report(1, "KR", "not_started", 0), report(2, "CN", "on_track", 10)],
        expected=("diverging", "not_started", 0),
    ),
    Example(
        "cancelled is the most cautious",
        [report(1, "KR", "cancelled"), report(2, "CN", "completed", 100)],
        expected=("diverging", "cancelled", None),
    ),
    Example(
        "two of three parties are still one-sided",
        [report(1, "KR", "on_track", 60), report(2, "CN", "delayed", 30)],
        expected=("one_sided", "delayed", 30),
        parties=("CN", "JP", "KR"),
    ),
    Example(
        "three that say the same agree",
        [report(n, party, "on_track", 50) for n, party in enumerate(("KR", "CN", "JP"))],
        expected=("agreed", "on_track", 50),
        parties=("CN", "JP", "KR"),
    ),
    Example(
        "a newer report replaces the older of the same side",
        [
            report(1, "KR", "delayed", 20, on="2026-01-01"),
            report(2, "KR", "on_track", 50, on="2026-05-01"),
        ],
        expected=("one_sided", "on_track", 50),
    ),
    Example(
        "of two reports on one day the one made later counts",
        [report(1, "KR", "delayed", 20), report(2, "KR", "on_track", 50)],
        expected=("one_sided", "on_track", 50),
    ),
    Example(
        "a report of a later day does not count yet",
        [report(1, "KR", "on_track", 60, on="2026-07-01")],
    ),
    Example(
        "a report of the day itself counts",
        [report(1, "KR", "on_track", 60, on="2026-06-30")],
        expected=("one_sided", "on_track", 60),
    ),
    Example(
        "a draft does not count",
        [report(1, "KR", "on_track", 60, state=ReportState.DRAFT)],
    ),
    Example(
        "a withdrawn report does not count",
        [report(1, "KR", "on_track", 60, state=ReportState.WITHDRAWN)],
    ),
    Example(
        "what was before a withdrawn report counts again",
        [
            report(1, "KR", "delayed", 20, on="2026-01-01"),
            report(2, "KR", "completed", 100, state=ReportState.WITHDRAWN),
        ],
        expected=("one_sided", "delayed", 20),
    ),
    Example(
        "a correction replaces what it corrects",
        [report(1, "KR", "completed", 100), report(2, "KR", "on_track", 80, corrects="0001")],
        expected=("one_sided", "on_track", 80),
    ),
    Example(
        "a correction of an old report does not outrank a newer one",
        [
            report(1, "KR", "delayed", 20, on="2026-01-01"),
            report(2, "KR", "on_track", 70, on="2026-05-01"),
            report(3, "KR", "delayed", 30, on="2026-01-01", corrects="0001"),
        ],
        expected=("one_sided", "on_track", 70),
    ),
    Example(
        "a withdrawn correction leaves what it corrected standing",
        [
            report(1, "KR", "on_track", 60),
            report(2, "KR", "completed", 100, corrects="0001", state=ReportState.WITHDRAWN),
        ],
        expected=("one_sided", "on_track", 60),
    ),
    Example(
        "a correction of a correction is the one that counts",
        CHAIN,
        expected=("one_sided", "on_track", 80),
    ),
    Example(
        "a correction dated later corrects from that day on only",
        [
            report(1, "KR", "on_track", 60),
            report(2, "KR", "delayed", 30, on="2026-07-01", corrects="0001"),
        ],
        expected=("one_sided", "on_track", 60),
    ),
    Example(
        "an adopted assessment newer than all positions is the joint standing",
        [report(1, "KR", "completed", 100), report(2, "CN", "delayed", 40)],
        [assessment("on_track", 70)],
        expected=("joint", "on_track", 70),
    ),
    Example(
        "an assessment stands without any report",
        [],
        [assessment("completed", 100)],
        expected=("joint", "completed", 100),
    ),
    Example(
        "a report on the day of the meeting was before it",
        [report(1, "KR", "delayed", 40, on="2026-06-10")],
        [assessment("on_track", 70)],
        expected=("joint", "on_track", 70),
    ),
    Example(
        "a report after the meeting reopens the question",
        [report(1, "KR", "delayed", 40, on="2026-06-11")],
        [assessment("on_track", 70)],
        expected=("one_sided", "delayed", 40),
    ),
    Example(
        "after the meeting even the other side's older position speaks again",
        [
            report(1, "KR", "delayed", 40, on="2026-06-11"),
            report(2, "CN", "delayed", 50, on="2026-05-01"),
        ],
        [assessment("on_track", 70)],
        expected=("agreed", "delayed", 40),
    ),
    Example(
        "a proposed assessment does not count",
        [report(1, "KR", "delayed", 40)],
        [assessment("on_track", 70, adopted=False)],
        expected=("one_sided", "delayed", 40),
    ),
    Example(
        "an assessment of a meeting still to come does not count",
        [report(1, "KR", "delayed", 40)],
        [assessment("on_track", 70, held_on="2026-07-10")],
        expected=("one_sided", "delayed", 40),
    ),
    Example(
        "of two assessments the later meeting's counts",
        [],
        [
            assessment("on_track", 50, held_on="2025-06-10", meeting="m-6"),
            assessment("completed", 100),
        ],
        expected=("joint", "completed", 100),
    ),
    Example(
        "a report by one that is no party is not a position",
        [report(1, "JP", "on_track", 60)],
    ),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.says)
def test_standing(example):
    found = standing_on(
        DAY,
        parties=example.parties,
        reports=example.reports,
        assessments=example.assessments,
    )
    assert (found.basis, found.status, found.progress) == example.expected


@pytest.mark.parametrize("reports", list(permutations(CHAIN)))
def test_the_order_of_arrival_does_not_matter(reports):
    found = standing_on(DAY, parties=BOTH, reports=reports)
    assert (found.status, found.progress) == ("on_track", 80)


@pytest.mark.parametrize(
    ("due", "status", "overdue"),
    [
        (None, "on_track", False),
        ("2026-06-29", "on_track", True),
        ("2026-06-30", "on_track", False),
        ("2026-06", "on_track", False),
        ("2026-05", "on_track", True),
        ("2026", "delayed", False),
        ("2025", "delayed", True),
        ("2025", "completed", False),
        ("2025", "cancelled", False),
        ("2025", "suspended", True),
    ],
)
def test_overdue_is_past_the_last_day_of_the_due_date_unless_finished(due, status, overdue):
    found = standing_on(DAY, parties=BOTH, reports=[report(1, "KR", status)], due=due)
    assert found.overdue is overdue


def test_an_unreported_item_past_its_due_date_is_overdue_and_not_stale():
    found = standing_on(DAY, parties=BOTH, reports=[], due="2025")
    assert (found.overdue, found.stale) == (True, False)


@pytest.mark.parametrize(("days", "stale"), [(0, False), (180, False), (181, True), (400, True)])
def test_stale_is_nothing_new_for_more_than_so_many_days(days, stale):
    on = (DAY - timedelta(days=days)).isoformat()
    found = standing_on(DAY, parties=BOTH, reports=[report(1, "KR", "on_track", on=on)])
    assert found.stale is stale


def test_an_assessment_keeps_an_item_fresh():
    old = report(1, "KR", "on_track", on="2025-01-01")
    found = standing_on(DAY, parties=BOTH, reports=[old], assessments=[assessment("on_track")])
    assert not found.stale


def test_how_long_is_stale_is_a_setting():
    old = report(1, "KR", "on_track", on="2026-06-01")
    assert standing_on(DAY, parties=BOTH, reports=[old], stale_after_days=10).stale


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("on_track", 60), ("on_track", 60), None),
        (("on_track", 60), ("on_track", 45), (False, 15)),
        (("on_track", 60), ("delayed", 45), (True, 15)),
        (("on_track", 60), ("delayed", None), (True, None)),
        (("on_track", None), ("on_track", 60), None),
    ],
)
def test_how_the_parties_differ(first, second, expected):
    reports = [report(1, "KR", *first), report(2, "CN", *second)]
    differ = standing_on(DAY, parties=BOTH, reports=reports).parties_differ
    assert (None if differ is None else (differ.status, differ.progress_gap)) == expected


def test_a_joint_standing_still_shows_how_the_parties_differed():
    reports = [report(1, "KR", "completed", 100), report(2, "CN", "delayed", 40)]
    found = standing_on(DAY, parties=BOTH, reports=reports, assessments=[assessment("on_track")])
    assert found.parties_differ.progress_gap == 60
    assert [position.party for position in found.positions] == ["KR", "CN"]


def test_every_status_has_its_place_in_the_order_of_caution():
    assert sorted(CAUTION) == sorted(ImplementationStatus)


DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))
REPORTS = st.lists(
    st.builds(
        Report,
        id=st.uuids().map(str),
        party=st.sampled_from(BOTH),
        status=st.sampled_from(ImplementationStatus),
        progress=st.none() | st.integers(0, 100),
        reported_on=DAYS,
        state=st.sampled_from(ReportState),
    ),
    max_size=8,
    unique_by=lambda report: report.id,
)
ASSESSMENTS = st.lists(
    st.builds(
        Assessment,
        meeting=st.sampled_from(["m-5", "m-6", "m-7"]),
        held_on=DAYS,
        status=st.sampled_from(ImplementationStatus),
        progress=st.none() | st.integers(0, 100),
        adopted=st.booleans(),
    ),
    max_size=3,
)


@given(REPORTS, DAYS, st.randoms())
def test_positions_do_not_depend_on_the_order_of_reports(reports, day, random):
    shuffled = random.sample(reports, len(reports))
    assert positions_on(shuffled, BOTH, day) == positions_on(reports, BOTH, day)


@given(REPORTS, REPORTS, DAYS)
def test_one_sides_reports_never_change_the_others_position(reports, more, day):
    china = [report for report in more if report.party == "CN"]
    before = [p for p in positions_on(reports, BOTH, day) if p.party == "KR"]
    after = [p for p in positions_on([*reports, *china], BOTH, day) if p.party == "KR"]
    assert before == after


@given(REPORTS, ASSESSMENTS, DAYS, st.sampled_from(BOTH), st.integers(1, 400))
def test_a_report_of_a_later_day_never_changes_the_standing(reports, found, day, party, later):
    corrected = next((report.id for report in reports if report.party == party), None)
    addition = Report(
        id="ffff",
        party=party,
        status=ImplementationStatus.CANCELLED,
        progress=None,
        reported_on=day + timedelta(days=later),
        corrects=corrected,
    )
    before = standing_on(day, parties=BOTH, reports=reports, assessments=found)
    after = standing_on(day, parties=BOTH, reports=[*reports, addition], assessments=found)
    assert before == after


@given(REPORTS, ASSESSMENTS, DAYS)
def test_unreported_is_exactly_to_have_no_status(reports, found, day):
    standing = standing_on(day, parties=BOTH, reports=reports, assessments=found)
    assert (standing.status is None) == (standing.basis is StandingBasis.UNREPORTED)
    assert (standing.status is None) <= (not standing.positions)
    assert (assessment_on(found, day) is None) == (standing.assessment is None)
