"""Exporting the record as load files: what `load` reads, byte for byte."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exchange.kinds import KINDS, Kind
from app.kernel.compact import compact

_BATCH = 500


def export(session: Session, folder: Path) -> dict[str, int]:
    """Writes a load file for each kind that has records; returns how many each holds.

    A file is a JSON array in UTF-8, indented by two, its records by id, their members in the order
    of the schema, and none that is absent, empty or as by default.
    """
    folder.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = {}
    for kind in KINDS:
        path = folder / kind.file
        count = 0
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for record in _records(session, kind):
                text = json.dumps(record, ensure_ascii=False, indent=2)
                file.write("[\n  " if count == 0 else ",\n  ")
                file.write(text.replace("\n", "\n  "))
                count += 1
            file.write("\n]\n" if count else "")
        if count:
            counts[kind.file] = count
        else:
            path.unlink()
    return counts


def _records(session: Session, kind: Kind) -> Iterator[dict[str, Any]]:
    last_id = ""
    while batch := session.scalars(
        select(kind.model).where(kind.model.id > last_id).order_by(kind.model.id).limit(_BATCH)
    ).all():
        last_id = batch[-1].id
        for record in batch:
            yield compact(kind.body.model_validate(record, from_attributes=True))
        session.expunge_all()
