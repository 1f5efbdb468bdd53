"""The code lists of reporting."""

from enum import StrEnum


class ImplementationStatus(StrEnum):
    """How far the work on an action item is."""

    NOT_STARTED = "not_started"
    ON_TRACK = "on_track"
    DELAYED = "delayed"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class ReportState(StrEnum):
    """Where a status report is in its own workflow."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"


class StandingBasis(StrEnum):
    """What an action item's standing rests on."""

    JOINT = "joint"
    AGREED = "agreed"
    DIVERGING = "diverging"
    ONE_SIDED = "one_sided"
    UNREPORTED = "unreported"
