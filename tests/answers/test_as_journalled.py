"""Records, lists and the feed by one statement say what the ordinary way says, byte for byte."""

import hashlib

import pytest
import rfc8785

from app.exchange.load import DEMONSTRATION, load, read_folders
from app.feed.collections import COLLECTIONS
from app.kernel import prompting
from app.kernel.access import OPERATOR
from app.kernel.journal import Author
from app.kernel.records import canonical, record_classes
from tests.engines import opened
from tests.waiting import wait_until

pytestmark = pytest.mark.both_engines

CALLERS = ("anonymous", "korea", "japan")
LISTS = ("", "?limit=3", "?limit=3&sort=-id")
FEEDS = ("", "?since=1&limit=7", "?since=99999")


def with_demonstration(url):
    with opened(url) as database:
        load(database, Author(OPERATOR), read_folders([DEMONSTRATION]))


@pytest.fixture
def database_url(templates):
    """The URL of a database that holds the demonstration, too."""
    with templates.fresh(templates.prepared("demonstration", with_demonstration)) as url:
        yield url


@pytest.fixture
def told(clients, database, monkeypatch):
    """Asks for a path in each way, as a caller, and returns both answers."""
    database.answers.limit = 0
    draft = {"status": "delayed", "state": "draft", "summary": {"ko": "초안"}}
    item = "/v1/action-items/clear-sky-plan-2023-5/reports"
    clients.korea.post(item, json=draft).raise_for_status()
    clients.china.post(item, json={"status": "on_track"}).raise_for_status()
    # Whoever listens must have heard once: until then nobody's key is remembered.
    wait_until(lambda: database.freshness.newest() is not None)
    promptly = prompting.prompt_answer

    async def never(*_):
        return None

    async def counted(answerer, request):
        found = await promptly(answerer, request)
        answered.append(found is not None)
        return found

    answered = []

    def ask(caller, path):
        client = getattr(clients, caller)
        monkeypatch.setattr(prompting, "prompt_answer", never)
        ordinary = client.get(path)
        monkeypatch.setattr(prompting, "prompt_answer", counted)
        answered.clear()
        prompt = client.get(path)
        return prompt, ordinary, answered == [True]

    return ask


def same(prompt, ordinary):
    own = {"x-request-id", "date"}
    return (
        prompt.status_code == ordinary.status_code
        and prompt.content == ordinary.content
        and {k: v for k, v in prompt.headers.items() if k not in own}
        == {k: v for k, v in ordinary.headers.items() if k not in own}
    )


@pytest.mark.parametrize("caller", CALLERS)
def test_every_page_of_every_list(told, caller):
    for collection in COLLECTIONS:
        for query in LISTS:
            path, pages = f"/v1/{collection}{query}", 0
            while path and pages < 3:
                prompt, ordinary, promptly = told(caller, path)
                assert promptly, path
                assert same(prompt, ordinary), path
                path, pages = prompt.links.get("next", {}).get("url"), pages + 1


@pytest.mark.parametrize("caller", CALLERS)
def test_every_page_of_the_feed(told, caller):
    for query in FEEDS:
        path, pages = f"/v1/changes{query}", 0
        while path and pages < 3:
            prompt, ordinary, promptly = told(caller, path)
            assert promptly, path
            assert same(prompt, ordinary), path
            path, pages = prompt.links.get("next", {}).get("url"), pages + 1


@pytest.mark.parametrize("caller", CALLERS)
def test_every_record(told, clients, caller):
    for collection in COLLECTIONS:
        for record in clients.korea.get(f"/v1/{collection}?limit=3").json()["items"]:
            path = f"/v1/{collection}/{record['id']}"
            prompt, ordinary, promptly = told(caller, path)
            assert promptly == (prompt.status_code == 200), path
            assert prompt.status_code == ordinary.status_code, path
            if promptly:
                assert same(prompt, ordinary), path


@pytest.mark.parametrize(
    "path",
    [
        "/v1/people/nobody",
        "/v1/people?sort=age",
        "/v1/people?limit=0",
        "/v1/people?limit=201",
        "/v1/people?limit=ten",
        "/v1/people?cursor=forged",
        "/v1/people?colour=red",
        "/v1/people/nobody?colour=red",
        "/v1/people?q=lee",
        "/v1/people?sort=-modified_at",
        "/v1/meetings/cn-kr-dg-dialogue-7?include=people",
        "/v1/changes?since=-1",
        "/v1/changes?since=99999999999999999999",
        "/v1/changes?cursor=forged",
        "/v1/changes?kind=person",
    ],
)
def test_what_is_no_plain_question_is_answered_as_it_always_was(told, path):
    prompt, ordinary, promptly = told("anonymous", path)
    assert not promptly
    assert prompt.status_code == ordinary.status_code
    unlike = {"instance"}
    assert {k: v for k, v in prompt.json().items() if k not in unlike} == {
        k: v for k, v in ordinary.json().items() if k not in unlike
    }


def test_a_records_answer_is_what_the_journal_holds_of_it(clients):
    for change in clients.korea.get("/v1/changes?limit=200").json()["items"]:
        collection = next(name for name, kind in COLLECTIONS.items() if kind == change["kind"])
        plain = {"Accept-Encoding": "identity"}
        body = clients.korea.get(f"/v1/{collection}/{change['id']}", headers=plain).content
        assert hashlib.sha256(body).hexdigest() == change["digest"]


def test_documents_of_an_earlier_version_are_read_through_their_records(told, database):
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE journal_head SET documents_since = 1")
    for path in ("/v1/people", "/v1/people?limit=2"):
        prompt, ordinary, promptly = told("anonymous", path)
        assert not promptly
        assert same(prompt, ordinary)


@pytest.mark.parametrize(
    "value",
    [
        {"zh": "中", "en": 'q"\\/\b\f\n\r\t\x01\x1f\x7f', "ko": "가\u2028\U0001f600"},
        [1, -5, 0, 2**53 - 1, None, True, False, "", {}, []],
        {"b": {"d": 1, "c": [{"z": 1, "a": 2}]}, "a": "é", "B": 0, "_": 1},
    ],
)
def test_canonical_is_what_rfc_8785_says(value):
    assert canonical(value) == rfc8785.dumps(value)


def test_no_record_holds_what_only_rfc_8785_itself_would_write_right():
    def parts(schema):
        if isinstance(schema, dict):
            yield schema
            for value in schema.values():
                yield from parts(value)
        elif isinstance(schema, list):
            for value in schema:
                yield from parts(value)

    for kind, model in record_classes().items():
        for part in parts(model.representation.model_json_schema(mode="serialization")):
            assert part.get("type") != "number", kind
            assert all(str(name).isascii() for name in part.get("properties", {})), kind
