"""The main job by a generated Python client: ask, report once, see it move, be told what is wrong.

    python main_job.py ADDRESS KEY

It prints what it was told, as one JSON object, for the test that runs it.
"""

import json
import sys

from clear_sky_client import AuthenticatedClient
from clear_sky_client.api.action_items import get_action_item
from clear_sky_client.api.journal import get_snapshot, list_changes
from clear_sky_client.api.progress import get_dialogue_progress
from clear_sky_client.api.status_reports import report_on_action_item
from clear_sky_client.models.action_item_detail import ActionItemDetail
from clear_sky_client.models.change_page import ChangePage
from clear_sky_client.models.implementation_status import ImplementationStatus
from clear_sky_client.models.localized_text import LocalizedText
from clear_sky_client.models.problem import Problem
from clear_sky_client.models.progress_record import ProgressRecord
from clear_sky_client.models.record_kind import RecordKind
from clear_sky_client.models.report_body import ReportBody
from clear_sky_client.models.status_report_record import StatusReportRecord
from clear_sky_client.types import File

ITEM = "clear-sky-plan-2023-5"


def basis(client: AuthenticatedClient) -> str:
    progress = get_dialogue_progress.sync("cn-kr-dg-dialogue", client=client)
    assert isinstance(progress, ProgressRecord)
    (item,) = (found for found in progress.items if found.id == ITEM)
    return item.standing.basis.value


def main(address: str, key: str) -> dict[str, object]:
    client = AuthenticatedClient(base_url=address, token=key, raise_on_unexpected_status=True)
    before = basis(client)
    item = get_action_item.sync(ITEM, client=client)
    assert isinstance(item, ActionItemDetail)

    body = ReportBody(
        status=ImplementationStatus.ON_TRACK,
        progress=60,
        summary=LocalizedText(en="The programme is agreed."),
    )
    reports = [
        report_on_action_item.sync(ITEM, client=client, body=body, idempotency_key="night-1")
        for _ in range(2)
    ]
    first, second = reports
    assert isinstance(first, StatusReportRecord)
    assert isinstance(second, StatusReportRecord)

    changes = list_changes.sync(
        client=client, since=first.revision - 1, kind=[RecordKind.STATUS_REPORT]
    )
    assert isinstance(changes, ChangePage)
    snapshot = get_snapshot.sync(client=client, kind=[RecordKind.STATUS_REPORT])
    assert isinstance(snapshot, File)

    body.progress = 101
    refusal = report_on_action_item.sync(ITEM, client=client, body=body)
    assert isinstance(refusal, Problem)
    assert isinstance(refusal.errors, list)
    return {
        "before": before,
        "item": item.number,
        "reports": [first.id, second.id],
        "after": basis(client),
        "changes": [change.id for change in changes.items],
        "snapshot": [json.loads(line)["id"] for line in snapshot.payload],
        "refusal": [refusal.status, refusal.errors[0].pointer, refusal.errors[0].rule],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])))
