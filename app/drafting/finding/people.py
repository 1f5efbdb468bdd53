"""People: whoever is named beside a title, with organization and title as they are written."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.drafting.finding.matching import Matched, Span, between, longest_apart
from app.drafting.finding.names import NameFound
from app.drafting.finding.people_chinese import people_in_chinese
from app.drafting.finding.people_english import people_in_english
from app.drafting.finding.people_korean import people_in_korean
from app.drafting.finding.titled import Titled


@dataclass(frozen=True, slots=True)
class PersonFound:
    """A person named: the whole phrase, the name, perhaps in another script too, the title.

    `organizations` are the ids of those in the phrase, the widest first. `bracketed` says that the
    person stands in brackets behind an organization, as whose head and not as one who took part.
    """

    span: Span
    name: Span
    other_name: Span | None
    title: Span | None
    organizations: tuple[str, ...]
    bracketed: bool


def people_in(
    matched: Matched, organizations: list[NameFound], parents: dict[str, str | None]
) -> list[PersonFound]:
    """Everybody named with a title; of two phrases that overlap the longer.

    `parents` says of which organization another is part: a title is written without the widest one.
    """
    titled: Iterable[Titled] = (
        *people_in_english(matched, organizations),
        *people_in_korean(matched),
        *people_in_chinese(matched),
    )
    found = [_made(matched, one, organizations, parents) for one in titled]
    return longest_apart(found)


def _made(
    matched: Matched,
    titled: Titled,
    organizations: list[NameFound],
    parents: dict[str, str | None],
) -> PersonFound:
    phrase = Span(*titled.phrase)
    beside = [
        one
        for one in between(organizations, phrase.start - 80, phrase.end)
        if one.name.id is not None
        and (one.span.meets(phrase) or _just_before(matched, one.span, phrase))
    ]
    whole = min([phrase, *(one.span for one in beside)]).start, phrase.end
    ids = tuple(dict.fromkeys(one.name.id or "" for one in beside))
    widest = [one for one in beside if parents.get(one.name.id or "") is None]
    title: Span | None = titled.title
    for one in widest:
        title = _without(matched, title, one.span)
    return PersonFound(
        Span(*whole),
        titled.name,
        titled.other_name,
        title if title is not None and title.start < title.end else None,
        tuple(sorted(ids, key=lambda id_: parents.get(id_) is not None)),
        titled.bracketed,
    )


def _just_before(matched: Matched, organization: Span, phrase: Span) -> bool:
    between = matched.text[organization.end : phrase.start]
    return organization.end <= phrase.start and between in ("", " ", "(", " (", "의 ")


_JOINT = re.compile(
    r"(?:,| at| of| in| from| with)?(?: the)?"
    r"(?: (?:China|Korea|Japan)'s| Chinese| Korean| Japanese| 중국| 한국| 일본)?[ ,]{0,3}$"
)


def _without(matched: Matched, title: Span | None, organization: Span) -> Span | None:
    # "Director of X at the Ministry of Y" is the title "Director of X".
    if title is None or not organization.meets(title):
        return title
    if organization.start <= title.start:
        start = organization.end
        while start < title.end and matched.text[start] in " 의的,":
            start += 1
        return Span(start, title.end)
    kept = matched.text[title.start : organization.start]
    if "\u4e00" <= kept[:1] <= "\u9fff":
        # A Chinese title stands behind its organization; what is before that is something else.
        return Span(min(organization.end, title.end), title.end)
    joint = _JOINT.search(kept.replace("’", "'"))
    return Span(title.start, title.start + (joint.start() if joint else len(kept.rstrip())))
