"""The routes' names for the kinds of record."""

from typing import Literal

from typing_extensions import TypeAliasType

# Collection in a path, as against kind in the journal.
COLLECTIONS = {
    "parties": "party",
    "organizations": "organization",
    "people": "person",
    "dialogues": "dialogue",
    "meetings": "meeting",
    "agreements": "agreement",
    "action-items": "action_item",
    "documents": "document",
    "status-reports": "status_report",
    "assessments": "assessment",
    "redactions": "redaction",
}

RecordKind = TypeAliasType(
    "RecordKind",
    Literal[
        "party",
        "organization",
        "person",
        "dialogue",
        "meeting",
        "agreement",
        "action_item",
        "document",
        "status_report",
        "assessment",
        "redaction",
    ],
)
