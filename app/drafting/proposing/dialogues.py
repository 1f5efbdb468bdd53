"""Which dialogue of the record a release means, or what one that is not there would be."""

from dataclasses import dataclass

from app.drafting.finding.dialogues import DialogueFound
from app.drafting.finding.issuing import language_at
from app.drafting.proposing.facts import Facts
from app.drafting.proposing.known import Known
from app.drafting.proposing.proposals import Proposal
from app.kernel.text import slug_of

FILE = "dialogues.json"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A dialogue as a release means it: the record's id, or None for one that is not there.

    `key` is the same for two mentions of one dialogue; `marks` say how it was recognised.
    """

    id: str | None
    key: str
    marks: tuple[str, ...] = ()


def resolve(found: DialogueFound, known: Known) -> Resolved | None:
    """The dialogue that a mention means; None for a name that says too little.

    Without a name of the record, parties and level say it, where one dialogue alone has them.
    """
    if found.id is not None:
        return Resolved(found.id, found.id)
    if len(found.parties) < 2 or found.level is None:
        return None
    alike = [
        id_
        for id_, dialogue in known.all(FILE).items()
        if frozenset(dialogue["parties"]) == found.parties and dialogue["level"] == found.level
    ]
    if len(alike) == 1:
        named = "parties and level" if found.environmental else "parties and level alone"
        return Resolved(alike[0], alike[0], (f"recognised by its {named}, not by its name",))
    if not found.environmental:
        return None
    key = f"{'-'.join(sorted(found.parties))} {found.level}"
    return Resolved(None, key)


def propose_dialogue(facts: Facts, found: DialogueFound) -> Proposal:
    """A dialogue that the record does not have, as the release names it."""
    words = facts.words(found.span)
    language = language_at(words)
    parties = sorted(found.parties)
    name = slug_of({"en": words}) or "dialogue"
    proposal = Proposal(
        FILE, name, {"name": {language: words}, "parties": parties, "level": found.level}
    )
    proposal.support(found.span, f"/name/{language}", "/parties", "/level")
    proposal.unsure(
        "/name", "the record has no dialogue of this name, parties and level", found.span
    )
    return proposal
