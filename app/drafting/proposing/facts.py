"""Everything that the rules find in one release, found once."""

import re
from bisect import bisect_right
from dataclasses import dataclass

from app.drafting.finding.agreements import AgreementFound, agreements_in
from app.drafting.finding.dates import DateFound, dates_in
from app.drafting.finding.dialogues import DialogueFound, dialogues_in
from app.drafting.finding.issuing import IssueFound, issue_in, language_of, title_in
from app.drafting.finding.items import ListFound, lists_in
from app.drafting.finding.matching import Matched, Placed, Sentence, Span, sentences
from app.drafting.finding.names import NameFound
from app.drafting.finding.ordinals import OrdinalFound, ordinals_in
from app.drafting.finding.organizations import organizations_in
from app.drafting.finding.people import PersonFound, people_in
from app.drafting.finding.periods import PeriodFound, periods_in
from app.drafting.finding.places import FormatFound, PlaceFound, formats_in, places_in
from app.drafting.proposing.known import Known
from app.drafting.reading.files import Release
from app.drafting.reading.source import UnreadableError

# A press release is a few pages; this is some sixty.
MOST_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class Facts:
    """The findings of one release, each kind in order of place."""

    release: Release
    matched: Matched
    language: str | None
    issue: IssueFound | None
    title: Span | None
    sentences: list[Sentence]
    ordinals: list[OrdinalFound]
    dates: list[DateFound]
    periods: list[PeriodFound]
    places: list[PlaceFound]
    formats: list[FormatFound]
    dialogues: list[DialogueFound]
    organizations: list[NameFound]
    people: list[PersonFound]
    agreements: list[AgreementFound]
    lists: list[ListFound]

    def quote(self, span: Span) -> str:
        """The exact words of a place."""
        return self.matched.quote(span)

    def words(self, span: Span) -> str:
        """The words of a place as a field holds them: the exact ones, on one line."""
        joined = re.sub(
            r"(?<=[\u4e00-\u9fff])\s{1,9}\n?\s{0,9}(?=[\u4e00-\u9fff])", "", self.quote(span)
        )
        return " ".join(joined.split())

    def sentence_at(self, place: int) -> int:
        """The number of the sentence that a place lies in."""
        return max(0, bisect_right(self.sentences, place, key=lambda one: one.span.start) - 1)

    def paragraph_of(self, place: int) -> Span:
        """The paragraph that a place lies in."""
        number, block = self.release.source.block_at(place)
        start = self.release.source.start_of(number)
        return Span(start, start + len(block.text))


def facts_of(release: Release, known: Known) -> Facts:
    """What the rules find in `release`, with the names that `known` has.

    Raises UnreadableError for a text too long to look through in a time that anybody waits.
    """
    source = release.source
    if len(source.text) > MOST_CHARACTERS:
        raise UnreadableError(
            f"{release.name}: its text has {len(source.text)} characters; "
            f"{MOST_CHARACTERS} are looked through."
        )
    matched = Matched(source.text)
    found = sentences(matched)
    headings = [
        Span(source.start_of(number), source.start_of(number) + len(block.text))
        for number, block in enumerate(source.blocks, start=1)
        if block.heading
    ]
    dates = dates_in(matched)
    organizations = organizations_in(
        matched, known.organization_names(), known.organization_parties()
    )
    others: list[Placed] = sorted([*dates, *organizations], key=lambda one: one.span)
    return Facts(
        release=release,
        matched=matched,
        language=language_of(source.text),
        issue=issue_in(matched, release.name),
        title=title_in(matched, found, headings, others),
        sentences=found,
        ordinals=ordinals_in(matched),
        dates=dates,
        periods=periods_in(matched),
        places=places_in(matched),
        formats=formats_in(matched),
        dialogues=dialogues_in(matched, known.dialogue_names()),
        organizations=organizations,
        people=people_in(matched, organizations, known.organization_parents()),
        agreements=agreements_in(matched, known.series_names()),
        lists=lists_in(matched),
    )
