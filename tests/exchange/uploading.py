"""Workbooks for tests: a reporting template to fill in, and files that are uploaded and refused."""

import io
from typing import Any

from openpyxl import Workbook, load_workbook

from app.kernel.tabular.formats import Format
from tests.conftest import Clients

PLAN = "clear-sky-plan-2023"
TEMPLATE = f"/v1/agreements/{PLAN}/reporting-template"
# The row of the first of its nine items.
FIRST_ITEM = 4


def template(clients: Clients) -> tuple[Workbook, dict[str, int]]:
    """A template, and where its columns stand."""
    answer = clients.anonymous.get(TEMPLATE)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == Format.XLSX.media_type
    workbook = load_workbook(io.BytesIO(answer.content))
    names = [str(cell.value) for cell in workbook["reports"][2]]
    return workbook, {name: position for position, name in enumerate(names, start=1)}


def as_file(workbook: Workbook) -> bytes:
    """What a workbook is saved as."""
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def upload(client: Any, workbook: Workbook | bytes, **query: Any) -> Any:
    """The answer to a workbook that is imported."""
    content = workbook if isinstance(workbook, bytes) else as_file(workbook)
    headers = {"Content-Type": Format.XLSX.media_type}
    return client.post("/v1/imports", content=content, headers=headers, params=query)


def refused(clients: Clients, client: Any, workbook: Workbook | bytes) -> list[dict[str, Any]]:
    """The errors of a file that is refused, tried or not, and of which nothing is taken."""
    file = workbook if isinstance(workbook, bytes) else as_file(workbook)
    before = clients.anonymous.get("/v1/journal/head").json()
    answer = upload(client, file)
    assert answer.status_code == 422, answer.text
    tried = upload(client, file, dry_run=True)
    assert tried.status_code == 200, tried.text
    assert (tried.json()["counts"], tried.json()["records"]) == ([], [])
    errors: list[dict[str, Any]] = answer.json()["errors"]
    assert tried.json()["errors"] == errors
    assert clients.anonymous.get("/v1/journal/head").json() == before
    return errors
