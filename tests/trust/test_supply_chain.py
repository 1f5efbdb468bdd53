"""What is installed is what was locked; what is shipped can do little more than serve."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
LOCKS = (
    "requirements.lock",
    "requirements-dev.lock",
    "requirements-audit.lock",
    "requirements-mutants.lock",
    "benchmarks/peers/requirements.lock",
)
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}(\s|$)")


def _requirements(lock: str) -> dict[str, str]:
    """The requirements of a lock, each with its whole line; continued lines are one."""
    text = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    lines = [
        line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]
    return {re.split(r"[=\s;]", line)[0]: line for line in lines}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_one_version_with_hashes_and_no_place(lock: str) -> None:
    requirements = _requirements(lock)
    assert len(requirements) >= 10
    for name, line in requirements.items():
        assert re.match(r"[A-Za-z0-9._\[\]-]+==[^=\s]+\s", line), name
        assert _HASH.search(line), name
        assert not re.search(r"://|@|--(extra-)?index|--find-links|--trusted|-e ", line), name


def _names(requirements: list[str]) -> list[str]:
    """The packages that are asked for, without extras, versions and conditions."""
    return [re.split(r"[\[><=; ]", requirement)[0].lower() for requirement in requirements]


def test_what_the_project_asks_for_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = project["project"]
    locked = {name.lower() for name in _requirements("requirements.lock")}
    for name in _names(asked["dependencies"] + asked["optional-dependencies"]["build"]):
        assert name in locked
    for group, requirements in project["dependency-groups"].items():
        locked = {name.lower() for name in _requirements(f"requirements-{group}.lock")}
        for name in _names(requirements):
            assert name in locked


def test_the_documentation_says_of_each_dependency_what_it_is_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = [project["project"]["dependencies"], *project["dependency-groups"].values()]
    groups += project["project"]["optional-dependencies"].values()
    direct = {name for group in groups for name in _names(group)}
    documented = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    rows = re.findall(r"^\| (.+?) \| .+ \|$", documented, re.M)
    told = [re.sub(r"[\[\]]|\(.*?\)", "", name) for row in rows for name in row.split(", ")]
    assert sorted(name for name in told if name not in ("package", "---")) == sorted(direct)


def test_what_is_served_is_what_is_tested() -> None:
    developed = _requirements("requirements-dev.lock")
    for name, line in _requirements("requirements.lock").items():
        assert developed[name].split()[0] == line.split()[0]


def test_installing_always_asks_for_the_hashes() -> None:
    for file in ("Makefile", "Dockerfile"):
        text = (ROOT / file).read_text("utf-8").replace("\\\n", " ")
        installs = [line for line in text.splitlines() if re.search(r"pip\b.* install ", line)]
        assert installs
        for line in installs:
            # The project itself, from this folder, has nothing to compare with.
            assert "--require-hashes" in line or "--no-deps" in line, line


def _stages() -> list[list[str]]:
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines()]
    stages: list[list[str]] = []
    for line in lines:
        if line.startswith("FROM "):
            stages.append([])
        if line and not line.startswith("#"):
            stages[-1].append(line)
    return stages


def test_the_final_image_has_no_compiler_and_installs_nothing() -> None:
    build, final = _stages()
    assert "AS build" in build[0]
    assert re.fullmatch(r"FROM python:[\d.]+-slim", final[0])
    commands = [line for line in final if line.startswith("RUN ")]
    assert not [line for line in commands if re.search(r"apt|apk|pip|curl|wget|gcc|make", line)]
    copied = [line for line in final if line.startswith(("COPY ", "ADD "))]
    assert copied
    for line in copied:
        # Named files, or what the first stage has made; never the whole folder, or an address.
        assert not re.search(r"^ADD|COPY \. |://|requirements-dev|\.env", line), line


def test_the_final_image_runs_as_somebody_by_number() -> None:
    _, final = _stages()
    users = [line.split()[1] for line in final if line.startswith("USER ")]
    assert users
    assert all(re.fullmatch(r"[1-9]\d+(:[1-9]\d+)?", user) for user in users)
    assert any(f"--uid {users[-1].partition(':')[0]} " in line for line in final)
    first_user = next(number for number, line in enumerate(final) if line.startswith("USER "))
    assert not [line for line in final[first_user:] if line.startswith(("RUN ", "COPY "))]


def test_the_folder_of_the_database_in_the_image_is_its_users_alone() -> None:
    _, final = _stages()
    (volume,) = [line.split()[1] for line in final if line.startswith("VOLUME ")]
    (made,) = [line for line in final if "useradd" in line]
    assert f"--home-dir {volume} " in made
    assert made.endswith(f"&& chmod 700 {volume}")


def test_the_composed_application_can_write_nothing_but_its_scratch() -> None:
    composed = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    app, database = composed["services"]["app"], composed["services"]["database"]
    assert app["read_only"] is True
    assert app["tmpfs"] == ["/tmp"]  # noqa: S108 (in the container)
    assert app["cap_drop"] == ["ALL"]
    assert "privileged" not in app
    assert "volumes" not in app
    for service in (app, database):
        assert "no-new-privileges:true" in service["security_opt"]
    # Only this machine reaches the application, and nobody from outside the database.
    assert all(port.startswith("127.0.0.1:") for port in app["ports"])
    assert "ports" not in database


def test_the_folder_that_is_sent_to_be_built_leaves_out_what_is_secret() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert {".env", ".git", "var", ".venv"} <= set(ignored)


def test_no_file_that_installs_names_where_packages_come_from() -> None:
    for file in (*LOCKS, "Makefile", "Dockerfile", "docker-compose.yml", "pyproject.toml"):
        text = (ROOT / file).read_text("utf-8")
        assert not re.search(r"--(extra-)?index-url [^\\ ]|pypi\.|registry\.", text), file
