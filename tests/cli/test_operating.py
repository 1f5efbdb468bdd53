"""What docs/operating.md and docs/journal.md show, line by line, on both engines."""

import re
from pathlib import Path

from tests import plain_http
from tests.cli.stories import ROOT, follow
from tests.conftest import Server


def section(page: str, title: str) -> str:
    text = (ROOT / "docs" / page).read_text("utf-8")
    (found,) = re.findall(rf"^## {title}$(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    return str(found)


def test_a_backup_is_made_restored_and_verified_as_shown(
    server: Server, database_url: str, tmp_path: Path
) -> None:
    told = follow(section("operating.md", "Backup and restore"), server, database_url, tmp_path)
    backed_up, restored, verified = told
    revision = backed_up.removeprefix("backups/monday: revision ")
    assert restored.startswith(f"Restored and verified: revision {revision}, as of ")
    assert verified == f"1 revisions hold; the head is {revision}"


def test_a_person_is_redacted_as_shown(server: Server, database_url: str, tmp_path: Path) -> None:
    (told,) = follow(section("operating.md", "Redaction"), server, database_url, tmp_path)
    assert told.splitlines()[-2].endswith(
        "Redacted in revisions 1; the journal has it as redaction-3."
    )
    assert told.splitlines()[-1].startswith("3 revisions hold, with 1 changes redacted; ")
    path = f"{server.address}/v1/people/zhou-guomei/history"
    first, second = plain_http.get(path).json()["items"]
    assert (first["record"], first["redacted"]["reason"]) == (None, "Asked for by the person")
    assert second["record"]["title"] is None


def test_a_published_head_is_proven_to_be_extended_as_shown(
    server: Server, database_url: str, tmp_path: Path
) -> None:
    told = follow(section("journal.md", "Published heads"), server, database_url, tmp_path)
    published = (tmp_path / "published.txt").read_text("utf-8").strip()
    assert told == [
        "",
        "0 revisions hold and extend revision 1 as it was published; the head is " + published,
    ]
