"""Commands explain themselves, their examples run, and what is wrong is told in one sentence."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from app.calendars import addresses
from app.cli import cli
from app.directory.models import Person
from app.kernel.access import OPERATOR, Role
from app.kernel.database import open_engine
from app.kernel.journal import Author
from app.kernel.keys import ApiKey, principal_of
from app.kernel.migrating import downgrade
from app.kernel.migration_state import newest_migration
from app.kernel.sessions import Database
from tests.cli.running import Run, Told, assert_refused, run_forked, run_line, shown_examples, words
from tests.cli.test_webhooks import make
from tests.engines import Templates


def _commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, child in getattr(command, "commands", {}).items():
        yield from _commands(child, (*path, name))


COMMANDS = list(_commands(cli))


def _help_of(path: tuple[str, ...]) -> str:
    """The help as click renders it; test_help_explains compares it with what is printed."""
    context, command = click.Context(cli, info_name="clearsky"), cli
    for name in path:
        command = command.commands[name]  # type: ignore[attr-defined]
        context = click.Context(command, info_name=name, parent=context)
    return command.get_help(context)


EXAMPLES = {
    line: None
    for path in COMMANDS
    for line in shown_examples(_help_of(path))
    if "clearsky serve" not in line
}
RELEASE = Path(__file__).parents[1] / "exchange" / "press-release-2023-12-20.txt"
# What must have been done before an example makes sense.
BEFORE = {
    "clearsky load exported/": ["clearsky export exported/"],
    "clearsky load --dry-run exported/": ["clearsky export exported/"],
    "clearsky restore before-upgrade": ["clearsky backup before-upgrade"],
    **{
        f"clearsky keys {step}": ["clearsky keys create kr-desk --role reader"]
        for step in ("rotate kr-desk", "rotate kr-desk --overlap-hours 0", "revoke kr-desk")
    },
}


def _change_a_person(database_url: str) -> None:
    """As a client would, so that what the journal says of the person can be redacted."""
    engine = open_engine(database_url)
    with Database(engine).writing(Author(OPERATOR)) as session:
        session.get_one(Person, "zhou-guomei").title = {"en": "Changed"}
    engine.dispose()


@pytest.fixture
def webhook(database: Database) -> str:
    """A webhook, so that there is one to list, pause and resume."""
    return make(database, "korea")


@pytest.fixture
def calendar_address(database: Database) -> None:
    """The private address that the examples name, so that there is one to list and revoke."""
    with database.writing(Author(OPERATOR)) as session:
        address, _ = addresses.make(
            session, principal_of(ApiKey(name="korea", role=Role.EDITOR, party="KR")), None
        )
        address.id = "01890a5d-ac96-774b-bcce-b302099a8057"


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_explains_the_command_and_shows_an_example(path: tuple[str, ...], run: Run) -> None:
    told = run(*path, "--help")
    assert (told.status, told.errors) == (0, "")
    assert told.output.startswith(f"Usage: {' '.join(('clearsky', *path))} ")
    explanation = told.output.split("\n\n")[1].strip()
    assert len(explanation.split()) >= 4
    assert shown_examples(told.output) == shown_examples(_help_of(path))
    assert any(
        words(line.partition("clearsky ")[2])[: len(path)] == list(path)
        for line in shown_examples(told.output)
    )


def test_every_option_is_explained(run: Run) -> None:
    unexplained = [
        f"{' '.join(path)} {parameter.opts[0]}"
        for path in COMMANDS
        for parameter in _command(path).params
        if isinstance(parameter, click.Option) and not parameter.help
    ]
    assert unexplained == []
    assert run("--version").output.startswith("clearsky, version ")


def _command(path: tuple[str, ...]) -> click.Command:
    command: click.Command = cli
    for name in path:
        command = command.commands[name]  # type: ignore[attr-defined]
    return command


@pytest.mark.parametrize("line", EXAMPLES)
def test_every_example_runs_as_it_stands(
    line: str,
    folder: Path,
    run: Run,
    database_url: str,
    templates: Templates,
    request: pytest.FixtureRequest,
) -> None:
    for earlier in BEFORE.get(line, []):
        assert run(*words(earlier)[1:], database_url=database_url).status == 0
    if line.startswith("clearsky redact "):
        _change_a_person(database_url)
    if line.startswith("clearsky draft "):
        shutil.copy(RELEASE, folder)
    if line.startswith("clearsky webhooks "):
        request.getfixturevalue("webhook")
    if line.startswith("clearsky calendars "):
        request.getfixturevalue("calendar_address")
    if line.startswith("clearsky restore "):
        database_url = request.getfixturevalue("empty_url")
    if ">" in line:
        told = run_line(line, folder, database_url=database_url)
    elif templates.name == "sqlite":
        told = run_forked(line, folder, database_url=database_url)
    else:
        # The same without the shell, for the other engine: processes are slow to start.
        arguments = words(line.partition(" > ")[0])[1:]
        told = run(*arguments, database_url=database_url)
    assert (told.status, told.errors) == (0, "")
    assert told.output or ">" in line


def test_the_openapi_document_is_printed_without_any_database(run: Run, folder: Path) -> None:
    told = run("openapi")
    assert (told.status, told.errors) == (0, "")
    assert json.loads(told.output)["info"]["title"] == "Clear Sky"
    assert list(folder.iterdir()) == []


def test_the_demonstration_is_loaded_when_asked_for_only(run: Run, database_url: str) -> None:
    told = run("load", database_url=database_url)
    assert (told.status, told.errors) == (0, "")
    assert re.fullmatch(
        r"0 records created, 0 changed, \d+ as they were; no revision\.\n", told.output
    )
    told = run("load", "--demo", "--reason", "a demonstration", database_url=database_url)
    assert (told.status, told.errors) == (0, "")
    assert re.fullmatch(
        r"[1-9]\d* records created, 0 changed, \d+ as they were; revision 2\.\n", told.output
    )


def test_without_settings_the_record_is_an_sqlite_file_in_var(folder: Path) -> None:
    told = run_line("python -m app.cli migrate", folder)
    assert (told.status, told.errors) == (0, "")
    assert (folder / "var" / "clearsky.db").is_file()


def test_settings_are_read_from_a_file_too(run: Run, folder: Path) -> None:
    (folder / ".env").write_text("CLEARSKY_DATABASE_URL=sqlite:///elsewhere.db\n", "utf-8")
    assert run("migrate").status == 0
    assert (folder / "elsewhere.db").is_file()


@pytest.mark.both_engines
def test_migrating_twice_says_that_nothing_was_to_do(run: Run, empty_url: str) -> None:
    told = f"The database is at migration {newest_migration()}"
    assert run("migrate", database_url=empty_url) == Told(0, f"{told}.\n", "")
    assert run("migrate", database_url=empty_url) == Told(0, f"{told} already.\n", "")


@pytest.mark.parametrize(
    ("line", "fragments"),
    [
        ("frob", ["frob", "clearsky --help"]),
        ("keys frob", ["frob", "clearsky keys --help"]),
        ("export", ["FOLDER", "clearsky export --help"]),
        ("keys create", ["NAME", "clearsky keys create --help"]),
        ("keys create somebody", ["--role"]),
        ("keys create somebody --role king", ["--role", "king", "reader", "admin"]),
        ("keys revoke", ["NAME"]),
        ("keys list now", ["now"]),
        ("migrate --fast", ["--fast"]),
        ("load --demo=yes", ["--demo"]),
        ("verify --since -1", ["--since", "-1"]),
        ("verify --since x", ["--since", "x"]),
        ("verify --since 1 abc", ["abc", "64 hexadecimal digits"]),
        (f"verify {'0' * 64}", ["--since"]),
        ("redact", ["KIND", "clearsky redact --help"]),
        ("redact person", ["ID"]),
        ("redact person nobody", ["--reason"]),
        ("redact treaty x --reason y", ["treaty", "person"]),
        ("redact redaction x --reason y", ["redaction", "person"]),
        ("redact person nobody --reason ' '", ["--reason", "no printable text"]),
        ("load --reason ' '", ["--reason", "no printable text"]),
        ("redact person nobody --revision 0 --reason y", ["--revision", "0"]),
        ("redact person nobody --reason y", ["no person nobody"]),
        ("backup", ["TARGET", "clearsky backup --help"]),
        ("backup file", ["file", "overwrites nothing"]),
        ("backup file/inside", ["file"]),
        ("restore", ["SOURCE", "clearsky restore --help"]),
        ("restore missing", ["missing", "no manifest.json"]),
        ("restore file", ["file"]),
        ("restore empty", ["empty", "no manifest.json", "cut off"]),
        ("serve --port x", ["--port", "x"]),
        ("serve --port 99999", ["CLEARSKY_PORT", "99999", "65535"]),
        ("serve --workers 0", ["CLEARSKY_WORKERS", "0", "greater than or equal to 1"]),
        ("serve --workers", ["--workers"]),
        ("load missing/", ["missing", "not a folder"]),
        ("load empty/", ["empty", "no load file", "parties.json"]),
        ("load file", ["file", "not a folder"]),
        ("load", ["not migrated", "clearsky migrate"]),
        ("export file", ["file"]),
        ("export file/inside", ["file"]),
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_wrong_call_is_refused_in_one_sentence(
    line: str, fragments: list[str], run: Run, folder: Path
) -> None:
    (folder / "file").write_text("not a folder", "utf-8")
    (folder / "empty").mkdir()
    if line.startswith(("load ", "export ", "backup ", "redact person nobody --reason y")):
        run("migrate")
    assert_refused(run(*words(line)), *fragments)
    assert (folder / "file").read_text("utf-8") == "not a folder"


@pytest.mark.parametrize("path", [(), ("keys",)], ids=["clearsky", "clearsky keys"])
def test_without_a_command_the_help_is_shown_and_nothing_else(
    path: tuple[str, ...], run: Run
) -> None:
    told = run(*path)
    assert told.status == 2
    assert told.output + told.errors == run(*path, "--help").output


DATABASE_RULE = "not a database URL"
ENGINE_RULE = "only sqlite and postgresql"


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("DATABASE_URL", "nonsense", DATABASE_RULE),
        ("DATABASE_URL", "", DATABASE_RULE),
        ("DATABASE_URL", "postgresql://127.0.0.1:port/record", DATABASE_RULE),
        ("DATABASE_URL", "mysql://127.0.0.1/record", ENGINE_RULE),
        ("DATABASE_URL", "frob://127.0.0.1/record", ENGINE_RULE),
        ("DATABASE_URL", "sqlite://", "must name a file"),
        ("DATABASE_URL", "sqlite:///:memory:", "must name a file"),
        ("PORT", "x", "valid integer"),
        ("PORT", "99999", "less than or equal to 65535"),
        ("PORT", "-1", "greater than or equal to 0"),
        ("WORKERS", "0", "greater than or equal to 1"),
        ("WORKERS", "65", "less than or equal to 64"),
        ("THREADS", "0", "greater than or equal to 1"),
        ("THREADS", "many", "valid integer"),
        ("BODY_LIMIT", "10", "greater than or equal to 1024"),
        ("BUSY_TIMEOUT", "0", "greater than 0"),
        ("BUSY_TIMEOUT", "nan", "less than or equal to 300"),
        ("BUSY_TIMEOUT", "301", "less than or equal to 300"),
        ("IDEMPOTENCY_DAYS", "0", "greater than or equal to 1"),
        ("STALE_AFTER_DAYS", "0", "greater than or equal to 1"),
        ("ANONYMOUS_READS", "perhaps", "valid boolean"),
        ("RATE_LIMIT", "lots", "600/minute"),
        ("RATE_LIMIT_PRINCIPAL", "0/second", "600/minute"),
        ("RATE_LIMIT_EXEMPT", "10.0.0.0/8, here", "lists here, which is no address"),
        ("TRUSTED_PROXIES", "proxy.example.org", "no address or network"),
        ("METRICS_FROM", "10.0.0.1/8", "no address or network"),
        ("CORS_ORIGINS", "https://a.example/path", "no origin"),
        ("CONNECTIONS", "0", "greater than or equal to 1"),
        ("HEADER_TIMEOUT", "0", "greater than 0"),
        ("HSTS_SECONDS", "-1", "greater than or equal to 0"),
        ("OIDC_ISSUER", "login", "must be a web address"),
        ("OIDC_ISSUER", "http://login.example", "must begin with https://"),
        ("OIDC_ISSUER", "https://login.example/?a=b", "without a query"),
        ("OIDC_ALGORITHMS", "RS256,none", "names none"),
        ("OIDC_ALGORITHMS", "HS256", "names HS256"),
        ("OIDC_ALGORITHMS", "", "names nothing"),
        ("OIDC_CLOCK_SKEW", "301", "less than or equal to 300"),
        ("OIDC_ROLE_CLAIM", "", "at least 1 character"),
        ("OIDC_ROLES", "editors", "invalid JSON"),
        ("OIDC_PARTIES", "KR", "invalid JSON"),
        ("LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("LOG_FORMAT", "xml", "'json' or 'console'"),
    ],
)
def test_a_wrong_setting_is_refused_by_name_rule_and_value(
    name: str, value: str, rule: str, run: Run
) -> None:
    for command in ("serve", "migrate"):
        told = run(command, **{name.lower(): value})
        assert_refused(told, f"CLEARSKY_{name} ", repr(value), rule)


def test_a_provider_is_not_trusted_without_an_audience(run: Run) -> None:
    told = run("migrate", oidc_issuer="https://login.example")
    assert_refused(told, "CLEARSKY_OIDC_AUDIENCE", "must be set with CLEARSKY_OIDC_ISSUER")


def test_a_role_that_is_none_is_refused(run: Run) -> None:
    told = run("migrate", oidc_roles='{"editors": "king"}')
    assert_refused(told, "CLEARSKY_OIDC_ROLES ", "'king'", "'editor'")
    told = run("migrate", oidc_parties='["KR"]')
    assert_refused(told, "CLEARSKY_OIDC_PARTIES ", "['KR']", "valid dictionary")


def test_a_wrong_setting_is_refused_by_a_real_process_too(folder: Path) -> None:
    told = run_line("clearsky serve", folder, threads="0")
    assert_refused(told, "CLEARSKY_THREADS", "'0'", "greater than or equal to 1")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "line",
    [
        "load",
        "export exported",
        "keys list",
        "keys create somebody --role reader",
        "keys rotate somebody",
        "keys revoke somebody",
        "verify",
        "redact person zhou-guomei --reason because",
        "backup kept",
    ],
)
def test_a_database_that_is_not_migrated_is_refused(line: str, run: Run, empty_url: str) -> None:
    told = run(*words(line), database_url=empty_url)
    assert_refused(told, "not migrated", "clearsky migrate")


@pytest.mark.parametrize("command", ["migrate", "verify", "load", "backup kept", "serve"])
def test_an_unreachable_postgresql_is_refused_without_showing_its_password(
    command: str, run: Run, folder: Path, free_port: int
) -> None:
    url = f"postgresql://somebody:a-password@127.0.0.1:{free_port}/record"
    # Serving sets up logging for the whole process, so it gets a process of its own.
    told = (
        run_line("clearsky serve", folder, database_url=url)
        if command == "serve"
        else run(*words(command), database_url=url)
    )
    assert_refused(told, f"127.0.0.1:{free_port}/record", "refused")
    assert "a-password" not in told.errors


@pytest.mark.parametrize("password", ["a-password", "a/password", "p@a-password", "a:/p@password"])
def test_a_refused_database_url_does_not_show_its_password(run: Run, password: str) -> None:
    told = run("migrate", database_url=f"mysql://somebody:{password}@127.0.0.1/record")
    assert_refused(told, "CLEARSKY_DATABASE_URL", "127.0.0.1/record")
    assert "password" not in told.errors


@pytest.mark.parametrize("command", ["migrate", "verify"])
@pytest.mark.parametrize(
    ("path", "why"),
    [("folder", "unable to open"), ("text", "not a database"), ("text/record.db", "text")],
)
def test_an_unreadable_sqlite_file_is_refused(
    command: str, path: str, why: str, run: Run, folder: Path
) -> None:
    (folder / "folder").mkdir()
    (folder / "text").write_text("This is no database, however long one reads.\n" * 30, "utf-8")
    assert_refused(run(command, database_url=f"sqlite:///{path}"), path, why)


def test_serve_refuses_an_unreadable_sqlite_file_too(folder: Path) -> None:
    (folder / "text").write_text("This is no database, however long one reads.\n" * 30, "utf-8")
    told = run_line("clearsky serve", folder, database_url="sqlite:///text")
    assert_refused(told, "text", "not a database")


@pytest.mark.both_engines
def test_the_record_of_the_tests_verifies(
    run: Run, database_url: str, templates: Templates
) -> None:
    told = run("verify", database_url=database_url)
    assert (told.status, told.errors) == (0, ""), templates.name
    assert told.output.startswith("1 revisions hold; the head is 1 ")


def test_a_published_head_is_proven_to_be_extended_or_not(run: Run, database_url: str) -> None:
    head = run("verify", database_url=database_url).output.split()[-2:]
    _change_a_person(database_url)
    told = run("verify", "--since", *head, database_url=database_url)
    assert (told.status, told.errors) == (0, "")
    assert told.output.startswith("1 revisions hold and extend revision 1 as it was published; ")
    told = run("verify", "--since", "1", "0" * 64, database_url=database_url)
    assert (told.status, told.output) == (1, "")
    assert told.errors.startswith("Altered: revision 1: ")
    told = run("verify", "--since", "9", "0" * 64, database_url=database_url)
    assert (told.status, told.output) == (1, "")
    assert told.errors.startswith("Altered: revision 3: Missing: revision 9 was published")


def test_everything_that_does_not_fit_is_named_a_line_each(run: Run, database_url: str) -> None:
    _change_a_person(database_url)
    engine = open_engine(database_url)
    with engine.begin() as connection:
        for statement in (
            "UPDATE change SET document = '{}' WHERE revision = 1 AND record_id = 'guo-jing'",
            "UPDATE revision SET reason = 'Because' WHERE number = 2",
            "UPDATE organization SET sort_text = 'other' WHERE id = 'kr-nier'",
        ):
            connection.exec_driver_sql(statement)
    engine.dispose()
    told = run("verify", database_url=database_url)
    assert (told.status, told.output) == (1, "")
    lines = told.errors.splitlines()
    assert [line.split(": ")[:2] for line in lines] == [
        ["Altered", "revision 1, person guo-jing"],
        ["Altered", "revision 2"],
        ["Altered", "revision 1, organization kr-nier"],
    ]


def test_migrating_says_what_it_mended(run: Run, database_url: str) -> None:
    engine = open_engine(database_url)
    downgrade(engine, "0010")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE person SET audience = '  ' WHERE id = 'guo-jing'")
    engine.dispose()
    told = run("migrate", database_url=database_url)
    assert (told.status, told.errors) == (0, "")
    mended, migrated = told.output.splitlines()
    assert mended.endswith("(1): person guo-jing.")
    assert migrated == f"The database is at migration {newest_migration()}."


@pytest.mark.both_engines
def test_what_was_redacted_is_told_and_counted(run: Run, database_url: str) -> None:
    _change_a_person(database_url)
    line = ("redact", "person", "zhou-guomei", "--reason", "a test")
    told = run(*line, database_url=database_url)
    assert told == Told(0, "Redacted in revisions 1; the journal has it as redaction-3.\n", "")
    told = run("verify", database_url=database_url)
    assert told.output.startswith("3 revisions hold, with 1 changes redacted; the head is 3 ")
    assert_refused(run(*line, database_url=database_url), "nothing to redact", "revision 2")


@pytest.mark.both_engines
def test_a_backup_and_a_restore_say_which_revision_they_hold(
    run: Run, database_url: str, empty_url: str
) -> None:
    number, hash_ = run("verify", database_url=database_url).output.split()[-2:]
    told = run("backup", "kept", database_url=database_url)
    assert told == Told(0, f"kept: revision {number} {hash_}\n", "")
    told = run("restore", "kept", database_url=empty_url)
    assert (told.status, told.errors) == (0, "")
    assert told.output.startswith(f"Restored and verified: revision {number} {hash_}, as of ")
    assert_refused(run("restore", "kept", database_url=empty_url), "not empty", "nothing")
    assert run("verify", database_url=empty_url).output.split()[-2:] == [number, hash_]
