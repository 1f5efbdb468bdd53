"""What the handlers share: the settings, and the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

# The metadata is whole before any command opens the database.
import app.tables  # noqa: F401
from app.commands.refusing import Refused
from app.kernel.access import OPERATOR
from app.kernel.database import CommitInDoubtError, open_engine
from app.kernel.journal import Author
from app.kernel.migration_state import is_migrated
from app.kernel.problems import Problem
from app.kernel.sessions import Database
from app.settings import Settings, SettingsError, current_settings, load_settings


def settings_in_force(**overrides: object) -> Settings:
    """The settings, or a refusal that says which is wrong and why."""
    try:
        return load_settings(**overrides) if overrides else current_settings()
    except SettingsError as error:
        raise Refused(str(error)) from None


@contextmanager
def opened(*, migrated: bool = True) -> Iterator[Database]:
    """The database of the settings, refused in one sentence where it cannot be used."""
    settings = settings_in_force()
    try:
        engine = open_engine(settings.database_url, busy_timeout=settings.busy_timeout)
    except OSError as error:
        place = f"CLEARSKY_DATABASE_URL is {settings.database_url}"
        raise Refused(f"{place}: {error.filename}: {error.strerror}.") from None
    try:
        if migrated and not is_migrated(engine):
            raise Refused("The database is not migrated; run `clearsky migrate` first.")
        yield Database(engine)
    except CommitInDoubtError:
        raise Refused(
            "The database broke off in the commit: all of it is written or nothing; look which."
        ) from None
    except SQLAlchemyError as error:
        first_line = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise Refused(f"The database {engine.url!r} refused: {first_line}.") from error
    finally:
        engine.dispose()


@contextmanager
def reading() -> Iterator[Session]:
    """A session that reads, of which a problem is told in one sentence."""
    with opened() as database, database.reading(OPERATOR) as session, _problems_refused():
        yield session


@contextmanager
def writing(reason: str) -> Iterator[Session]:
    """A session that writes, for this reason; the same."""
    author = Author(OPERATOR, reason=reason)
    with opened() as database, database.writing(author) as session, _problems_refused():
        yield session


@contextmanager
def _problems_refused() -> Iterator[None]:
    try:
        yield
    except Problem as problem:
        fields = {(error.pointer or "").removeprefix("/") for error in problem.errors}
        option = "".join(f"--{name}: " for name in fields & {"party", "organization"})
        raise Refused(f"{option}{problem.detail}") from None
