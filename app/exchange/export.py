"""Exporting the record as files that `load` reads, byte for byte."""

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exchange.kinds import KINDS, Kind
from app.kernel.bulk import documents_of
from app.kernel.compact import compacted
from app.kernel.private_files import make_private_folder, written_anew
from app.kernel.tabular.formats import Format
from app.kernel.tabular.writing import Listed, write, write_workbook

_BATCH = 500
# A workbook has a sheet for each kind, so that one holds all.
WORKBOOK = "record.xlsx"


def export(session: Session, folder: Path, wanted: Format = Format.JSON) -> dict[str, int]:
    """Writes the record to files of a format in `folder`; returns how many records each holds.

    There is a file for each kind that has records, or one workbook for all. In JSON it is an array
    in UTF-8, indented by two. In each format records stand by id, their members in the order of the
    schema, and none that is absent, empty or as by default. Each file, and a folder that is made,
    is its owner's alone; a file that is there is replaced once the new one is whole. Raises
    SheetFullError where a kind has more rows than a sheet has room for.
    """
    make_private_folder(folder)
    if wanted is Format.XLSX:
        return _workbook(session, folder / WORKBOOK)
    counts: dict[str, int] = {}
    for kind in KINDS:
        path = folder / f"{kind.collection}.{wanted}"
        counted = _Counted(_records(session, kind))
        if counted.is_empty:
            path.unlink(missing_ok=True)
            continue
        with written_anew(path) as file:
            if wanted is Format.JSON:
                _write_array(file, counted)
            else:
                write(file, wanted, _listed(kind, counted))
        counts[path.name] = counted.count
    return counts


def _workbook(session: Session, path: Path) -> dict[str, int]:
    found = [_Counted(_records(session, kind)) for kind in KINDS]
    sheets = [
        _listed(kind, counted)
        for kind, counted in zip(KINDS, found, strict=True)
        if not counted.is_empty
    ]
    if not sheets:
        path.unlink(missing_ok=True)
        return {}
    with written_anew(path) as file:
        write_workbook(file, sheets)
    return {path.name: sum(counted.count for counted in found)}


def _write_array(file: BinaryIO, records: Iterator[dict[str, Any]]) -> None:
    before = b"[\n  "
    for record in records:
        text = json.dumps(record, ensure_ascii=False, indent=2)
        file.write(before + text.replace("\n", "\n  ").encode())
        before = b",\n  "
    file.write(b"\n]\n")


def _listed(kind: Kind, records: Iterator[dict[str, Any]]) -> Listed:
    return Listed(kind.collection, kind.body, records, kind.model.__tablename__)


class _Counted(Iterator[dict[str, Any]]):
    """Records that are counted as they are taken."""

    def __init__(self, records: Iterator[dict[str, Any]]) -> None:
        first = next(records, None)
        self.is_empty = first is None
        self.count = 0
        self._records = records if first is None else chain([first], records)

    def __next__(self) -> dict[str, Any]:
        record = next(self._records)
        self.count += 1
        return record


def _records(session: Session, kind: Kind) -> Iterator[dict[str, Any]]:
    batch = select(kind.model.id, kind.model.revision).order_by(kind.model.id).limit(_BATCH)
    last_id = ""
    while found := session.execute(batch.where(kind.model.id > last_id)).all():
        last_id = found[-1].id
        for document in documents_of(
            session, kind.model, [(row.id, row.revision) for row in found]
        ):
            yield compacted(kind.body, document)
        session.expunge_all()
