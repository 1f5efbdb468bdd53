"""The demonstration says that it is one, and shows all that a standing can be."""

import json
from typing import Any

import httpx
import pytest

from app.exchange.load import DEMONSTRATION
from app.kernel.sessions import Database
from app.reporting.codes import AssessmentState, LineageOutcome, ReportState, StandingBasis
from tests.conftest import Clients
from tests.exchange.worlds import load_folders

LABELS = {"en": "[Demonstration] ", "ko": "[시연용] ", "zh": "[演示] "}
DIALOGUE = "/v1/dialogues/demonstration-dialogue"
PLAN = "/v1/agreements/demonstration-plan-2025"
DAY = "2025-11-24"


def records(file: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DEMONSTRATION / file).read_text("utf-8"))
    return found


def texts_in(value: Any) -> list[dict[str, str]]:
    if isinstance(value, list):
        return [text for item in value for text in texts_in(item)]
    if not isinstance(value, dict):
        return []
    if value.keys() <= LABELS.keys():
        return [value]
    return [text for item in value.values() for text in texts_in(item)]


@pytest.fixture
def demonstrated(clients: Clients, database: Database) -> Clients:
    load_folders(database, DEMONSTRATION)
    return clients


def ask(client: httpx.Client, path: str, **query: str) -> Any:
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_every_text_of_the_demonstration_is_labelled() -> None:
    for path in DEMONSTRATION.glob("*.json"):
        for record in records(path.name):
            texts = texts_in(record)
            assert texts, (path.name, record["id"])
            for text in texts:
                assert all(said.startswith(LABELS[language]) for language, said in text.items())


def test_the_journal_verifies_with_plans_of_two_dialogues(demonstrated: Clients) -> None:
    found = demonstrated.admin.post("/v1/journal/verify").json()
    assert found["valid"], found


def test_made_up_records_have_ids_that_say_so_and_change_no_real_one() -> None:
    for file in ("dialogues.json", "meetings.json", "agreements.json", "action-items.json"):
        assert all(record["id"].startswith("demonstration-") for record in records(file))
    for assessment in records("assessments.json"):
        assert assessment["meeting"].startswith("demonstration-")
    for report in records("status-reports.json"):
        assert report.get("submitted_by", "demonstration") == "demonstration"


def test_it_tells_two_years_of_both_sides_on_the_nine_items() -> None:
    reports = [
        report
        for report in records("status-reports.json")
        if report["action_item"].startswith("clear-sky-plan-2023-")
    ]
    assert min(report["period_start"] for report in reports) == "2024-01"
    assert max(report["period_end"] for report in reports) == "2025-12"
    assert {report["party"] for report in reports} == {"KR", "CN"}


def test_it_has_reports_and_assessments_in_every_state() -> None:
    reports = records("status-reports.json")
    assert {report["state"] for report in reports} == set(ReportState)
    assert any(report.get("corrects") for report in reports)
    states = {assessment["state"] for assessment in records("assessments.json")}
    assert states == set(AssessmentState)


def test_it_shows_every_basis_and_every_flag(demonstrated: Clients) -> None:
    progress = ask(demonstrated.anonymous, f"{DIALOGUE}/progress", as_of=DAY)
    assert progress["agreement"]["id"] == "demonstration-plan-2025"
    standings = [item["standing"] for item in progress["items"]]
    assert {standing["basis"] for standing in standings} == set(StandingBasis)
    assert any(standing["overdue"] for standing in standings)
    assert any(standing["stale"] for standing in standings)
    differ = [standing["parties_differ"] for standing in standings if standing["parties_differ"]]
    assert {difference["status"] for difference in differ} == {True, False}
    assert any(item["ended"] for item in progress["items"])


def test_it_shows_every_lineage(demonstrated: Clients) -> None:
    outcomes = {
        item["outcome"]
        for number in range(1, 6)
        for item in ask(
            demonstrated.anonymous,
            f"/v1/action-items/demonstration-plan-2024-{number}/lineage",
            as_of=DAY,
        )["items"]
    }
    assert outcomes == {*LineageOutcome, None}


def test_it_shows_what_moved_what_was_reviewed_and_what_awaits_an_answer(
    demonstrated: Clients,
) -> None:
    progress = ask(demonstrated.anonymous, "/v1/meetings/demonstration-dialogue-2/progress")
    assert progress["moved"]["meeting"]["id"] == "demonstration-dialogue-1"
    assert progress["moved"]["items"]
    coverage = ask(demonstrated.anonymous, f"{PLAN}/reviews", as_of=DAY)
    kinds = {
        kind for item in coverage["items"] for review in item["reviews"] for kind in review["by"]
    }
    assert kinds == {"assessment", "decision"}
    assert any(item["unreviewed_since"] for item in coverage["items"])
    korea = ask(demonstrated.korea, "/v1/parties/KR/duties")
    china = ask(demonstrated.china, "/v1/parties/CN/duties")
    assert len(korea["drafts"]) == 1
    assert china["drafts"] == []
    assert len(china["awaiting_confirmation"]) == 1
    assert korea["awaiting_confirmation"] == []
