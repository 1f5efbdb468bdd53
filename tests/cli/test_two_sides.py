"""docs/two-sides.md, line by line."""

import json
from pathlib import Path
from typing import Any

from tests.cli.stories import ROOT, follow
from tests.conftest import Server


def documents(told: str) -> list[Any]:
    """The JSON documents that a block has printed, one after the other."""
    decoder, found = json.JSONDecoder(), []
    while told := told.lstrip():
        value, end = decoder.raw_decode(told)
        found.append(value)
        told = told[end:]
    return found


def test_the_walk_through_two_sides_gives_what_it_says(
    server: Server, database_url: str, tmp_path: Path
) -> None:
    story = (ROOT / "docs" / "two-sides.md").read_text("utf-8")
    told = follow(story, server, database_url, tmp_path)
    (
        _,
        where,
        grouped,
        drafted,
        submitted,
        corrected,
        many,
        proposed,
        confirmed,
        over_time,
        past,
        owed,
        agenda,
        decided,
        succeeded,
        reviewed,
    ) = [documents(block) if block.startswith("{") else block for block in told]
    bases = {item["number"]: item["standing"]["basis"] for item in where[0]["items"]}
    assert [bases[number] for number in range(1, 11)] == [
        *("joint", "agreed", "diverging", "one_sided", "unreported"),
        *("agreed", "agreed", "diverging", "joint", "one_sided"),
    ]
    standings = {item["number"]: item["standing"] for item in where[0]["items"]}
    assert [number for number in standings if standings[number]["overdue"]] == [6]
    assert [number for number in standings if standings[number]["stale"]] == [7]
    by_party, plans = grouped
    assert [group["key"] for group in by_party["groups"]] == ["CN", "KR"]
    assert [plan["agreement"]["id"] for plan in plans["plans"]] == [
        "demonstration-plan-2024",
        "demonstration-plan-2025",
    ]
    assert drafted[0]["items"] == []
    changed, stands = submitted
    assert (changed["state"], stands["state"], stands["progress"]) == ("draft", "submitted", 45)
    assert corrected[0]["state"] == "withdrawn"
    assert [report["party"] for report in many[0]["items"]] == ["CN", "CN"]
    states = {found["action_item"]: found["state"] for found in proposed[0]["items"]}
    assert states["demonstration-plan-2025-3"] == "proposed"
    assert states["demonstration-plan-2025-7"] == "proposed"
    adopted, standing = confirmed
    states = {found["action_item"]: found["state"] for found in adopted["items"]}
    assert states["demonstration-plan-2025-3"] == "adopted"
    assert (standing["standing"]["basis"], standing["standing"]["progress"]) == ("joint", 70)
    timeline, lineage, meeting = over_time
    assert [entry["kind"] for entry in timeline["items"]].count("assessment") == 1
    outcomes = {item["id"]: item["outcome"] for item in lineage["items"]}
    assert outcomes["demonstration-plan-2024-4"] == "split"
    assert meeting["moved"]["items"]
    assert past[0]["standing"]["assessment"] is None
    assert owed[0]["party"] == "KR"
    reasons = {found["action_item"]: found["reasons"] for found in agenda[0]["agenda"]}
    assert "overdue" in reasons["demonstration-plan-2025-6"]
    made, item = decided
    assert made["action_item"]["id"] == "demonstration-plan-2025-11"
    assert item["included"]["decisions"][0]["effect"] == "created"
    kinds = [
        [line["kind"] for line in item["lineage"]]
        for item in succeeded[0]["included"]["action_items"]
    ]
    assert kinds == [["continued"], ["merged", "merged"]]
    plan, at_meeting = reviewed
    assert plan["meetings"][-1]["meeting"]["id"] == "demonstration-dialogue-2"
    assert any(item["review"] for item in at_meeting["items"])
