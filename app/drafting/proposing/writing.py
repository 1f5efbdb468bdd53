"""A draft in a folder: load files, `draft.json` for machines, and `review.md` to read."""

import json
import os
import shutil
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from app.drafting.draft_files import DRAFT, value_at
from app.drafting.proposing.drafts import Draft, Drafted
from app.drafting.proposing.proposals import Members
from app.drafting.proposing.review import review_of
from app.kernel.private_files import make_private_folder, open_private

REVIEW = "review.md"


class OccupiedError(ValueError):
    """A folder that a draft cannot be written to; the message says why."""


def write_draft(draft: Draft, folder: Path) -> list[str]:
    """Writes `draft` to a new or empty `folder`, whole or not at all; returns the load files.

    The folder and what is in it are their owner's alone.

    Raises OccupiedError for a folder that holds anything, OSError where it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OccupiedError(f"{folder} is there already; a draft is written to a new folder.")
    files: dict[str, list[Members]] = defaultdict(list)
    for record in draft.records:
        if record.load is not None:
            files[record.proposal.file].append(record.load)
    make_private_folder(folder.parent)
    # Beside its place, so that it gets there in one step.
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, records in files.items():
            _write(made / name, sorted(records, key=lambda one: str(one["id"])))
        _write(made / DRAFT, _as_json(draft))
        _write_text(made / REVIEW, review_of(draft))
        os.replace(made, folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return sorted(files)


def _write(path: Path, value: object) -> None:
    _write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def _write_text(path: Path, text: str) -> None:
    with open(path, "x", encoding="utf-8", opener=open_private) as file:
        file.write(text)


def _as_json(draft: Draft) -> dict[str, Any]:
    release = draft.release
    source = release.source
    return {
        "release": {
            "document": draft.document,
            "file": release.name,
            "media_type": release.media_type,
            "bytes": release.bytes,
            "sha256": release.sha256,
            "language": draft.facts.language,
            "notes": list(release.notes),
        },
        "unsure": [
            {
                "file": record.proposal.file,
                "id": record.proposal.id,
                "pointer": mark.pointer,
                "value": value_at(record.load or {}, mark.pointer),
                "reason": mark.reason,
            }
            for record, mark in draft.unsure
        ],
        "records": [_record(draft, record) for record in draft.records],
        "left_out": [
            {
                "what": one.what,
                "quote": source.text[one.words.start : one.words.end],
                "locator": source.locator(one.words.start),
                "reason": one.reason,
            }
            for one in draft.left_out
        ],
    }


def _record(draft: Draft, record: Drafted) -> dict[str, Any]:
    source = draft.release.source
    return {
        "file": record.proposal.file,
        "id": record.proposal.id,
        "outcome": record.compared.outcome,
        "before": record.compared.before,
        "proposed": record.proposal.members,
        "evidence": [
            {
                "pointer": pointer,
                "quote": source.text[span.start : span.end],
                "locator": source.locator(span.start),
            }
            for pointer, span in record.proposal.evidence
        ],
        "derived": [
            {"pointer": mark.pointer, "reason": mark.reason}
            for mark in record.proposal.marks
            if mark.certainty == "derived"
        ],
        "differences": [
            {"pointer": one.pointer, "record": one.record, "release": one.release}
            for one in record.compared.differences
        ],
    }
