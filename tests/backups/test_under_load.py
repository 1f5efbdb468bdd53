"""Backups while clients write: each holds every acknowledged write up to its revision, no other."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select

from app.backups import backup as making
from app.backups.archive import line_of
from app.backups.backup import backup
from app.backups.restore import restore
from app.feed.verification import verify
from app.kernel.access import OPERATOR
from app.kernel.database import open_engine
from app.kernel.sessions import Database
from app.reporting.models import StatusReport
from tests.conftest import Clients
from tests.engines import Templates
from tests.waiting import wait_until

pytestmark = pytest.mark.both_engines

WRITERS = 4
BACKUPS = 2
AT_LEAST = 5
ITEM = "/v1/action-items/clear-sky-plan-2023-{}/reports"


def test_each_backup_holds_just_what_was_acknowledged_up_to_its_revision(
    clients: Clients,
    database: Database,
    templates: Templates,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    acknowledged: dict[str, int] = {}
    done = Event()

    def write(number: int) -> None:
        while not done.is_set():
            answer = clients.korea.post(ITEM.format(number + 1), json={"status": "on_track"})
            assert answer.status_code == 201, answer.text
            acknowledged[answer.json()["id"]] = int(answer.headers["revision"])

    def wait_for_more() -> None:
        before = len(acknowledged)
        wait_until(lambda: len(acknowledged) >= before + AT_LEAST)

    read = 0

    def amid_writes(values: Sequence[Any]) -> bytes:
        nonlocal read
        read += 1
        if read % 50 == 1:
            wait_for_more()
        return line_of(values)

    monkeypatch.setattr(making, "line_of", amid_writes)
    manifests = {}
    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(write, number) for number in range(WRITERS)]
        try:
            for number in range(BACKUPS):
                wait_for_more()
                target = tmp_path / str(number)
                manifests[target] = backup(database, target)
        finally:
            done.set()
        for writer in writers:
            writer.result()
    assert len({manifest.revision for manifest in manifests.values()}) == BACKUPS
    for target, manifest in manifests.items():
        assert 1 < manifest.revision < max(acknowledged.values())
        with templates.fresh(None) as url:
            engine = open_engine(url)
            try:
                assert restore(engine, target) == manifest
                with Database(engine).reading(OPERATOR) as session:
                    held = dict(
                        session.execute(select(StatusReport.id, StatusReport.revision)).all()
                    )
                    result = verify(session)
            finally:
                engine.dispose()
        assert held == {
            id_: revision for id_, revision in acknowledged.items() if revision <= manifest.revision
        }
        assert result.valid
        assert (result.head.revision, result.head.hash) == (manifest.revision, manifest.hash)
