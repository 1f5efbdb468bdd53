"""Routes of imports."""

from fastapi import APIRouter

from app.exchange.import_schemas import DryRun, ImportReport
from app.exchange.importing import import_entries
from app.exchange.uploads import BODY, Spooled, Upload
from app.kernel.record_route import RecordRoute
from app.kernel.routes import CREATE

router = APIRouter(prefix="/v1/imports", tags=["imports"], route_class=RecordRoute)


@router.post("", operation_id="importRecords", responses=CREATE, openapi_extra=BODY)
def import_records(tx: Spooled, entries: Upload, dry_run: DryRun = False) -> ImportReport:
    """Creates and changes the records of a file by their ids, all of them as one revision, or none.

    What is in the record already and does not differ is left alone. Nothing is deleted.
    """
    return import_entries(tx, entries, dry_run=dry_run)
