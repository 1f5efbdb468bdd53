"""What a draft says, as plain values that a table of expectations can hold."""

from pathlib import Path
from typing import Any

from app.drafting.proposing.drafts import Draft, draft_of
from app.drafting.proposing.known import Known
from app.drafting.reading.files import release_of
from app.drafting.reading.plain import read_plain
from app.exchange.load import REFERENCE

RELEASES = Path(__file__).parent / "releases"
KNOWN = Known(REFERENCE)


def drafted(text: str, name: str = "release.txt") -> Draft:
    """The draft of a release of plain text, beside the reference record."""
    data = text.encode()
    return draft_of(release_of(name, data, read_plain(data)), KNOWN)


def told(draft: Draft) -> dict[str, Any]:
    """What the draft says, by subject; what it does not say is not there."""
    by_file: dict[str, list[Any]] = {}
    for record in draft.records:
        by_file.setdefault(record.proposal.file, []).append(record.proposal)
    said: dict[str, Any] = {}
    (document,) = by_file["documents.json"]
    for name in ("title", "language", "issued"):
        if name in document.members:
            said[name] = _plain(document.members[name])
    meetings = by_file.get("meetings.json", [])
    if meetings:
        said["meeting"] = meetings[0].id
        for name in ("status", "starts", "ends", "city", "country", "format"):
            if name in meetings[0].members:
                said[name] = _plain(meetings[0].members[name])
        said["people"] = [
            (
                one["person"],
                one["party"],
                _plain(one.get("title")),
                one.get("role"),
            )
            for one in meetings[0].members.get("participations", [])
        ]
        said["agenda"] = [_plain(one["title"]) for one in meetings[0].members.get("agenda", [])]
    said["other meetings"] = [(one.id, one.members["starts"]) for one in meetings[1:]]
    said["dialogues"] = [one.id for one in by_file.get("dialogues.json", [])]
    said["agreements"] = [
        (one.id, one.members.get("starts"), one.members.get("ends"), one.members.get("signed"))
        for one in by_file.get("agreements.json", [])
    ]
    said["items"] = [
        (one.id, _plain(one.members["title"])) for one in by_file.get("action-items.json", [])
    ]
    said["unsure"] = sorted(f"{record.proposal.id}{mark.pointer}" for record, mark in draft.unsure)
    said["left out"] = [one.what for one in draft.left_out]
    return {name: value for name, value in said.items() if value not in ([], None)}


def _plain(value: Any) -> Any:
    return " | ".join(value.values()) if isinstance(value, dict) else value
