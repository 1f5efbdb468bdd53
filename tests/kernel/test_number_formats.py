"""A cell is read as its number format shows it."""

from datetime import date, datetime, time

import pytest

from app.kernel.tabular.cells import Cell
from app.kernel.tabular.number_formats import shown

SHOWN: list[tuple[float, str, Cell]] = [
    # Percentages, in each way that a format says one.
    (1, "0%", "100%"),
    (0.6, "0%", "60%"),
    (0, "0%", "0%"),
    (0.6, "0.00%", "60.00%"),
    (0.605, "0.0%", "60.5%"),
    (0.605, "0.00%", "60.50%"),
    (0.605, "0.##%", "60.5%"),
    (0.6, "0.##%", "60%"),
    (0.6, "#,##0%", "60%"),
    (12.5, "#,##0%", "1250%"),
    (0.6, "[Red]0%", "60%"),
    (0.6, "[$-412]0%", "60%"),
    (0.6, "0 %", "60%"),
    (0.6, "%0", "60%"),
    (0.6, "0%;-0%", "60%"),
    (0.6, '0%_);[Red]("-"0%)', "60%"),
    (0.6, "0%;-0%;0%;@", "60%"),
    (0.6, "0%;@", "60%"),
    # Programs differ in what they make of this; none shows it as so many percent.
    (0.006, "0%%", "60%%"),
    (600, "0,%", "60%"),
    (0.6, "General%", "60%"),
    (0.605, "# ?/?%", "60.5%"),
    # No fraction of a binary number is told.
    (0.29, "0%", "29%"),
    (0.57, "0.00%", "57.00%"),
    (1.1, "General%", "110%"),
    # Rounded as it is shown: half away from zero.
    (0.605, "0%", "61%"),
    (0.604999, "0%", "60%"),
    (2 / 3, "0%", "67%"),
    (0.00001, "0%", "0%"),
    (-0.00001, "0%", "0%"),
    # A percentage keeps its sign.
    (-0.6, "0%", "-60%"),
    (-0.6, "0%;-0%", "-60%"),
    (-0.6, "0%;(0%)", "-60%"),
    # Each number by its own part of the format.
    (0.6, "[<=1]0%;0", "60%"),
    (60, "[<=1]0%;0", 60),
    (1, "[>1]0;0%", "100%"),
    (0.6, "[=1]0;[<1]0%;0", "60%"),
    (0, '0%;-0%;"none"', 0),
    # A sign that stands for itself makes no percentage.
    (60, '0"%"', 60),
    (60, "0\\%", 60),
    (60, "0_%", 60),
    (60, "0*%", 60),
    (60, '[$%-412]0"%"', 60),
    (60, "General", 60),
    (0.6, "0.0", 0.6),
    (60, "", 60),
    # What no spreadsheet holds.
    (float("inf"), "0%", float("inf")),
    (2**70, "0%", f"{2**70}00%"),
    (1e300, "0%", f"1{'0' * 302}%"),
    (0.5, "0." + "0" * 5000 + "%", f"50.{'0' * 30}%"),
]


@pytest.mark.parametrize(("value", "code", "cell"), SHOWN)
def test_a_number_is_read_as_it_is_shown(value: float, code: str, cell: Cell) -> None:
    assert shown(value, code) == cell
    assert type(shown(value, code)) is type(cell)


@pytest.mark.parametrize("percent", range(101))
@pytest.mark.parametrize("code", ["0%", "0.0#%"])
def test_every_whole_percentage_is_itself(percent: int, code: str) -> None:
    assert shown(percent / 100, code).removesuffix("%").removesuffix(".0") == str(percent)


@pytest.mark.parametrize(
    ("value", "code", "cell"),
    [
        (date(2024, 3, 31), "yyyy-mm-dd", "2024-03-31"),
        (datetime.fromisoformat("2024-03-01"), "mmm yyyy", "2024-03"),
        (datetime.fromisoformat("2024-01-01"), 'yyyy"d"', "2024"),
        (datetime.fromisoformat("2024-03-31T09:30"), "yyyy-mm-dd hh:mm", "2024-03-31T09:30:00"),
        (time(9, 30), "hh:mm", "09:30:00"),
    ],
)
def test_a_day_is_as_exact_as_it_is_shown(value: date | time, code: str, cell: str) -> None:
    assert shown(value, code) == cell
