"""Progress and standing answered promptly, by one statement, say what the ordinary way says.

Byte for byte, with the same ETag, to every caller, of every plan, dialogue and item, on any day;
and whatever is refused is refused in the same words.
"""

import itertools
import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from shutil import copy
from types import SimpleNamespace

import httpx
import pytest
from sqlalchemy import URL, select

from app.agreements.models import ActionItem, Agreement
from app.dialogues.models import Dialogue
from app.exchange.load import DEMONSTRATION, load, read_folders
from app.kernel import prompting
from app.kernel.access import OPERATOR, Role
from app.kernel.answers import quarter
from app.kernel.database import open_engine
from app.kernel.dates import today_in
from app.kernel.journal import Author
from app.kernel.keys import issue_key
from app.kernel.sessions import Database
from tests import plain_http
from tests.amounts import seeds
from tests.waiting import wait_until

CALLERS = ("anonymous", "admin", "korea", "china", "japan", "reporter", "reader", "samoa")
# Before anything, between, on the edges of years and of meetings, and long after.
DAYS = (
    "1000-01-01",
    "2019-12-31",
    "2022-12-31",
    "2023-01-01",
    "2023-12-20",
    "2024-02-29",
    "2024-06-10",
    "2025-06-30",
    "2025-07-01",
    "2025-09-14",
    "2025-09-15",
    "2025-12-31",
    "2999-12-31",
)
PLAN = "clear-sky-plan-2023"
ITEM = f"{PLAN}-5"
DIALOGUE = "cn-kr-dg-dialogue"
HIDDEN = "Unheard-of words"
# Those west of the date line, those east of it, and whose day it is there.
WEST = {"AS": "Pacific/Pago_Pago", "NU": "Pacific/Niue"}
EAST = {"KI": "Pacific/Kiritimati", "NZ": "Pacific/Auckland"}


@dataclass(frozen=True)
class Both:
    """What was answered promptly, or tried to be, and in the ordinary way."""

    prompt: httpx.Response
    ordinary: httpx.Response
    # Whether the first was answered promptly, and not in the ordinary way after all.
    promptly: bool

    def assert_same(self) -> None:
        """Alike, but for what is each request's own."""
        prompt, ordinary = self.prompt, self.ordinary
        assert prompt.status_code == ordinary.status_code
        own = {"x-request-id", "date"}
        assert {k: v for k, v in prompt.headers.items() if k not in own} == {
            k: v for k, v in ordinary.headers.items() if k not in own
        }
        if prompt.status_code == 200:
            assert prompt.content == ordinary.content
            return
        refused, too = prompt.json(), ordinary.json()
        assert refused.pop("instance") != too.pop("instance")
        assert refused == too


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def record(request, running_server) -> Iterator[SimpleNamespace]:
    """A record on each engine in turn in which there is something of everything."""
    templates = request.getfixturevalue(
        "sqlite_templates" if request.param == "sqlite" else "postgres_templates"
    )
    with ExitStack() as stack:
        url = stack.enter_context(templates.fresh("reference"))
        database = Database(open_engine(url))
        stack.callback(database.close)
        running_server.app.state.database = database
        load(database, Author(OPERATOR), read_folders([DEMONSTRATION]))

        def client(key: str | None) -> httpx.Client:
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            made = plain_http.client(base_url=running_server.address, headers=headers, timeout=30)
            return stack.enter_context(made)

        clients = {name: client(key) for name, key in templates.keys.items()}
        clients["anonymous"] = client(None)
        add_far_away(clients["admin"])
        with database.writing(Author(OPERATOR)) as session:
            keys = {
                "samoa": issue_key(session, "samoa", Role.EDITOR, "AS", None),
                "kiribati": issue_key(session, "kiribati", Role.EDITOR, "KI", None),
            }
        clients |= {name: client(key) for name, key in keys.items()}
        add_reports(clients, random.Random(7))
        add_names(clients)
        add_edges(clients["korea"])
        hide(database, clients["korea"])
        yield SimpleNamespace(database=database, clients=clients)


def post(client: httpx.Client, path: str, **body: object) -> dict[str, object]:
    answer = client.post(f"/v1/{path}", json=body)
    assert answer.is_success, answer.text
    return answer.json()


def change(client: httpx.Client, method: str, path: str, **options: object) -> httpx.Response:
    """Changes a record against its present ETag."""
    match = {"If-Match": client.get(path).headers["etag"]}
    answer = client.request(method, path, headers=match, **options)
    assert answer.is_success, answer.text
    return answer


def add_plan(client, plan, parties, *, items=0, starts=None, overseen_by=None, **item):
    """An annual plan and its items, whose ids are the plan's with a number."""
    post(
        client,
        "agreements",
        id=plan,
        kind="annual_plan",
        name={"en": plan, "ko": "연차 계획"},
        parties=parties,
        starts=starts,
        overseen_by=overseen_by,
    )
    for number in range(1, items + 1):
        about = {"id": f"{plan}-{number}", "agreement": plan, "number": number}
        post(client, "action-items", **about, title={"en": f"{plan} {number}"}, **item)


def add_far_away(client):
    """Parties for whom it is another day than in Seoul, their dialogues, plans and items."""
    for code, zone in {**WEST, **EAST}.items():
        post(client, "parties", id=code, name={"en": code}, timezone=zone)
    for name, parties in {"west": [*WEST], "east": [*EAST, "KR"]}.items():
        dialogue, plan = f"far-{name}", f"far-{name}-plan"
        about = {"id": dialogue, "name": {"en": name}, "parties": parties}
        post(client, "dialogues", **about, level="working")
        today = max(today_in(zone) for zone in {**WEST, **EAST}.values())
        add_plan(client, plan, parties, items=2, starts="2020", overseen_by=dialogue)
        for days in (-2, -1, 0, 1):
            due = (today + timedelta(days=days)).isoformat()
            about = {"id": f"{plan}-due{days + 10}", "agreement": plan, "number": 10 + days}
            post(client, "action-items", **about, title={"en": due}, due=due)


def add_reports(clients, choices):
    """Reports, corrections, withdrawals, drafts and conclusions, at random."""
    reported = [(f"{PLAN}-{number}", ("korea", "china")) for number in range(1, 8)]
    reported += [(f"demonstration-plan-2025-{n}", ("korea", "china")) for n in (1, 3, 7)]
    reported += [("far-west-plan-1", ("samoa",)), ("far-east-plan-1", ("kiribati", "korea"))]
    for item, sides in reported:
        for _ in range(choices.randrange(1, 5)):
            client = clients[choices.choice(sides)]
            status = choices.choice(("on_track", "delayed", "suspended", "cancelled"))
            said = {"status": status, "progress": choices.choice((None, 0, 30, 99))}
            said["summary"] = {"zh": "进展\u2028“正常”", "en": 'q"\\/\t é \U0001f600'}
            day = choices.choice((None, "2023-12-20", "2024-06-10", "2025-09-15", "2023-01-01"))
            made = post(client, f"action-items/{item}/reports", **said, reported_on=day)
            again = choices.random()
            if again < 0.3:
                said = {"status": "on_track", "corrects": made["id"]}
                made = post(client, f"action-items/{item}/reports", **said)
            if again < 0.15:
                path = f"status-reports/{made['id']}/withdraw"
                post(client, path, reason={"en": "By mistake."})
            if again > 0.7:
                said = {"status": "delayed", "state": "draft", "summary": {"en": HIDDEN}}
                post(client, f"action-items/{item}/reports", **said)
    concluded = [
        {"action_item": f"{PLAN}-{number}", "status": "on_track", "progress": 10 * number}
        for number in (1, 2, 8)
    ]
    assessments = f"/v1/meetings/{DIALOGUE}-7/assessments"
    change(clients["korea"], "PUT", assessments, json={"assessments": concluded})
    match = {"If-Match": clients["china"].get(assessments).headers["etag"]}
    chosen = {"action_items": [f"{PLAN}-1", f"{PLAN}-8"]}
    clients["china"].post(f"{assessments}/confirm", json=chosen, headers=match).raise_for_status()


def add_names(clients):
    """The organizations that lead demonstration items have had several names."""
    names = [
        {"name": {"en": "Never dated"}},
        {"name": {"en": "Until some year", "zh": "旧名"}, "ends": "2024"},
        {"name": {"en": "For a month"}, "starts": "2025-06", "ends": "2025-06"},
        {"name": {"en": "From a day on"}, "starts": "2025-09-15"},
    ]
    change(clients["china"], "PATCH", "/v1/organizations/cn-mee", json={"names": names})
    change(clients["korea"], "PATCH", "/v1/organizations/kr-nier", json={"names": names[1:]})


def add_edges(client):
    """A plan without items, one that nobody reported on, items overdue and ended, and the gone."""
    add_plan(client, "empty-plan", ["CN", "KR"])
    add_plan(client, "silent-plan", ["KR", "CN"], items=2, due="2024-06")
    add_plan(client, "of-one-plan", ["KR"], items=1, due="2999-12-31", ended="2025")
    add_plan(client, "gone-plan", ["CN", "KR"], items=1)
    dialogue = {"id": "gone-dialogue", "parties": ["CN", "KR"], "level": "working"}
    post(client, "dialogues", **dialogue, name={"en": "Gone"})
    for path in ("action-items/gone-plan-1", "agreements/gone-plan", "dialogues/gone-dialogue"):
        change(client, "DELETE", f"/v1/{path}")


def hide(database, client):
    """Makes records of each kind Korea's own, behind the back of the record."""
    dialogue = {"id": "half-hidden", "parties": ["CN", "KR"], "level": "working"}
    post(client, "dialogues", **dialogue, name={"en": "Half hidden"})
    post(client, "dialogues", **dialogue | {"id": "hidden-dialogue"}, name={"en": HIDDEN})
    add_plan(client, "shown-plan", ["CN", "KR"], items=3, starts="2024", overseen_by="half-hidden")
    add_plan(client, "hidden-plan", ["CN", "KR"], items=1, starts="2025", overseen_by="half-hidden")
    add_plan(client, "other-plan", ["CN", "KR"], starts="2024", overseen_by="hidden-dialogue")
    for plan in ("agreements/hidden-plan", "action-items/shown-plan-2"):
        name = "title" if "items" in plan else "name"
        change(client, "PATCH", f"/v1/{plan}", json={name: {"en": HIDDEN}})
    shown = post(client, "action-items/shown-plan-1/reports", status="delayed", progress=20)
    said = {"status": "on_track", "progress": 77, "summary": {"en": HIDDEN}}
    corrected = post(client, "action-items/shown-plan-1/reports", **said, corrects=shown["id"])
    newest = post(client, "action-items/shown-plan-3/reports", **said)
    hidden = {
        "dialogue": ["hidden-dialogue"],
        "agreement": ["hidden-plan"],
        "action_item": ["shown-plan-2"],
        "status_report": [corrected["id"], newest["id"]],
    }
    with database.engine.begin() as connection:
        for table, ids in hidden.items():
            for id_ in ids:
                connection.exec_driver_sql(
                    f"UPDATE {table} SET visibility = 'party', audience = ' KR ' WHERE id = '{id_}'"  # noqa: S608
                )


@pytest.fixture
def both(record, running_server, monkeypatch):
    """Asks for a path in both ways, as a caller, with headers such as `min_revision`."""
    running_server.app.state.database = record.database
    promptly, answered = prompting.prompt_answer, []

    async def never(*_):
        return None

    async def counted(answerer, request):
        found = await promptly(answerer, request)
        answered.append(found is not None)
        return found

    def ask_once(caller, path, headers):
        client = record.clients[caller]
        monkeypatch.setattr(prompting, "prompt_answer", never)
        ordinary = client.get(path, headers=headers)
        monkeypatch.setattr(prompting, "prompt_answer", counted)
        answered.clear()
        # Who asks is known by heart, where a listener must have heard, only if it has.
        wait_until(lambda: record.database.freshness.newest() is not None)
        prompt = client.get(path, headers=headers)
        return Both(prompt, ordinary, answered == [True])

    def ask(caller, path, **headers):
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        while True:
            began = quarter()
            found = ask_once(caller, path, sent)
            if quarter() == began:
                # Else the day may have changed in between.
                return found

    return ask


def paths(database: Database) -> list[str]:
    """All that can be asked of all that there is, hidden or not."""
    asked = {
        Agreement: "agreements/{}/progress",
        Dialogue: "dialogues/{}/progress",
        ActionItem: "action-items/{}/standing",
    }
    with database.reading(OPERATOR) as session:
        return [
            f"/v1/{path.format(id_)}"
            for model, path in asked.items()
            for id_ in session.scalars(select(model.id).order_by(model.id))
        ]


@pytest.mark.parametrize("seed", seeds(1))
def test_every_question_on_some_day_for_some_caller(record, both, seed):
    choices = random.Random(seed)
    for path in paths(record.database):
        for day in (None, choices.choice(DAYS)):
            found = both(choices.choice(CALLERS), path if day is None else f"{path}?as_of={day}")
            found.assert_same()
            assert found.promptly == (found.ordinary.status_code == 200)


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/agreements/{PLAN}/progress",
        "/v1/dialogues/demonstration-dialogue/progress",
        "/v1/action-items/demonstration-plan-2025-3/standing",
        "/v1/dialogues/half-hidden/progress",
        "/v1/action-items/shown-plan-1/standing",
    ],
)
def test_some_questions_for_every_caller_on_every_day(both, path):
    statuses = set()
    today = today_in("Asia/Seoul")
    near = [(today + timedelta(days=days)).isoformat() for days in (-1, 0, 1)]
    questions = [path, *(f"{path}?as_of={day}" for day in (*near, *DAYS))]
    for number, question in enumerate(questions):
        # Anybody, and of the others each in turn.
        for caller in {"anonymous", "korea", CALLERS[number % len(CALLERS)]}:
            found = both(caller, question)
            found.assert_same()
            assert found.promptly == (found.ordinary.status_code == 200)
            statuses.add(found.ordinary.status_code)
    assert 200 in statuses


@pytest.mark.parametrize("side", ["west", "east"])
def test_today_is_where_the_parties_are(both, side):
    zones = {"west": WEST, "east": {**EAST, "KR": "Asia/Seoul"}}[side].values()
    for path in (
        f"/v1/agreements/far-{side}-plan/progress",
        f"/v1/dialogues/far-{side}/progress",
        f"/v1/action-items/far-{side}-plan-due10/standing",
    ):
        for caller in ("anonymous", "samoa"):
            before = max(map(today_in, zones))
            found = both(caller, path)
            found.assert_same()
            assert found.promptly
            as_of = date.fromisoformat(found.prompt.json()["as_of"])
            assert before <= as_of <= max(map(today_in, zones))


def test_it_is_never_the_same_day_everywhere():
    """At every moment one of those far away has another day than Seoul."""
    days = [{today_in(zone) for zone in zones.values()} for zones in (WEST, EAST)]
    assert any(max(found) != today_in("Asia/Seoul") for found in days)


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/v1/agreements/hidden-plan/progress", 404),
        ("/v1/action-items/hidden-plan-1/standing", 404),
        ("/v1/action-items/shown-plan-2/standing", 404),
        ("/v1/dialogues/hidden-dialogue/progress", 404),
        ("/v1/agreements/shown-plan/progress", 200),
        ("/v1/dialogues/half-hidden/progress", 200),
        ("/v1/action-items/shown-plan-1/standing", 200),
        ("/v1/action-items/shown-plan-3/standing", 200),
    ],
)
def test_what_is_hidden_shows_to_nobody_else(both, path, seen):
    for caller in CALLERS:
        found = both(caller, path)
        found.assert_same()
        inside = caller in ("korea", "reporter", "reader")
        assert found.prompt.status_code == (200 if inside else seen)
        if not inside:
            assert HIDDEN not in found.prompt.text
            assert "hidden-plan" not in found.prompt.text or seen == 404
            assert '"progress":77' not in found.prompt.text
        elif path != "/v1/action-items/hidden-plan-1/standing":
            assert HIDDEN in found.prompt.text or "hidden-dialogue" in path


def test_what_a_hidden_report_corrected_stands_for_those_who_do_not_see_it(both):
    path = "/v1/action-items/shown-plan-1/standing"
    assert both("korea", path).prompt.json()["standing"]["progress"] == 77
    assert both("china", path).prompt.json()["standing"]["progress"] == 20


IDS = {"agreements": PLAN, "dialogues": DIALOGUE, "action-items": ITEM}
QUESTIONS = [
    f"/v1/{collection}/{{}}/{'standing' if collection == 'action-items' else 'progress'}"
    for collection in IDS
]


@pytest.mark.parametrize(
    ("id_", "status"),
    [
        ("nothing-of-the-sort", 404),
        ("gone", 410),
        ("UPPER", 422),
        ("two--hyphens", 422),
        ("x" * 121, 422),
        ("%00", 422),
        ("%ED%A0%80", 422),
        ("'%20OR%20''%3D'", 422),
    ],
)
@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_not_there_is_refused_in_the_same_words(both, question, id_, status):
    gone = {"agreements": "gone-plan", "dialogues": "gone-dialogue", "action-items": "gone-plan-1"}
    path = question.format(gone[question.split("/")[2]] if id_ == "gone" else id_)
    for asked, caller in itertools.product((path, f"{path}?as_of=2024-01-01"), CALLERS[:3]):
        found = both(caller, asked)
        found.assert_same()
        assert not found.promptly
        assert found.prompt.status_code == status


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("as_of=soon", 422),
        ("as_of=", 422),
        ("as_of", 422),
        ("as_of=2024", 422),
        ("as_of=2024-01", 422),
        ("as_of=20240101", 422),
        ("as_of=2024-1-1", 422),
        ("as_of=2024-13-01", 422),
        ("as_of=2023-02-29", 422),
        ("as_of=2024-01-01T00:00", 422),
        ("as_of=2024-01-01%20", 422),
        ("as_of=%202024-01-1", 422),
        ("as_of=2024/01/01", 422),
        ("as_of=%D9%A2024-01-0", 422),
        ("as_of=2024-01-0%D9%A1", 422),
        # What is a day to others: an ISO week's, and in years that are none here.
        ("as_of=2023-W01-1", 422),
        ("as_of=0001-01-01", 422),
        ("as_of=0999-12-31", 422),
        ("as_of=3000-01-01", 422),
        ("as_of=9999-12-31", 422),
        ("as_of=2024%2D01-01", 200),
        ("as%5Fof=2024-01-01", 200),
        # The last of several counts.
        ("as_of=2024-01-01&as_of=2025-12-01", 200),
        ("as_of=soon&as_of=2025-12-01", 200),
        ("as_of=2025-12-01&as_of=soon", 422),
        ("as_of=2025-12-01&as_of=", 422),
        ("as_of=2024-01-01&as_of=2025-12-01&colour=red", 422),
        ("colour=red", 422),
        ("As_Of=2024-01-01", 422),
        ("=", 422),
        ("&", 200),
        ("at_revision=1", 200),
        ("at_revision=999999", 422),
        ("as_of=2024-01-01&at_revision=1", 200),
    ],
)
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_query_means_the_same_in_both_ways(both, question, query, status):
    path = question.format(IDS[question.split("/")[2]])
    for caller in ("anonymous", "korea"):
        found = both(caller, f"{path}?{query}")
        found.assert_same()
        assert found.prompt.status_code == status


@pytest.mark.parametrize("question", QUESTIONS)
def test_min_revision_means_the_same_in_both_ways(both, question):
    path = question.format(IDS[question.split("/")[2]])
    newest = int(both("anonymous", path).prompt.headers["revision"])
    for wanted, status in {
        "0": 200,
        str(newest): 200,
        f"{newest:016}": 200,
        f"{newest:017}": 200,
        str(newest + 1): 503,
        str(2**53 - 1): 503,
        str(2**53): 422,
        "9" * 5000: 422,
        "-1": 422,
        "soon": 422,
        "": 422,
        b"\xb2": 422,
    }.items():
        for caller in ("anonymous", "korea"):
            found = both(caller, path, min_revision=wanted)
            found.assert_same()
            assert found.prompt.status_code == status, wanted
            assert ("retry-after" in found.prompt.headers) == (status == 503)


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer clearsky_unknown", "Basic a2V5"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_whoever_says_it_wrongly_who_asks_is_refused_in_the_same_words(both, question, given):
    path = question.format(IDS[question.split("/")[2]])
    found = both("anonymous", path, authorization=given)
    found.assert_same()
    assert not found.promptly
    assert found.prompt.status_code == 401


@pytest.mark.parametrize("name", ["a b.db", "a%20b.db", "what?.db", "one#two.db", "a&mode=rw.db"])
def test_a_file_by_any_name_is_the_one_that_is_asked(
    tmp_path, running_server, sqlite_templates, name
):
    """Whatever stands beside it: what is asked promptly is asked of the same database."""
    for each in {name, "a b.db", "what", "one", "a"}:
        template = "reference" if each == name else "migrated"
        copy(sqlite_templates.folder / f"{template}.db", tmp_path / each)
    database = Database(open_engine(str(URL.create("sqlite", database=str(tmp_path / name)))))
    running_server.app.state.database = database
    try:
        answer = plain_http.get(f"{running_server.address}/v1/agreements/{PLAN}/progress")
        assert answer.status_code == 200
        assert database.freshness.newest().revision == int(answer.headers["revision"])
    finally:
        database.close()
