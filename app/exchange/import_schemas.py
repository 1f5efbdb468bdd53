"""What an import is told to do, and what it answers."""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field
from typing_extensions import TypeAliasType

from app.kernel.problems import ProblemError
from app.kernel.schemas import Schema

ImportedRecordKind = TypeAliasType(
    "ImportedRecordKind",
    Literal[
        "party",
        "organization",
        "person",
        "document",
        "dialogue",
        "meeting",
        "agreement",
        "action_item",
        "status_report",
        "assessment",
    ],
)
DryRun = Annotated[bool, Query(description="Only say what would be done, and what is wrong.")]
KindOfRows = Annotated[
    ImportedRecordKind | None, Query(description="Of CSV, and only of CSV: what its rows are.")
]


class ImportCount(Schema):
    """What was done, or would be, to the records of a kind."""

    kind: ImportedRecordKind
    created: int
    changed: int
    unchanged: int


class ImportedRecord(Schema):
    """A record that was created or changed, or would be."""

    kind: ImportedRecordKind
    id: str
    done: Literal["created", "changed"]


class ImportReport(Schema):
    """What an import did, or would do: with errors, nothing."""

    dry_run: bool = Field(description="Whether it was only to say what it would do.")
    revision: int | None = Field(
        description="The revision that it made; null where nothing differs, and of a dry run."
    )
    counts: list[ImportCount] = Field(
        description="By kind, in the order in which they are written."
    )
    records: list[ImportedRecord] = Field(description="The first thousand, in that order.")
    errors: list[ProblemError] = Field(
        description="What is wrong, in a dry run; of more than a hundred things, the first."
    )
