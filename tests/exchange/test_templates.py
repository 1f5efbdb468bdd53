"""The reporting template: downloaded, filled in by an institute, and uploaded as its reports."""

from typing import Any

import pytest

from tests.conftest import Clients
from tests.exchange.uploading import FIRST_ITEM, PLAN, TEMPLATE, template, upload


def test_the_template_asks_in_three_languages_for_each_item(clients: Clients) -> None:
    workbook, columns = template(clients)
    sheet = workbook["reports"]
    ids = [sheet.cell(row, 1).value for row in range(FIRST_ITEM, sheet.max_row + 1)]
    items = clients.anonymous.get("/v1/action-items", params={"agreement": PLAN}).json()["items"]
    assert len(ids) == len(items) == 9
    assert {*ids} == {item["id"] for item in items}
    assert sheet.cell(3, columns["status"]).value.split("\n") == ["Status", "이행 상태", "实施状态"]
    codes = [cell.value for (cell,) in workbook["codes"].iter_rows()]
    assert "on_track | On track" in codes[1]
    ruled = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    assert {rule.type for rule in ruled.values()} == {"list", "whole", "custom"}
    # Neither is asked: the key says both.
    assert {"party", "organization"}.isdisjoint(columns)
    assert clients.anonymous.get(TEMPLATE).content == clients.reader.get(TEMPLATE).content


@pytest.mark.both_engines
def test_what_is_filled_in_is_reported_by_the_institute_of_the_key(clients: Clients) -> None:
    workbook, columns = template(clients)
    sheet = workbook["reports"]
    codes = [cell.value for (cell,) in workbook["codes"].iter_rows()]
    for row, status in ((FIRST_ITEM, codes[1]), (FIRST_ITEM + 2, "delayed")):
        sheet.cell(row, columns["status"]).value = status
        sheet.cell(row, columns["summary.ko"]).value = "진행 중"
    sheet.cell(FIRST_ITEM, columns["progress"]).value = 40
    sheet.cell(FIRST_ITEM, columns["reported_on"]).value = "2024-01-02"
    sheet.cell(FIRST_ITEM, columns["evidence.url"]).value = "https://example.org/"

    tried = upload(clients.reporter, workbook, dry_run=True)
    assert tried.status_code == 200, tried.text
    assert tried.json()["counts"] == [
        {"kind": "status_report", "created": 2, "changed": 0, "unchanged": 0}
    ]
    made = upload(clients.reporter, workbook).json()
    assert [record["done"] for record in made["records"]] == ["created", "created"]
    first = clients.anonymous.get(f"/v1/status-reports/{made['records'][0]['id']}").json()
    told = {name: first[name] for name in ("party", "organization", "progress", "reported_on")}
    assert told == {
        "party": "KR", "organization": "kr-nier", "progress": 40, "reported_on": "2024-01-02",
    }  # fmt: skip
    assert first["evidence"] == [{"document": None, "url": "https://example.org/", "title": None}]


@pytest.mark.both_engines
def test_what_stands_already_is_not_reported_again(clients: Clients) -> None:
    workbook, columns = template(clients)
    sheet = workbook["reports"]
    for row in (FIRST_ITEM, FIRST_ITEM + 1):
        sheet.cell(row, columns["status"]).value = "delayed"
        sheet.cell(row, columns["reported_on"]).value = "2024-01-02"
        sheet.cell(row, columns["evidence.url"]).value = "https://example.org/"
    made = upload(clients.reporter, workbook).json()
    again = upload(clients.reporter, workbook).json()
    count = {"kind": "status_report", "created": 0, "changed": 0, "unchanged": 2}
    assert (again["counts"], again["records"], again["revision"]) == ([count], [], None)

    # The other side's is its own, and so is another day, or another word.
    assert upload(clients.china, workbook).json()["counts"][0]["created"] == 2
    sheet.cell(FIRST_ITEM, columns["reported_on"]).value = "2024-01-03"
    sheet.cell(FIRST_ITEM + 1, columns["summary.zh"]).value = "进行中"
    assert upload(clients.reporter, workbook).json()["counts"] == [
        count | {"created": 2, "unchanged": 0}
    ]
    # What was withdrawn no longer stands.
    sheet.cell(FIRST_ITEM, columns["reported_on"]).value = "2024-01-02"
    sheet.cell(FIRST_ITEM + 1, columns["status"]).value = None
    sheet.cell(FIRST_ITEM + 1, columns["summary.zh"]).value = None
    sheet.cell(FIRST_ITEM + 1, columns["reported_on"]).value = None
    sheet.cell(FIRST_ITEM + 1, columns["evidence.url"]).value = None
    path = f"/v1/status-reports/{made['records'][0]['id']}"
    withdrawn = clients.reporter.post(f"{path}/withdraw", json={"reason": {"en": "Wrong."}})
    assert withdrawn.status_code == 200, withdrawn.text
    assert upload(clients.reporter, workbook).json()["counts"][0]["created"] == 1


FAULTS: list[tuple[str, Any, str, bool]] = [
    ("progress", 40, "missing", False),
    ("progress", 140, "less_than_equal", True),
    ("progress", "forty", "whole_percent", True),
    ("status", "fine", "enum", True),
    ("reported_on", "2024-01", "whole_day", True),
    ("reported_on", "2999-01-01", "not_in_the_future", True),
    ("evidence.url", "here", "string_pattern_mismatch", True),
    ("period_end", "=1+1", "formula", True),
    ("action_item", "no-item", "unknown_reference", True),
]


@pytest.mark.parametrize(("column", "value", "rule", "at_the_cell"), FAULTS)
def test_a_fault_is_told_at_its_cell_and_nothing_is_reported(
    column: str, value: Any, rule: str, at_the_cell: bool, clients: Clients
) -> None:
    workbook, columns = template(clients)
    sheet = workbook["reports"]
    sheet.cell(FIRST_ITEM, columns["status"]).value = "delayed"
    row = FIRST_ITEM + 1
    if rule != "missing":
        sheet.cell(row, columns["status"]).value = "delayed"
    sheet.cell(row, columns[column]).value = value
    before = clients.anonymous.get("/v1/status-reports").headers["Revision"]
    answer = upload(clients.reporter, workbook)
    assert answer.status_code == 422, answer.text
    error = answer.json()["errors"][0]
    place = (error["sheet"], error["row"], error["rule"])
    assert place == ("reports", row, rule)
    if at_the_cell:
        assert error["cell"] == f"{sheet.cell(row, columns[column]).column_letter}{row}"
    assert clients.anonymous.get("/v1/status-reports").headers["Revision"] == before


def test_only_a_party_of_the_agreement_uploads_what_is_filled_in(clients: Clients) -> None:
    workbook, columns = template(clients)
    assert upload(clients.reporter, workbook).json()["errors"][0]["rule"] == "nothing_filled_in"
    workbook["reports"].cell(FIRST_ITEM, columns["status"]).value = "delayed"
    assert upload(clients.japan, workbook).status_code == 403
    assert upload(clients.reader, workbook).status_code == 403
    workbook["reports"]["A1"] = "clear-sky-reports/9 clear-sky-plan-2023"
    assert upload(clients.reporter, workbook).json()["errors"][0]["rule"] == "template"
