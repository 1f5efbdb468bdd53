"""What a load file of each kind holds, declared once for loading and exporting."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.agreements.lineage import require_sound_item
from app.agreements.models import ActionItem, Agreement
from app.agreements.parties import require_parties_in_use
from app.agreements.schemas import ActionItemBody, AgreementBody
from app.agreements.soundness import require_sound_agreement
from app.dialogues.holding import require_sound_meeting
from app.dialogues.models import Dialogue, Meeting
from app.dialogues.schemas import DialogueBody, MeetingBody
from app.directory.models import Organization, Party, Person
from app.directory.schemas import OrganizationBody, PartyBody, PersonBody
from app.directory.soundness import require_sound_organization
from app.documents.keeping import require_sound_document
from app.documents.models import Document
from app.documents.schemas import DocumentBody
from app.kernel.records import Record
from app.reporting.assessment_schemas import AssessmentWhole
from app.reporting.assessments import complete_loaded
from app.reporting.codes import AssessmentState, ReportState
from app.reporting.models import Assessment, StatusReport
from app.reporting.reports import refuse_second_correction, require_sound_report
from app.reporting.schemas import StatusReportWhole


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
    body: type[BaseModel]
    rule: Callable[[Session, Any], None] | None = None
    rule_of_whole: Callable[[Session, Any], None] | None = None
    loosened: Mapping[str, Callable[[int], Any]] = field(default_factory=dict)
    fixed: Callable[[Any], bool] | None = None

    @property
    def collection(self) -> str:
        """The kind's name in paths, files and sheets: `action-items`."""
        return self.file.removesuffix(".json")


def _nothing(_: int) -> None:
    return None


def _empty(_: int) -> list[Any]:
    return []


def _beyond_all_numbers(own: int) -> int:
    # No body may give a number as large as these.
    return 1_000_000 + own


# In an order in which a reader meets what is referred to before what refers to it.
KINDS = (
    Kind("parties.json", Party, PartyBody),
    Kind(
        "organizations.json",
        Organization,
        OrganizationBody,
        require_sound_organization,
        loosened={"parent": _nothing, "succeeded_by": _nothing},
    ),
    Kind("people.json", Person, PersonBody),
    Kind("documents.json", Document, DocumentBody, require_sound_document),
    Kind("dialogues.json", Dialogue, DialogueBody),
    Kind(
        "meetings.json",
        Meeting,
        MeetingBody,
        require_sound_meeting,
        loosened={"ordinal": _nothing},
    ),
    Kind(
        "agreements.json",
        Agreement,
        AgreementBody,
        require_sound_agreement,
        rule_of_whole=require_parties_in_use,
        loosened={"relations": _empty},
    ),
    Kind(
        "action-items.json",
        ActionItem,
        ActionItemBody,
        require_sound_item,
        loosened={"lineage": _empty, "number": _beyond_all_numbers},
    ),
    Kind(
        "status-reports.json",
        StatusReport,
        StatusReportWhole,
        refuse_second_correction,
        rule_of_whole=require_sound_report,
        fixed=lambda report: report.state is not ReportState.DRAFT,
    ),
    Kind(
        "assessments.json",
        Assessment,
        AssessmentWhole,
        complete_loaded,
        fixed=lambda assessment: assessment.state is AssessmentState.ADOPTED,
    ),
)
