"""Records as they are in the database, for rules that need none."""

from datetime import UTC, datetime
from typing import Any

from app.agreements.models import ActionItem, Agreement, Deliverable
from app.dialogues.codes import MeetingStatus
from app.dialogues.models import Dialogue, Meeting

EARLIER = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
LATER = datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=UTC)


def dialogue(**members: Any) -> Dialogue:
    name = {"en": "Dialogue", "ko": "대화", "zh": "对话"}
    return Dialogue(
        **{"id": "d", "name": name, "revision": 3, "created_at": EARLIER, "modified_at": EARLIER}
        | members
    )


def meeting(**members: Any) -> Meeting:
    given = {
        "id": "d-7",
        "dialogue": "d",
        "status": MeetingStatus.CONFIRMED,
        "starts": "2026-11-24",
        "revision": 5,
        "created_at": EARLIER,
        "modified_at": LATER,
    }
    return Meeting(**given | members)


def agreement(**members: Any) -> Agreement:
    given = {
        "id": "plan",
        "name": {"en": "Plan"},
        "revision": 2,
        "created_at": EARLIER,
        "modified_at": EARLIER,
    }
    return Agreement(**given | members)


def item(*deliverables: dict[str, Any], **members: Any) -> ActionItem:
    given = {
        "id": "plan-1",
        "agreement": "plan",
        "number": 1,
        "title": {"en": "Dust"},
        "themes": [],
        "deliverables": [
            Deliverable(position=place, **each) for place, each in enumerate(deliverables)
        ],
        "revision": 4,
        "created_at": EARLIER,
        "modified_at": LATER,
    }
    return ActionItem(**given | members)
