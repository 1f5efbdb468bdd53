"""Who took part in a meeting, and as what; who is only named."""

import re
from dataclasses import dataclass

from app.drafting.dictionaries.countries import COUNTRIES, SIDES
from app.drafting.dictionaries.people import CHINESE_TITLES, ENGLISH_TITLES, KOREAN_TITLES
from app.drafting.finding.attendance import Attendance, attendance_of
from app.drafting.finding.issuing import language_at
from app.drafting.finding.matching import between
from app.drafting.finding.people import PersonFound
from app.drafting.finding.statuses import of_another_time
from app.drafting.proposing.choosing import Chosen, speaks_of
from app.drafting.proposing.facts import Facts
from app.drafting.proposing.known import Known
from app.drafting.proposing.proposals import LeftOut, Members, Proposal
from app.kernel.text import slug_of

FILE = "people.json"
_MOST = 40
_OTHER_SIDE = "the other side's head is named with a party, this one is not"
_SIDE_OF_ANOTHER = "the side is said of somebody who is named before"
_NO_TITLE = "no word for an office is in it"
_UNSURE = (_OTHER_SIDE, _SIDE_OF_ANOTHER)
_SIDE_BEHIND = re.compile(r"^ ?\((?P<side>우리|한국|중국|일본|[한중]) ?측? ?(?:수석대표|대표)")
_TITLE_WORD = re.compile(rf"\b{ENGLISH_TITLES}\b|(?:{KOREAN_TITLES})$|(?:{CHINESE_TITLES})$")
_COUNTRY_BEFORE = re.compile(
    r"(chinese|korean|japanese|중국|한국|일본|中国|韩国|日本)(?:'s|의)? ?(?:mr\.|ms\.|측)? ?$"
)


@dataclass(slots=True)
class Participant:
    """Somebody whom a release names: where it says most of them, and as what they took part."""

    id: str
    found: PersonFound
    attendance: Attendance
    names: dict[str, str]
    party: str | None = None
    reason: str | None = None


def participants_of(facts: Facts, known: Known) -> list[Participant]:
    """Everybody named, once each, in the order of the text, with how they took part."""
    by_id: dict[str, Participant] = {}
    for found in facts.people:
        sentence = facts.sentences[facts.sentence_at(found.span.start)]
        attendance = Attendance.NAMED
        if not found.bracketed and not of_another_time(sentence):
            attendance = attendance_of(facts.matched, sentence, found.span)
        names = _names(facts, found)
        id_ = (
            known.person(*names.values()) or slug_of({"en": next(iter(names.values()))}) or "person"
        )
        if known.person(*names.values()) is None and known.get(FILE, id_) is not None:
            id_ = f"{id_}-2"
        own = Participant(id_, found, attendance, names, *_party_of(facts, found, id_, known))
        before = by_id.get(id_)
        if before is None or _tells_more(own, before):
            own.names = {**(before.names if before else {}), **own.names}
            by_id[id_] = own
        else:
            before.names = {**own.names, **before.names}
    return list(by_id.values())


_RANKS = (Attendance.NAMED, Attendance.ATTENDED, Attendance.HEAD)


def _tells_more(own: Participant, before: Participant) -> bool:
    def rank(one: Participant) -> tuple[int, bool]:
        return _RANKS.index(one.attendance), bool(one.found.organizations)

    return rank(own) > rank(before)


def _names(facts: Facts, found: PersonFound) -> dict[str, str]:
    spans = [found.name, *([found.other_name] if found.other_name else [])]
    names = {language_at(facts.quote(span)): facts.words(span) for span in spans}
    # A transliterated name is one word in the record, `저우궈메이`.
    return {lang: text.replace(" ", "") if lang == "ko" else text for lang, text in names.items()}


def _party_of(
    facts: Facts, found: PersonFound, id_: str, known: Known
) -> tuple[str | None, str | None]:
    """The party that a person is of, and why where the phrase itself does not say it."""
    parties = known.organization_parties()
    own = next((parties[one] for one in found.organizations if parties.get(one)), None)
    if own is not None:
        return own, None
    sentence = facts.sentences[facts.sentence_at(found.span.start)].span
    first = facts.matched.at(sentence.start)
    start, name = facts.matched.at(found.span.start), facts.matched.at(found.name.start)
    end = facts.matched.at(found.span.end)
    behind = _SIDE_BEHIND.match(facts.matched.folded[end : end + 24])
    if behind is not None:
        return SIDES[f"{behind.group('side')}측"], None
    country = _COUNTRY_BEFORE.search(facts.matched.folded[max(first, start - 30) : start].lower())
    if country is not None:
        return COUNTRIES[country.group(1)], None
    before = facts.matched.folded[max(first, start - 30) : name].lower()
    # The nearest side; of two that end at one place the longer, "우리 측" before "측".
    sides = [(before.rfind(one) + len(one), len(one), one) for one in SIDES if one in before]
    if sides:
        at, _, words = max(sides)
        between_them = facts.matched.span(name - len(before) + at, name)
        near = between(facts.people, between_them.start, found.span.start)
        other = any(one.span != found.span for one in near)
        return SIDES[words], _SIDE_OF_ANOTHER if other else None
    record = known.get(FILE, id_) or {}
    recorded = parties.get(record.get("organization", ""))
    return recorded, "the release does not say it; the record has this person in an office of it"


def add_participants(
    facts: Facts,
    meeting: Proposal,
    chosen: Chosen,
    people: list[Participant],
    parties: list[str],
    known: Known,
) -> tuple[list[Proposal], list[LeftOut]]:
    """Adds those who took part to the meeting.

    Returns the people whom the record does not have, as proposals, and those who do not take part.
    """
    proposals: list[Proposal] = []
    left_out: list[LeftOut] = []
    _by_elimination(people, parties)
    participations: list[Members] = []
    for person in people:
        reason = _why_not(person, parties, len(participations))
        if reason is not None:
            left_out.append(LeftOut(f"{_told(person)}", person.found.span, reason))
            continue
        if not speaks_of(facts, chosen, person.found.span.start):
            meeting.unsure(
                f"/participations/{len(participations)}",
                "took part, but perhaps in something else than this meeting",
                person.found.span,
            )
        _add(facts, meeting, person, participations)
        proposals.append(propose_person(facts, person, known))
    if participations:
        meeting.members["participations"] = participations
    heads = [one["party"] for one in participations if one.get("role") == "head"]
    for index, one in enumerate(participations):
        if one.get("role") == "head" and heads.count(one["party"]) > 1:
            meeting.unsure(
                f"/participations/{index}/role", f"more than one head of {one['party']} is named"
            )
    return proposals, left_out


def _told(person: Participant) -> str:
    return f"person {next(iter(person.names.values()))}"


def _why_not(person: Participant, parties: list[str], already: int) -> str | None:
    if person.attendance is Attendance.NAMED:
        return "named, but the release does not say that this person took part"
    if person.party is None:
        return "took part, but the release does not say for which party"
    if person.party not in parties:
        return f"took part for {person.party}, which is no party of the dialogue"
    if already == _MOST:
        return f"more than {_MOST} people took part"
    return None


def _by_elimination(people: list[Participant], parties: list[str]) -> None:
    # Of the two heads of a dialogue between two, who is not the one's is the other's.
    heads = [one for one in people if one.attendance is Attendance.HEAD]
    known = {one.party for one in heads}
    unknown = [one for one in heads if one.party is None]
    others = [party for party in parties if party not in known]
    if len(parties) == 2 and len(heads) == 2 and len(unknown) == 1 and len(others) == 1:
        unknown[0].party = others[0]
        unknown[0].reason = _OTHER_SIDE


def _add(
    facts: Facts, meeting: Proposal, person: Participant, participations: list[Members]
) -> None:
    pointer = f"/participations/{len(participations)}"
    if person.reason is not None:
        mark = meeting.unsure if person.reason in _UNSURE else meeting.derived
        mark(f"{pointer}/party", person.reason, person.found.span)
    one: Members = {"party": person.party, "person": person.id}
    if person.found.organizations:
        one["organization"] = person.found.organizations[-1]
    if person.found.title is not None:
        words = facts.words(person.found.title)
        one["title"] = {language_at(words): words}
        if not _TITLE_WORD.search(words):
            meeting.unsure(f"{pointer}/title", _NO_TITLE, person.found.title)
    if person.attendance is Attendance.HEAD:
        one["role"] = "head"
    participations.append(one)
    meeting.support(person.found.span, pointer)


def propose_person(facts: Facts, person: Participant, known: Known) -> Proposal:
    """Somebody as the release names them: a record of the same name, or a new one."""
    proposal = Proposal(FILE, person.id, {"name": person.names})
    for language, words in person.names.items():
        span = person.found.name
        if person.found.other_name and facts.quote(person.found.other_name) == words:
            span = person.found.other_name
        proposal.support(span, f"/name/{language}")
    if known.get(FILE, person.id) is not None:
        # Office and title change; the record has those that it follows.
        return proposal
    if person.found.organizations:
        proposal.members["organization"] = person.found.organizations[-1]
        proposal.support(person.found.span, "/organization")
    if person.found.title is not None:
        words = facts.words(person.found.title)
        proposal.members["title"] = {language_at(words): words}
        if not _TITLE_WORD.search(words):
            proposal.unsure("/title", _NO_TITLE, person.found.title)
        proposal.support(person.found.span, f"/title/{language_at(words)}")
    unwritten = [
        id_ for id_, one in known.all(FILE).items() if not set(one["name"]) & set(person.names)
    ]
    if unwritten:
        proposal.unsure(
            "/name",
            "nobody of this name is in the record, but it has people without a name in this "
            f"language ({', '.join(unwritten[:6])}): see that it is none of them",
            person.found.name,
        )
    return proposal
