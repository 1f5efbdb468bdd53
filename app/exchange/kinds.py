"""What a load file of each kind holds, declared once for loading and exporting."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.agreements.lineage import require_sound_item
from app.agreements.models import ActionItem, Agreement
from app.agreements.parties import require_parties_in_use
from app.agreements.soundness import require_sound_agreement
from app.dialogues.holding import require_sound_meeting
from app.dialogues.models import Dialogue, Meeting
from app.directory.models import Organization, Party, Person
from app.directory.soundness import require_sound_organization
from app.documents.keeping import require_sound_document
from app.documents.models import Document
from app.kernel.records import Record
from app.reporting.assessments import complete_loaded
from app.reporting.codes import AssessmentState, ReportState
from app.reporting.models import Assessment, StatusReport
from app.reporting.reports import refuse_second_correction, require_sound_report


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record in load files: its file, and the rules that hold it to other records.

    `rule` is asked before the record is written, as by the kind's routes; `rule_of_whole` once all
    records of the load are. `loosened` gives, for the fields by which records of the kind can stand
    in each other's way, a value (made from a number of its own) by which none does. `fixed` says
    of a record in the database that it is never changed.
    """

    file: str
    model: type[Record]
    rule: Callable[[Session, Any], None] | None = None
    rule_of_whole: Callable[[Session, Any], None] | None = None
    loosened: Mapping[str, Callable[[int], Any]] = field(default_factory=dict)
    fixed: Callable[[Any], bool] | None = None

    @property
    def collection(self) -> str:
        """The kind's name in paths, files and sheets: `action-items`."""
        return self.file.removesuffix(".json")

    @property
    def body(self) -> type[BaseModel]:
        """What a load file holds of a record."""
        if self.model.body is None:
            raise TypeError(f"{self.file} has no load files")
        return self.model.body


def _nothing(_: int) -> None:
    return None


def _empty(_: int) -> list[Any]:
    return []


def _beyond_all_numbers(own: int) -> int:
    # No body may give a number as large as these.
    return 1_000_000 + own


# In an order in which a reader meets what is referred to before what refers to it.
KINDS = (
    Kind("parties.json", Party),
    Kind(
        "organizations.json",
        Organization,
        require_sound_organization,
        loosened={"parent": _nothing, "succeeded_by": _nothing},
    ),
    Kind("people.json", Person),
    Kind("documents.json", Document, require_sound_document),
    Kind("dialogues.json", Dialogue),
    Kind(
        "meetings.json",
        Meeting,
        require_sound_meeting,
        loosened={"ordinal": _nothing},
    ),
    Kind(
        "agreements.json",
        Agreement,
        require_sound_agreement,
        rule_of_whole=require_parties_in_use,
        loosened={"relations": _empty},
    ),
    Kind(
        "action-items.json",
        ActionItem,
        require_sound_item,
        loosened={"lineage": _empty, "number": _beyond_all_numbers},
    ),
    Kind(
        "status-reports.json",
        StatusReport,
        refuse_second_correction,
        rule_of_whole=require_sound_report,
        fixed=lambda report: report.state is not ReportState.DRAFT,
    ),
    Kind(
        "assessments.json",
        Assessment,
        complete_loaded,
        fixed=lambda assessment: assessment.state is AssessmentState.ADOPTED,
    ),
)

# By the journal's names of kinds.
BY_KIND = {kind.model.__tablename__: kind for kind in KINDS}
