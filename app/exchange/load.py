"""Loading files of records: checked whole first, then written as one revision, or not at all."""

from collections.abc import Iterable
from pathlib import Path

from app.exchange.entries import Entries
from app.exchange.kinds import KINDS, Kind
from app.exchange.reading import Progress, read_array, read_file
from app.exchange.writing import Loaded, write_entries
from app.kernel.journal import Author
from app.kernel.sessions import Database
from app.kernel.tabular.formats import Format
from app.kernel.tabular.places import Fault

DATA = Path(__file__).parent / "data"
REFERENCE = DATA / "reference"
DEMONSTRATION = DATA / "demonstration"
_BY_NAME = {kind.file: kind for kind in KINDS} | {f"{kind.collection}.csv": kind for kind in KINDS}


class LoadError(ValueError):
    """Files that cannot be loaded; the message says where, which rule and which value.

    `faults` has each thing that is wrong, where it is known.
    """

    def __init__(self, message: str, faults: Iterable[Fault] = ()) -> None:
        self.faults = list(faults)
        super().__init__(message)


def read_folders(paths: Iterable[Path], progress: Progress | None = None) -> Entries:
    """The records of files, and of the files in folders, each valid by itself.

    Raises LoadError for a folder without such files, a file that cannot be read, a record that
    breaks a rule of its kind, or an id that stands twice.
    """
    entries = Entries()
    read = 0

    def told(records: int) -> None:
        if progress is not None:
            progress(read + records)

    for path in [file for given in paths for file in _files(given)]:
        _read(entries, path, told)
        read = len(entries)
        if entries.filled_in is not None:
            raise LoadError(
                f"{path.name} is a reporting template: its institute uploads it with its own key."
            )
    if entries.faults:
        raise _refused(entries.faults)
    return entries


def load(
    database: Database,
    author: Author,
    entries: Entries,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Loaded:
    """Creates or changes the records of `entries`, as one revision; none where nothing differs.

    With `dry_run` nothing is kept of it. Raises LoadError, with nothing written, where a record
    refers to what is not there, breaks a rule among records, or would change a status report.
    """
    try:
        with database.writing(author) as session:
            loaded = write_entries(session, entries, progress)
            if loaded.faults:
                raise _refused(loaded.faults)
            if dry_run:
                raise _UndoneError(loaded)
            return loaded
    except _UndoneError as undone:
        return undone.loaded


class _UndoneError(Exception):
    """What was written was to be tried only."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        super().__init__()


def _refused(faults: list[Fault]) -> LoadError:
    first = str(faults[0])
    more = len(faults) - 1
    return LoadError(f"{first} And {more} more." if more else first, faults)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        if path.is_file() and _known(path) is not None:
            return [path]
        kinds = ", ".join(kind.collection for kind in KINDS)
        raise LoadError(
            f"{path} is not a folder, nor a file of records: .jsonl, .xlsx, or .csv or .json that "
            f"is named by its kind ({kinds})."
        )
    found = [path / kind.file for kind in KINDS if (path / kind.file).is_file()]
    found += [each for each in sorted(path.iterdir()) if _known(each) and each not in found]
    if not found:
        names = ", ".join(kind.file for kind in KINDS)
        raise LoadError(f"{path} holds no load file; they are named {names}.")
    return found


def _known(path: Path) -> Format | Kind | None:
    """How a file is read, by its name: in which format, or as the load file of which kind."""
    if path.suffix in (".jsonl", ".xlsx"):
        return Format(path.suffix[1:])
    return _BY_NAME.get(path.name)


def _read(entries: Entries, path: Path, progress: Progress) -> None:
    known = _known(path)
    if isinstance(known, Kind) and path.name == known.file:
        read_array(entries, path, known)
        return
    with path.open("rb") as file:
        if isinstance(known, Kind):
            read_file(entries, file, Format.CSV, known, path.name, progress)
        elif known is not None:
            read_file(entries, file, known, None, path.name, progress)
