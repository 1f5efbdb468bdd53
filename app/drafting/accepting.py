"""Before a draft is loaded: unsure marks are settled, and the record is as the draft knew it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.drafting.draft_files import DRAFT, value_at
from app.exchange.entries import Entries, Entry
from app.kernel.compact import compact

# The folder that it is in, and what its draft.json says.
Draft = tuple[Path, dict[str, Any]]


class NotAcceptedError(ValueError):
    """A draft that cannot be loaded as it is; the message says which record and why."""


def drafts_in(folders: Iterable[Path]) -> list[Draft]:
    """The drafts among `folders`. Raises NotAcceptedError for one that cannot be read."""
    return [(folder, _draft_in(folder)) for folder in folders if (folder / DRAFT).is_file()]


def require_settled(drafts: Iterable[Draft], entries: Entries) -> None:
    """Raises NotAcceptedError where one of `drafts` has an unsure mark that still stands.

    A mark is settled by a person: by changing the field in the load file, by taking the record out
    of it, or by taking the mark out of draft.json.
    """
    for folder, draft in drafts:
        marks = draft.get("unsure", [])
        given = _named_by(marks, entries)
        for mark in marks:
            entry = given.get((mark["file"], mark["id"]))
            if (
                entry is not None
                and value_at(compact(entry.body), mark["pointer"]) == mark["value"]
            ):
                raise NotAcceptedError(
                    f"{folder / DRAFT}: {mark['id']} {mark['pointer']} is marked as unsure "
                    f"({mark['reason']}). Change it in {mark['file']}, take the mark out of "
                    f"{DRAFT}, or load with --accept-unsure."
                )


def require_as_drafted(session: Session, drafts: Iterable[Draft], entries: Entries) -> None:
    """Raises NotAcceptedError where the record differs from what one of `drafts` was compared with.

    A load replaces whole records: one that came or changed since the draft was made would be made
    less. What is already as the draft would have it stays so.
    """
    for _, draft in drafts:
        records = draft.get("records", [])
        given = _named_by(records, entries)
        for record in records:
            entry = given.get((record["file"], record["id"]))
            if entry is None:
                continue
            stored = session.get(entry.kind.model, entry.id)
            now = (
                None
                if stored is None
                else compact(entry.kind.body.model_validate(stored, from_attributes=True))
            )
            if now not in (record["before"], compact(entry.body)):
                told = "is not in the record" if now is None else "is otherwise in the record"
                raise NotAcceptedError(
                    f"{entry.origin.start}: it {told} than when the draft was made; make the draft "
                    "anew with --record, from an export of this record."
                )


def _named_by(told: list[dict[str, Any]], entries: Entries) -> dict[tuple[str, str], Entry]:
    """Those of the entries that a draft names, by their file and their id; few, of however many."""
    named = {(each["file"], each["id"]) for each in told}
    kinds = [kind for kind in entries.kinds() if any(file == kind.file for file, _ in named)]
    found = ((kind.file, entry) for kind in kinds for entry in entries.of(kind))
    return {(file, entry.id): entry for file, entry in found if (file, entry.id) in named}


def _draft_in(folder: Path) -> dict[str, Any]:
    path = folder / DRAFT
    try:
        draft = json.loads(path.read_bytes())
        for mark in draft.get("unsure", []):
            for name in ("file", "id", "pointer", "value", "reason"):
                mark[name]
        for record in draft.get("records", []):
            record["file"], record["id"], record["before"]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotAcceptedError(f"{path}: it is no draft that can be read: {error!r}.") from None
    return dict(draft)
