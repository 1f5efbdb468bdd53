"""Small records in load files, for tests: a world that is sound, to be changed and broken."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.exchange.load import load, read_folders
from app.exchange.writing import Loaded
from app.kernel.access import OPERATOR
from app.kernel.journal import Author, Change, Revision, head
from app.kernel.records import record_classes
from app.kernel.sessions import Database

World = dict[str, list[dict[str, Any]]]

FIRST_REPORT = "018c84c2-0000-7000-8000-000000000001"
SECOND_REPORT = "018c84c2-0000-7000-8000-000000000002"


def world() -> World:
    """A new copy of the sound world: each kind of record, and references that all resolve."""
    return {
        "parties.json": [
            {"id": "CN", "name": {"en": "China", "zh": "中国"}, "timezone": "Asia/Shanghai"},
            {"id": "JP", "name": {"en": "Japan"}, "timezone": "Asia/Tokyo"},
            {"id": "KR", "name": {"en": "Korea", "ko": "한국"}, "timezone": "Asia/Seoul"},
        ],
        "organizations.json": [
            {"id": "cn-mee", "party": "CN", "names": [{"name": {"en": "M"}}], "kind": "ministry"},
            {
                "id": "kr-bureau",
                "party": "KR",
                "names": [{"name": {"en": "Bureau"}}],
                "kind": "agency",
                "parent": "kr-moe",
            },
            {"id": "kr-moe", "party": "KR", "names": [{"name": {"en": "M"}}], "kind": "ministry"},
        ],
        "people.json": [
            {"id": "somebody", "name": {"en": "Somebody"}, "organization": "kr-moe"},
        ],
        "documents.json": [
            {"id": "minutes", "title": {"en": "Minutes"}, "kind": "minutes", "issuer": "kr-moe"},
        ],
        "dialogues.json": [
            {
                "id": "dialogue",
                "name": {"en": "Dialogue"},
                "parties": ["CN", "KR"],
                "level": "director_general",
            },
        ],
        "meetings.json": [
            {
                "id": "dialogue-1",
                "dialogue": "dialogue",
                "ordinal": 1,
                "status": "held",
                "starts": "2023-12-20",
                "agenda": [{"title": {"en": "The plan"}, "agreement": "plan-2023"}],
                "decisions": [{"text": {"en": "Agreed"}, "action_item": "plan-2023-1"}],
            },
            {"id": "dialogue-2", "dialogue": "dialogue", "ordinal": 2, "status": "planned"},
        ],
        "agreements.json": [
            {
                "id": "plan-2022",
                "kind": "annual_plan",
                "name": {"en": "Plan 2022"},
                "parties": ["CN", "KR"],
            },
            {
                "id": "plan-2023",
                "kind": "annual_plan",
                "name": {"en": "Plan 2023"},
                "parties": ["CN", "KR"],
                "overseen_by": "dialogue",
                "signed": "2023-06",
                "relations": [{"kind": "continues", "agreement": "plan-2022"}],
            },
        ],
        "action-items.json": [
            {
                "id": "plan-2022-1",
                "agreement": "plan-2022",
                "number": 1,
                "title": {"en": "Exchange"},
            },
            {
                "id": "plan-2023-1",
                "agreement": "plan-2023",
                "number": 1,
                "title": {"en": "Exchange"},
                "leads": [{"party": "KR", "organization": "kr-bureau"}],
                "lineage": [{"kind": "continued", "action_item": "plan-2022-1"}],
            },
            {
                "id": "plan-2023-2",
                "agreement": "plan-2023",
                "number": 2,
                "title": {"en": "Forum"},
            },
        ],
        "status-reports.json": [
            {
                "id": FIRST_REPORT,
                "action_item": "plan-2023-1",
                "party": "KR",
                "organization": "kr-bureau",
                "status": "on_track",
                "progress": 40,
                "summary": {"en": "Begun"},
                "reported_on": "2023-03-01",
                "state": "submitted",
                "submitted_by": "key:kr-desk",
            },
            {
                "id": SECOND_REPORT,
                "action_item": "plan-2023-1",
                "party": "KR",
                "status": "on_track",
                "progress": 50,
                "reported_on": "2023-03-01",
                "state": "submitted",
                "corrects": FIRST_REPORT,
                "submitted_by": "key:kr-desk",
            },
        ],
    }


def write_world(folder: Path, files: World) -> Path:
    """Writes the load files to `folder`; files without records are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, records in files.items():
        if records:
            text = json.dumps(records, ensure_ascii=False, indent=2)
            (folder / name).write_text(f"{text}\n", "utf-8")
    return folder


def load_folders(database: Database, *folders: Path) -> Loaded:
    """Loads the folders together, as the operator."""
    return load(database, Author(OPERATOR, reason="test"), read_folders(folders))


def state_of(database: Database) -> tuple[int, str, int, int, dict[str, int]]:
    """The journal's head, how many revisions and changes it has, and how many records there are."""
    with database.reading(OPERATOR) as session:

        def count(model: type[Any]) -> int:
            return session.scalar(select(func.count()).select_from(model)) or 0

        newest = head(session)
        records = {kind: count(model) for kind, model in record_classes().items()}
        return newest.number, newest.hash, count(Revision), count(Change), records
