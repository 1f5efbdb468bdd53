"""Documents that one side keeps to itself: who sees them, what may refer to them, how long."""

import io
import json
from typing import Any

import pytest

from app.documents.models import Document
from app.documents.schemas import DocumentBody
from app.exchange.export import export
from app.exchange.load import LoadError, load, read_folders
from app.kernel.access import OPERATOR
from app.kernel.journal import Author
from app.kernel.tabular.formats import MEDIA_TYPES, Format
from app.kernel.tabular.writing import Listed, write_workbook

pytestmark = pytest.mark.both_engines

DOCUMENTS = "/v1/documents"
CENTRE = "cn-kr-environmental-cooperation-centre"
ITEM = "/v1/action-items/clear-sky-plan-2023-5/reports"
KEPT = {
    "title": {"en": "Unheard-of words."},
    "kind": "minutes",
    "issuer": "kr-moe",
    "visibility": "party",
}


def keep(client: Any, **more: Any) -> str:
    answer = client.post(DOCUMENTS, json=KEPT | more)
    assert answer.status_code == 201, answer.text
    assert answer.json()["visibility"] == "party"
    return str(answer.json()["id"])


def patch(client: Any, path: str, body: dict[str, Any]) -> Any:
    match = {"If-Match": client.get(path).headers["etag"]}
    return client.patch(path, json=body, headers=match)


def rule(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["rule"]


def test_its_own_side_alone_sees_it_whatever_the_role(clients: Any) -> None:
    made = keep(clients.korea)
    for client in (clients.korea, clients.reporter, clients.reader):
        assert client.get(f"{DOCUMENTS}/{made}").status_code == 200
        found = client.get(DOCUMENTS, params={"q": "unheard-of"}).json()["items"]
        assert [document["id"] for document in found] == [made]
        assert len(client.get(f"{DOCUMENTS}/{made}/history").json()["items"]) == 1
    for client in (clients.anonymous, clients.china, clients.japan, clients.admin):
        assert client.get(f"{DOCUMENTS}/{made}").status_code == 404
        assert client.get(DOCUMENTS, params={"q": "unheard-of"}).json()["items"] == []
        assert client.get("/v1/changes", params={"id": made}).json()["items"] == []
        assert "Unheard-of" not in client.get("/v1/snapshot?kind=document").text


def test_it_is_kept_by_the_side_of_its_issuer_and_named_by_the_server(clients: Any) -> None:
    def refused(client: Any, **more: Any) -> tuple[int, str]:
        return rule(client.post(DOCUMENTS, json=KEPT | more))

    assert refused(clients.korea, issuer=None) == (422, "kept_by_its_issuer")
    assert refused(clients.korea, issuer="nobody") == (422, "unknown_reference")
    assert refused(clients.china) == (403, "own_issuer")
    assert refused(clients.admin) == (403, "own_issuer")
    assert refused(clients.korea, id="chosen") == (422, "named_by_the_server")
    assert rule(clients.korea.post(DOCUMENTS, json=KEPT | {"visibility": "parties"}))[0] == 422
    made = keep(clients.korea)
    answer = patch(clients.korea, f"{DOCUMENTS}/{made}", {"issuer": "cn-mee"})
    assert rule(answer) == (403, "own_issuer")


def refused_issuer(answer: Any, **place: Any) -> None:
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert (error["rule"], error["value"]) == ("issuer_of_a_side", CENTRE)
    assert "name an issuer that is an organization of one party" in error["detail"]
    assert place.items() <= error.items()


@pytest.mark.parametrize("caller", ["korea", "admin"])
def test_none_is_kept_by_an_issuer_of_no_party(clients: Any, caller: str) -> None:
    before = clients.anonymous.get("/v1/parties").headers["revision"]
    answer = getattr(clients, caller).post(DOCUMENTS, json=KEPT | {"issuer": CENTRE})
    refused_issuer(answer, pointer="/issuer")
    assert clients.anonymous.get("/v1/parties").headers["revision"] == before


def test_nor_does_one_that_is_kept_come_to_be_so(clients: Any) -> None:
    path = f"{DOCUMENTS}/{keep(clients.korea)}"
    kept = clients.korea.get(path).content
    refused_issuer(patch(clients.korea, path, {"issuer": CENTRE}), pointer="/issuer")
    assert rule(patch(clients.korea, path, {"issuer": None})) == (422, "kept_by_its_issuer")
    assert clients.korea.get(path).content == kept
    public = clients.korea.post(
        DOCUMENTS, json=KEPT | {"visibility": "public", "issuer": CENTRE}
    ).json()["id"]
    answer = patch(clients.korea, f"{DOCUMENTS}/{public}", {"visibility": "party"})
    assert rule(answer) == (409, "once_public")
    answer = patch(clients.korea, path, {"issuer": CENTRE, "visibility": "public"})
    assert answer.status_code == 200


def _as_jsonl(body: dict[str, Any]) -> tuple[bytes, str]:
    return json.dumps({"record_kind": "document"} | body).encode(), MEDIA_TYPES[Format.JSONL]


def _as_csv(body: dict[str, Any]) -> tuple[bytes, str]:
    values = {"title.en": body["title"]["en"]} | {k: v for k, v in body.items() if k != "title"}
    lines = [",".join(values), ",".join(values.values()), ""]
    return "\r\n".join(lines).encode(), MEDIA_TYPES[Format.CSV]


def _as_workbook(body: dict[str, Any]) -> tuple[bytes, str]:
    file = io.BytesIO()
    write_workbook(file, [Listed("documents", DocumentBody, [body], "x")])
    return file.getvalue(), MEDIA_TYPES[Format.XLSX]


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("written", [_as_jsonl, _as_csv, _as_workbook])
def test_nor_by_an_import_in_any_format(clients: Any, written: Any, dry_run: bool) -> None:
    made = keep(clients.korea)
    kept = clients.korea.get(f"{DOCUMENTS}/{made}").content
    file, form = written(KEPT | {"id": made, "issuer": CENTRE})
    query = {"dry_run": dry_run} | ({"kind": "document"} if written is _as_csv else {})
    answer = clients.korea.post(
        "/v1/imports", content=file, params=query, headers={"Content-Type": form}
    )
    assert answer.status_code == (200 if dry_run else 422), answer.text
    (error,) = answer.json()["errors"]
    assert (error["rule"], error["value"]) == ("issuer_of_a_side", CENTRE)
    assert "name an issuer that is an organization of one party" in error["detail"]
    assert clients.korea.get(f"{DOCUMENTS}/{made}").content == kept


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("issuer", [CENTRE, "without-party"])
def test_nor_by_a_load(database: Any, tmp_path: Any, issuer: str, dry_run: bool) -> None:
    organization = {"id": "without-party", "names": [{"name": {"en": "W"}}], "kind": "agency"}
    (tmp_path / "organizations.json").write_text(json.dumps([organization]), "utf-8")
    body = KEPT | {"id": "loaded", "issuer": issuer}
    (tmp_path / "documents.json").write_text(json.dumps([body]), "utf-8")
    with pytest.raises(LoadError, match="issuer_of_a_side"):
        load(database, Author(OPERATOR), read_folders([tmp_path]), dry_run=dry_run)
    with database.reading(OPERATOR) as session:
        assert session.get(Document, "loaded") is None


@pytest.mark.parametrize("party", [None, "CN"])
def test_its_issuer_keeps_its_party_though_nobody_else_sees_what_it_issued(
    clients: Any, party: str | None
) -> None:
    issuer = {"id": "new-agency", "party": "KR", "names": [{"name": {"en": "A"}}], "kind": "agency"}
    clients.korea.post("/v1/organizations", json=issuer).raise_for_status()
    made = keep(clients.korea, issuer="new-agency")
    path = "/v1/organizations/new-agency"
    for client, patched, imported in (
        (clients.admin, (409, "in_use"), (422, "in_use")),
        (clients.korea, (403, "changed_by_operator"), (403, "changed_by_operator")),
        (clients.japan, (403, "owner"), (403, "owner")),
    ):
        refused = patch(client, path, {"party": party})
        assert rule(refused) == patched
        assert made not in refused.text
        line = json.dumps({"record_kind": "organization"} | issuer | {"party": party})
        answer = client.post(
            "/v1/imports",
            content=line,
            headers={"Content-Type": MEDIA_TYPES[Format.JSONL]},
        )
        assert rule(answer) == imported
    assert clients.korea.get(f"{DOCUMENTS}/{made}").status_code == 200
    assert clients.korea.get(path).json()["party"] == "KR"


def test_made_public_it_is_everybodys_and_stays_so(clients: Any) -> None:
    made = keep(clients.korea)
    path = f"{DOCUMENTS}/{made}"
    answer = patch(clients.korea, path, {"visibility": "public"})
    assert (answer.status_code, answer.json()["visibility"]) == (200, "public")
    assert clients.anonymous.get(path).json() == answer.json()
    (seen,) = clients.anonymous.get(f"{path}/history").json()["items"]
    assert seen["record"]["visibility"] == "public"
    assert len(clients.korea.get(f"{path}/history").json()["items"]) == 2
    assert rule(patch(clients.korea, path, {"visibility": "party"})) == (409, "once_public")
    public = clients.korea.post(DOCUMENTS, json={"title": {"en": "P"}, "kind": "other"}).json()
    answer = patch(
        clients.korea, f"{DOCUMENTS}/{public['id']}", {"visibility": "party", "issuer": "kr-moe"}
    )
    assert rule(answer) == (409, "once_public")


def test_nothing_that_others_see_refers_to_it(clients: Any) -> None:
    made = keep(clients.korea)
    citing = {"citations": [{"document": made}]}
    for path, body in (
        ("/v1/people", {"name": {"en": "Somebody"}, "organization": "kr-moe", **citing}),
        (DOCUMENTS, {"title": {"en": "Public"}, "kind": "other", **citing}),
        (ITEM, {"status": "on_track", "evidence": [{"document": made}]}),
        (
            "/v1/agreements/clear-sky-plan-2023/reports",
            {
                "reports": [
                    {
                        "action_item": "clear-sky-plan-2023-5",
                        "status": "on_track",
                        "evidence": [{"document": made}],
                    }
                ]
            },
        ),
    ):
        assert rule(clients.korea.post(path, json=body)) == (422, "seen_by_fewer")
        theirs = {**body, "organization": "cn-mee"} if path == "/v1/people" else body
        assert rule(clients.china.post(path, json=theirs)) == (422, "unknown_reference")
    answer = patch(clients.korea, "/v1/people/lee-young-seok", citing)
    assert rule(answer) == (422, "seen_by_fewer")
    meeting = "/v1/meetings/cn-kr-dg-dialogue-7/assessments"
    proposal = {"action_item": "clear-sky-plan-2023-5", "status": "on_track", **citing}
    answer = clients.korea.put(
        meeting,
        json={"assessments": [proposal]},
        headers={"If-Match": clients.korea.get(meeting).headers["etag"]},
    )
    assert rule(answer) == (422, "seen_by_fewer")
    keep(clients.korea, **citing)


def test_a_draft_is_shown_by_it_and_submitted_once_it_is_public(clients: Any) -> None:
    made = keep(clients.korea)
    body = {"state": "draft", "status": "on_track"}
    draft = clients.korea.post(ITEM, json=body).json()["id"]
    path = f"/v1/status-reports/{draft}"
    evidence = {"evidence": [{"document": made}]}
    assert patch(clients.korea, path, evidence).status_code == 200
    refused = clients.korea.post(f"{path}/submit")
    assert rule(refused) == (422, "seen_by_fewer")
    assert refused.json()["errors"][0]["pointer"] == "/evidence/0/document"
    assert clients.korea.get(path).json()["state"] == "draft"
    patch(clients.korea, f"{DOCUMENTS}/{made}", {"visibility": "public"}).raise_for_status()
    assert clients.korea.post(f"{path}/submit").status_code == 200
    assert clients.china.get(path).json()["evidence"][0]["document"] == made


def test_one_that_cites_another_is_made_public_after_it(clients: Any) -> None:
    cited = keep(clients.korea)
    citing = keep(clients.korea, citations=[{"document": cited}])
    widened = {"visibility": "public"}
    assert rule(patch(clients.korea, f"{DOCUMENTS}/{citing}", widened)) == (422, "seen_by_fewer")
    assert patch(clients.korea, f"{DOCUMENTS}/{cited}", widened).status_code == 200
    assert patch(clients.korea, f"{DOCUMENTS}/{citing}", widened).status_code == 200


def test_deleted_it_is_gone_for_its_side_and_never_was_for_others(clients: Any) -> None:
    path = f"{DOCUMENTS}/{keep(clients.korea)}"
    match = {"If-Match": clients.korea.get(path).headers["etag"]}
    assert clients.china.delete(path, headers=match).status_code == 404
    assert clients.korea.delete(path, headers=match).status_code == 204
    assert clients.korea.get(path).status_code == 410
    assert clients.china.get(path).status_code == 404


def test_it_survives_export_and_load(clients: Any, database: Any, tmp_path: Any) -> None:
    made = keep(clients.korea)
    with database.reading(OPERATOR) as session:
        export(session, tmp_path)
    again = load(database, Author(OPERATOR), read_folders([tmp_path]))
    assert again.revision is None
    documents = json.loads((tmp_path / "documents.json").read_text("utf-8"))
    (kept,) = [document for document in documents if document["id"] == made]
    assert kept["visibility"] == "party"
    folder = tmp_path / "more"
    folder.mkdir()
    more = kept | {"id": "loaded", "issuer": "cn-mee"}
    (folder / "documents.json").write_text(json.dumps([more]), "utf-8")
    load(database, Author(OPERATOR), read_folders([folder]))
    assert clients.china.get(f"{DOCUMENTS}/loaded").json()["visibility"] == "party"
    assert clients.korea.get(f"{DOCUMENTS}/loaded").status_code == 404
    assert clients.japan.post("/v1/journal/verify", json={}).json()["valid"]


@pytest.mark.parametrize("visibility", ["party", "public"])
def test_a_load_is_held_to_the_same(
    visibility: str, clients: Any, database: Any, tmp_path: Any
) -> None:
    made = keep(clients.korea)
    citing = {
        "id": "citing",
        "title": {"en": "C"},
        "kind": "other",
        "issuer": "kr-nier",
        "visibility": visibility,
        "citations": [{"document": made}],
    }
    (tmp_path / "documents.json").write_text(json.dumps([citing]), "utf-8")
    if visibility == "party":
        load(database, Author(OPERATOR), read_folders([tmp_path]))
        assert clients.korea.get(f"{DOCUMENTS}/citing").status_code == 200
    else:
        with pytest.raises(LoadError, match="seen_by_fewer"):
            load(database, Author(OPERATOR), read_folders([tmp_path]))
        assert clients.korea.get(f"{DOCUMENTS}/citing").status_code == 404
