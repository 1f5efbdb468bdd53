"""Starting a plan from the one before it, with the items that it carries over and their lineage."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import select

from app.agreements.codes import (
    ActionItemKind,
    AgreementStatus,
    LineageKind,
    RelationKind,
    Theme,
)
from app.agreements.lineage import require_sound_item
from app.agreements.models import ActionItem, Agreement
from app.agreements.negotiating import require_public
from app.agreements.schemas import (
    ActionItemBody,
    AgreementBody,
    Lead,
    Lineage,
    Relation,
)
from app.agreements.soundness import require_sound_agreement
from app.kernel.changes import create
from app.kernel.dates import PartialDate, not_before
from app.kernel.lists import refuse_repeats
from app.kernel.ownership import require_owner
from app.kernel.problems import InvalidRequest, Problem, ProblemError, invalid_field
from app.kernel.references import ActionItemId, require_references
from app.kernel.schemas import Ordinal, RecordHead, Schema
from app.kernel.text import Localized, slug_of
from app.kernel.transactions import Transaction


class CarriedItem(Schema):
    """An item of the new plan: what it comes from, and what of that is put otherwise."""

    number: Ordinal
    comes_from: list[ActionItemId] = Field(
        default_factory=list,
        max_length=50,
        json_schema_extra={"uniqueItems": True},
        description="Items of the plan before: one that it continues, or several that it merges. "
        "An item that several come from is split. None for an item that is new.",
    )
    title: Localized | None = Field(
        default=None, description="As in the plan before when absent; needed where that is not one."
    )
    description: Localized | None = None
    kind: ActionItemKind | None = None
    themes: list[Theme] | None = Field(
        default=None, max_length=20, json_schema_extra={"uniqueItems": True}
    )
    leads: list[Lead] | None = Field(default=None, max_length=50)
    due: PartialDate | None = None

    _once = field_validator("comes_from")(refuse_repeats)

    @model_validator(mode="after")
    def _has_a_title(self) -> Self:
        if self.title is None and len(self.comes_from) != 1:
            raise PydanticCustomError(
                "title_of_its_own",
                "An item that does not come from just one needs a title of its own",
            )
        return self


class SuccessorBody(RecordHead):
    """A plan that continues another: between the same parties, overseen by the same dialogue."""

    name: Localized
    status: AgreementStatus | None = None
    signed: PartialDate | None = None
    signed_at: Localized | None = Field(default=None, description="The place of signing.")
    starts: PartialDate | None = None
    ends: PartialDate | None = None
    items: list[CarriedItem] | None = Field(
        default=None,
        max_length=200,
        description="When absent, all items that were not ended, under their numbers. What no item "
        "comes from is dropped.",
    )

    _ends_after_it_starts = field_validator("ends")(not_before("starts"))

    @field_validator("items")
    @classmethod
    def _numbers_once(cls, items: list[CarriedItem] | None) -> list[CarriedItem] | None:
        refuse_repeats([item.number for item in items or []])
        return items


def succeed(tx: Transaction, earlier: Agreement, body: SuccessorBody) -> Agreement:
    """The plan that continues `earlier`, with its items; added, and flushed.

    Titles, kinds, themes and leads are those of the item before unless they are given; due dates,
    deliverables and citations were the old plan's and are not carried over. Raises Forbidden for a
    plan of others, InvalidRequest for an item of another plan, Conflict where `earlier` is not
    public, and what creating an agreement or an item raises.
    """
    require_owner(tx.session, earlier)
    require_public(earlier.visibility, earlier.id)
    require_references(tx.session, body)
    old = {
        item.id: item
        for item in tx.session.scalars(
            select(ActionItem).where(ActionItem.agreement == earlier.id).order_by(ActionItem.number)
        )
    }
    carried = body.items
    if carried is None:
        carried = [
            CarriedItem(number=item.number, comes_from=[item.id])
            for item in old.values()
            if item.ended is None
        ]
    _require_items_of(earlier, old, carried)
    plan = create(
        tx.session,
        Agreement,
        AgreementBody(
            **body.model_dump(exclude={"items"}),
            kind=earlier.kind,
            parties=earlier.parties,
            overseen_by=earlier.overseen_by,
            authentic_languages=earlier.authentic_languages,
            relations=[Relation(kind=RelationKind.CONTINUES, agreement=earlier.id)],
        ),
        derived_id=slug_of(body.name),
    )
    require_sound_agreement(tx.session, plan)
    tx.session.flush()
    uses = Counter(source for item in carried for source in item.comes_from)
    for index, item in enumerate(carried):
        try:
            made = create(
                tx.session,
                ActionItem,
                _item_body(plan, item, old, uses),
                derived_id=f"{plan.id}-{item.number}",
            )
            require_sound_item(tx.session, made)
        except Problem as refusal:
            raise _at(index, refusal) from None
        tx.session.flush()
    return plan


def _require_items_of(
    earlier: Agreement, old: Mapping[str, ActionItem], carried: Sequence[CarriedItem]
) -> None:
    errors: list[ProblemError] = [
        invalid_field(
            ("items", index, "comes_from", place),
            "item_of_agreement",
            f"{source} is no action item of {earlier.id}.",
            source,
        )
        for index, item in enumerate(carried)
        for place, source in enumerate(item.comes_from)
        if source not in old
    ]
    if errors:
        raise InvalidRequest(errors[0].detail, errors=errors)


def _item_body(
    plan: Agreement, item: CarriedItem, old: Mapping[str, ActionItem], uses: Mapping[str, int]
) -> ActionItemBody:
    before = old[item.comes_from[0]] if len(item.comes_from) == 1 else None
    body = ActionItemBody.model_validate(
        {
            "agreement": plan.id,
            "number": item.number,
            "due": item.due,
            "lineage": [
                Lineage(kind=_kind(source, item, uses), action_item=source)
                for source in item.comes_from
            ],
            **({} if before is None else _carried_over(before)),
            **item.model_dump(
                include={"title", "description", "kind", "themes", "leads"}, exclude_none=True
            ),
        }
    )
    # A wording of our own stays marked as such only where it is the one that was carried over.
    body.own_translations = [
        pointer
        for pointer in (before.own_translations if before else [])
        if pointer.startswith(("/title/", "/description/"))
        and getattr(item, pointer.split("/")[1]) is None
    ]
    return body


def _carried_over(before: ActionItem) -> dict[str, object]:
    return {
        "title": before.title,
        "description": before.description,
        "kind": before.kind,
        "themes": before.themes,
        "leads": [Lead(party=lead.party, organization=lead.organization) for lead in before.leads],
    }


def _kind(source: str, item: CarriedItem, uses: Mapping[str, int]) -> LineageKind:
    if len(item.comes_from) > 1:
        return LineageKind.MERGED
    return LineageKind.SPLIT if uses[source] > 1 else LineageKind.CONTINUED


def _at(index: int, refusal: Problem) -> Problem:
    refusal.errors = [
        error.model_copy(update={"pointer": f"/items/{index}{error.pointer or ''}"})
        for error in refusal.errors
    ]
    return refusal
