"""The standing of an item on a day, as a table of examples and as laws."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations, permutations

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
    due: str | None = None
    ended: str | None = None
    flags: set[str] = field(default_factory=set)


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
        "an assessment counts from the day of its meeting on",
        [report(1, "KR", "delayed", 40)],
        [assessment("on_track", 70, held_on="2026-06-30")],
        expected=("joint", "on_track", 70),
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
        "the later meeting's counts, whatever the meetings are called",
        [],
        [
            assessment("completed", 100, meeting="m-1"),
            assessment("on_track", 50, held_on="2025-06-10", meeting="m-9"),
        ],
        expected=("joint", "completed", 100),
    ),
    Example(
        "of two meetings on one day the one with the greater id counts",
        [],
        [
            assessment("on_track", 50, meeting="m-2"),
            assessment("delayed", 40, meeting="m-1"),
        ],
        expected=("joint", "on_track", 50),
    ),
    Example(
        "a report by one that is no party is not a position",
        [report(1, "JP", "on_track", 60)],
    ),
    Example(
        "of two reports for one day the one submitted later counts, whichever was begun first",
        [
            report(2, "KR", "delayed", 20, submitted_revision=5),
            report(1, "KR", "on_track", 50, submitted_revision=8),
        ],
        expected=("one_sided", "on_track", 50),
    ),
    Example(
        "a report submitted late for an early day does not outrank one for a later day",
        [
            report(1, "KR", "on_track", 50, on="2026-05-01", submitted_revision=3),
            report(2, "KR", "delayed", 20, on="2026-01-01", submitted_revision=9),
        ],
        expected=("one_sided", "on_track", 50),
    ),
    Example(
        "where all corrections of a report were withdrawn the report itself counts",
        [
            report(1, "KR", "on_track", 60),
            report(2, "KR", "delayed", 50, corrects="0001", state=ReportState.WITHDRAWN),
            report(3, "KR", "delayed", 40, corrects="0001", state=ReportState.WITHDRAWN),
        ],
        expected=("one_sided", "on_track", 60),
    ),
    Example(
        "a draft that corrects a report leaves it standing",
        [
            report(1, "KR", "on_track", 60),
            report(2, "KR", "delayed", 50, corrects="0001", state=ReportState.DRAFT),
        ],
        expected=("one_sided", "on_track", 60),
    ),
    Example(
        "an assessment that only one party stands by concludes nothing",
        [report(1, "KR", "delayed", 40), report(2, "CN", "delayed", 30)],
        [assessment("completed", 100, adopted=False)],
        expected=("agreed", "delayed", 30),
    ),
    Example(
        "a proposal at a later meeting does not disturb what an earlier one concluded",
        [],
        [
            assessment("on_track", 70, meeting="m-6", held_on="2026-05-01"),
            assessment("completed", 100, adopted=False),
        ],
        expected=("joint", "on_track", 70),
    ),
    Example(
        "a conclusion may differ from what every party reported",
        [report(1, "KR", "completed", 100), report(2, "CN", "completed", 100)],
        [assessment("on_track", 90)],
        expected=("joint", "on_track", 90),
    ),
    Example(
        "a conclusion without a progress has none, whatever the parties reported",
        [report(1, "KR", "on_track", 60), report(2, "CN", "on_track", 50)],
        [assessment("on_track")],
        expected=("joint", "on_track", None),
        flags={"differ"},
    ),
    Example(
        "three parties conclude jointly as two do",
        [report(1, "JP", "delayed", 40), report(2, "CN", "on_track", 50)],
        [assessment("on_track", 45)],
        expected=("joint", "on_track", 45),
        parties=("CN", "JP", "KR"),
        flags={"differ"},
    ),
    Example(
        "one of three that differs makes them diverge",
        [
            report(1, "CN", "on_track", 50),
            report(2, "JP", "on_track", 50),
            report(3, "KR", "suspended", 20),
        ],
        expected=("diverging", "suspended", 20),
        parties=("CN", "JP", "KR"),
        flags={"differ"},
    ),
    Example(
        "due and not done is overdue, also with nothing reported",
        due="2026-05",
        flags={"overdue"},
    ),
    Example(
        "concluded as completed is not overdue, though a party reported less",
        [report(1, "KR", "delayed", 40)],
        [assessment("completed", 100)],
        expected=("joint", "completed", 100),
        due="2026-05",
    ),
    Example(
        "one side that reports completion while the other does not is still overdue",
        [report(1, "KR", "completed", 100), report(2, "CN", "delayed", 40)],
        expected=("diverging", "delayed", 40),
        due="2026-05",
        flags={"overdue", "differ"},
    ),
    Example(
        "what the parties ended is no longer overdue",
        [report(1, "KR", "delayed", 40)],
        expected=("one_sided", "delayed", 40),
        due="2026-05",
        ended="2026-06-10",
    ),
    Example(
        "what the parties ended this month, or today, is no longer overdue on its last day",
        [report(1, "KR", "delayed", 40)],
        expected=("one_sided", "delayed", 40),
        due="2026-05",
        ended="2026-06",
    ),
    Example(
        "what the parties are to end later is overdue until then",
        [report(1, "KR", "delayed", 40)],
        expected=("one_sided", "delayed", 40),
        due="2026-05",
        ended="2026-07",
        flags={"overdue"},
    ),
    Example(
        "half a year without a word is stale, and shows what was said last",
        [report(1, "KR", "on_track", 60, on="2025-06-01")],
        expected=("one_sided", "on_track", 60),
        flags={"stale"},
    ),
    Example(
        "one side's word keeps an item fresh for both",
        [
            report(1, "KR", "on_track", 60, on="2025-06-01"),
            report(2, "CN", "on_track", 50, on="2026-06-01"),
        ],
        expected=("agreed", "on_track", 50),
        flags={"differ"},
    ),
    Example(
        "stale and overdue are told apart from what was reported",
        [report(1, "KR", "on_track", 60, on="2025-06-01")],
        expected=("one_sided", "on_track", 60),
        due="2025-12",
        flags={"overdue", "stale"},
    ),
]


def test_the_table_is_long_enough_to_be_trusted():
    assert len(EXAMPLES) >= 40
    assert len({example.says for example in EXAMPLES}) == len(EXAMPLES)
    assert {example.expected[0] for example in EXAMPLES} == set(StandingBasis)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.says)
def test_standing(example):
    found = standing_on(
        DAY,
        parties=example.parties,
        reports=example.reports,
        assessments=example.assessments,
        due=example.due,
        ended=example.ended,
    )
    assert (found.basis, found.status, found.progress) == example.expected
    assert (found.overdue, found.stale) == ("overdue" in example.flags, "stale" in example.flags)
    if example.flags:
        assert (found.parties_differ is not None) == ("differ" in example.flags)


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


ORDER = ("cancelled", "suspended", "delayed", "not_started", "on_track", "completed")


def test_every_status_has_its_place_in_the_order_of_caution():
    assert sorted(CAUTION) == sorted(ImplementationStatus)
    assert set(ORDER) == set(ImplementationStatus)


@pytest.mark.parametrize(("more", "less"), list(combinations(ORDER, 2)))
def test_of_two_statuses_the_more_cautious_is_shown(more, less):
    for first, second in ((more, less), (less, more)):
        reports = [report(1, "KR", first), report(2, "CN", second)]
        assert standing_on(DAY, parties=BOTH, reports=reports).status == more


DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@st.composite
def histories(draw):
    """Reports as the record lets them come: each corrects an earlier one of its own side, or none.

    At most one report that is not withdrawn corrects another.
    """
    reports: list[Report] = []
    for number in range(draw(st.integers(0, 8))):
        party = draw(st.sampled_from(BOTH))
        state = draw(st.sampled_from(ReportState))
        taken = {known.corrects for known in reports if known.state is not ReportState.WITHDRAWN}
        open_to_correction = [
            known.id for known in reports if known.party == party and known.id not in taken
        ]
        reports.append(
            Report(
                id=f"{number:04}",
                party=party,
                status=draw(st.sampled_from(ImplementationStatus)),
                progress=draw(st.none() | st.integers(0, 100)),
                reported_on=draw(DAYS),
                submitted_revision=draw(st.integers(1, 20)),
                state=state,
                corrects=draw(st.sampled_from([None, *open_to_correction])),
            )
        )
    return reports


REPORTS = histories()
# The record has one assessment of an item at a meeting.
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
    unique_by=lambda assessment: assessment.meeting,
)


@given(REPORTS, ASSESSMENTS, DAYS, st.randoms())
def test_the_order_in_which_anything_arrives_does_not_matter(reports, found, day, random):
    def standing(reports, found):
        return standing_on(day, parties=BOTH, reports=reports, assessments=found)

    shuffled = random.sample(reports, len(reports)), random.sample(found, len(found))
    assert standing(*shuffled) == standing(reports, found)


@given(REPORTS, histories(), DAYS)
def test_one_sides_reports_never_change_the_others_position(reports, more, day):
    china = [report._replace(id=f"x{report.id}") for report in more if report.party == "CN"]
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
        submitted_revision=99,
        corrects=corrected,
    )
    before = standing_on(day, parties=BOTH, reports=reports, assessments=found)
    after = standing_on(day, parties=BOTH, reports=[*reports, addition], assessments=found)
    assert before == after


@given(REPORTS, ASSESSMENTS, DAYS, st.data())
def test_withdrawing_restores_what_was_before(reports, found, day, data):
    """Whatever a new report says or corrects, once it is withdrawn all is as if it never was."""
    party = data.draw(st.sampled_from(BOTH))
    own = [report.id for report in reports if report.party == party]
    addition = Report(
        id="ffff",
        party=party,
        status=data.draw(st.sampled_from(ImplementationStatus)),
        progress=None,
        reported_on=data.draw(DAYS),
        submitted_revision=99,
        corrects=data.draw(st.sampled_from([None, *own])),
        state=ReportState.WITHDRAWN,
    )
    before = standing_on(day, parties=BOTH, reports=reports, assessments=found)
    after = standing_on(day, parties=BOTH, reports=[*reports, addition], assessments=found)
    assert before == after


@given(REPORTS, DAYS)
def test_a_position_is_its_partys_own_and_nothing_newer_of_it_counts(reports, day):
    positions = positions_on(reports, BOTH, day)
    assert len({position.party for position in positions}) == len(positions)
    for position in positions:
        assert position.state is ReportState.SUBMITTED
        assert position.reported_on <= day
        newer = [
            report
            for report in reports
            if report.party == position.party
            and report.state is ReportState.SUBMITTED
            and position.reported_on < report.reported_on <= day
        ]
        corrections = {
            report.corrects
            for report in reports
            if report.state is ReportState.SUBMITTED and report.reported_on <= day
        }
        assert {report.id for report in newer} <= corrections


@given(REPORTS, ASSESSMENTS, DAYS)
def test_unreported_is_exactly_to_have_no_status(reports, found, day):
    standing = standing_on(day, parties=BOTH, reports=reports, assessments=found)
    assert (standing.status is None) == (standing.basis is StandingBasis.UNREPORTED)
    assert (standing.status is None) <= (not standing.positions)
    assert (assessment_on(found, day) is None) == (standing.assessment is None)
