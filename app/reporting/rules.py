"""What a report can say of how far the work is."""

from pydantic_core import PydanticCustomError

from app.reporting.codes import ImplementationStatus


def refuse_impossible_progress(status: ImplementationStatus, progress: int | None) -> None:
    """Completed work is at 100 percent and work not started at 0, where a progress is given.

    Raises the validation errors `completed_is_100` and `not_started_is_0`.
    """
    if status is ImplementationStatus.COMPLETED and progress not in (None, 100):
        raise PydanticCustomError(
            "completed_is_100",
            "Completed work is at 100 percent, not {progress}",
            {"progress": progress},
        )
    if status is ImplementationStatus.NOT_STARTED and progress not in (None, 0):
        raise PydanticCustomError(
            "not_started_is_0",
            "Work not started is at 0 percent, not {progress}",
            {"progress": progress},
        )
