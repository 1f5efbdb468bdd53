"""What the record already has, by the names that a release may use."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.drafting.finding.matching import Matched
from app.drafting.finding.names import Name, comparable
from app.drafting.finding.numerals import ENGLISH
from app.exchange.load import read_folders
from app.kernel.compact import compact

Members = dict[str, Any]

_WORDS = "|".join(sorted(ENGLISH, key=len, reverse=True))
_YEAR = r"(?:19|20)\d\d"
_NUMBERED = re.compile(
    rf"^(?:the )?(?:\d{{1,3}}(?:st|nd|rd|th) |(?:{_WORDS}) |제 ?\d{{1,3}}차 ?"
    rf"|第[一二三四五六七八九十\d]{{1,3}}[次期])",
    re.I,
)
_DATED = re.compile(
    rf" ?\(? ?{_YEAR}[년年]? ?[-~] ?{_YEAR}[년年]? ?\)?$|^{_YEAR}(?:년도?|年度?)? ?"
    rf"| ?\(? ?{_YEAR}(?:년|年)? ?\)?$"
)


def without_years(text: str) -> str:
    """A name of an agreement without the years that say which one it is."""
    folded = Matched(text).folded
    return _DATED.sub("", _DATED.sub("", folded)).strip(" '\"")


def base_of(text: str) -> str:
    """A name of an agreement without ordinal and years: what a series has in common."""
    return _NUMBERED.sub("", without_years(text)).strip(" '\"")


class Known:
    """The records of a folder of load files, compactly, by file and id."""

    def __init__(self, folder: Path) -> None:
        """Raises LoadError where the folder's files cannot be read."""
        self.folder = folder
        self._records: dict[str, dict[str, Members]] = defaultdict(dict)
        for entry in read_folders([folder]):
            self._records[entry.kind.file][entry.id] = compact(entry.body)
        self.series = _series(self.all("agreements.json"))
        self._people = {
            comparable(text): id_
            for id_, person in self.all("people.json").items()
            for text in person["name"].values()
        }

    def all(self, file: str) -> dict[str, Members]:
        """The records of one kind, by id."""
        return self._records[file]

    def get(self, file: str, id_: str) -> Members | None:
        """One record, or None where there is none of this id."""
        return self._records[file].get(id_)

    def dialogue_names(self) -> list[Name]:
        """The names and aliases of dialogues."""
        return [
            Name(id_, text)
            for id_, dialogue in self.all("dialogues.json").items()
            for text in _texts(dialogue["name"], *dialogue.get("aliases", []))
        ]

    def organization_names(self) -> list[Name]:
        """The names of organizations, each with the time in which it held."""
        return [
            Name(id_, text, name.get("starts"), name.get("ends"))
            for id_, organization in self.all("organizations.json").items()
            for name in organization["names"]
            for text in _texts(name["name"])
        ]

    def organization_parties(self) -> dict[str, str | None]:
        """Whose each organization is."""
        return {id_: one.get("party") for id_, one in self.all("organizations.json").items()}

    def organization_parents(self) -> dict[str, str | None]:
        """Of what each organization is part."""
        return {id_: one.get("parent") for id_, one in self.all("organizations.json").items()}

    def series_names(self) -> list[Name]:
        """The names of agreements without ordinals and years; an id is that of the series."""
        names: dict[tuple[str, str], Name] = {}
        for key, ids in self.series.items():
            for id_ in ids:
                agreement = self.all("agreements.json")[id_]
                for text in _texts(agreement["name"], *agreement.get("aliases", [])):
                    base = base_of(text)
                    names.setdefault((key, comparable(base)), Name(key, base))
        return list(names.values())

    def person(self, *names: str) -> str | None:
        """The id of the person with one of these names, or None."""
        return next(
            (self._people[comparable(name)] for name in names if comparable(name) in self._people),
            None,
        )


def _texts(*localized: dict[str, str]) -> Iterator[str]:
    for text in localized:
        yield from text.values()


def _series(agreements: dict[str, Members]) -> dict[str, list[str]]:
    # Agreements of one base name, in whichever language, are one series.
    series: dict[str, list[str]] = {}
    of_base: dict[str, str] = {}
    for id_, agreement in agreements.items():
        bases = [
            comparable(base_of(text))
            for text in _texts(agreement["name"], *agreement.get("aliases", []))
        ]
        keys = [of_base[base] for base in bases if base in of_base]
        key = keys[0] if keys else id_
        for other in set(keys[1:]) - {key}:
            series[key].extend(series.pop(other))
            of_base.update({base: key for base, owner in of_base.items() if owner == other})
        series.setdefault(key, []).append(id_)
        of_base.update(dict.fromkeys(bases, key))
    return series
