"""Organizations: by the names of the record, and not by a name that is part of another's."""

import re
from collections.abc import Iterable

from app.drafting.dictionaries.countries import COUNTRIES
from app.drafting.dictionaries.ministries import OTHERS, SPELLINGS
from app.drafting.finding.matching import Matched
from app.drafting.finding.names import Name, NameFound, names_in

_COUNTRY_BEFORE = re.compile(
    "(?:" + "|".join(sorted(map(re.escape, COUNTRIES), key=len, reverse=True)) + ")(?:'s|의)? ?$",
    re.I,
)


def organizations_in(
    matched: Matched, names: Iterable[Name], parties: dict[str, str | None]
) -> list[NameFound]:
    """Every organization named; `parties` says whose each record is.

    A ministry that another country's name stands before is that country's, and no record's.
    """
    spelled = [
        Name(one.organization, one.name, one.since, one.until)
        for one in SPELLINGS
        if one.organization in parties
    ]
    found = names_in(matched, [*names, *spelled, *(Name(None, other) for other in OTHERS)])
    return [one for one in found if not _of_another_country(matched, one, parties)]


def _of_another_country(matched: Matched, found: NameFound, parties: dict[str, str | None]) -> bool:
    party = parties.get(found.name.id or "")
    at = matched.at(found.span.start)
    before = _COUNTRY_BEFORE.search(matched.folded[max(0, at - 24) : at])
    if before is None or party is None:
        return False
    country = re.sub(r"('s|의)? ?$", "", before.group()).lower()
    return COUNTRIES[country] != party
