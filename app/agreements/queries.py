"""Filters and orders of the lists of agreements and action items."""

from typing import Literal

from app.agreements.codes import ActionItemKind, AgreementKind, AgreementStatus, Theme
from app.agreements.models import (
    ActionItem,
    ActionItemTheme,
    Agreement,
    AgreementParty,
    Lead,
    Relation,
)
from app.kernel.pages import (
    Filter,
    From,
    ListQuery,
    SortKey,
    Until,
    date_from,
    date_until,
    one_of,
    part_is,
    repeatable,
    sortable,
)
from app.kernel.text import PartyCode, Slug


class AgreementQuery(ListQuery):
    """What the list of agreements takes."""

    kind: list[AgreementKind] | None = repeatable("Of one of these kinds.")
    party: list[PartyCode] | None = repeatable("With one of these parties.")
    overseen_by: list[Slug] | None = repeatable("Overseen by one of these dialogues.")
    status: list[AgreementStatus] | None = repeatable("In one of these states.")
    related_to: list[Slug] | None = repeatable("Related to one of these agreements.")
    signed_from: From = None
    signed_until: Until = None
    starts_from: From = None
    starts_until: Until = None
    sort: Literal[
        "id",
        "-id",
        "name",
        "-name",
        "signed",
        "-signed",
        "starts",
        "-starts",
        "modified_at",
        "-modified_at",
    ] = "id"


AGREEMENT_FILTERS: dict[str, Filter] = {
    "kind": one_of(Agreement.kind),
    "party": part_is(AgreementParty.party, AgreementParty.agreement_id),
    "overseen_by": one_of(Agreement.overseen_by),
    "status": one_of(Agreement.status),
    "related_to": part_is(Relation.agreement, Relation.agreement_id),
    "signed_from": date_from(Agreement.signed),
    "signed_until": date_until(Agreement.signed),
    "starts_from": date_from(Agreement.starts),
    "starts_until": date_until(Agreement.starts),
}
AGREEMENT_SORTS: dict[str, SortKey] = {
    "name": Agreement.sort_text,
    "signed": sortable(Agreement.signed),
    "starts": sortable(Agreement.starts),
    "modified_at": Agreement.modified_at,
}


class ActionItemQuery(ListQuery):
    """What the list of action items takes."""

    agreement: list[Slug] | None = repeatable("Of one of these agreements.")
    kind: list[ActionItemKind] | None = repeatable("Of one of these kinds.")
    theme: list[Theme] | None = repeatable("About one of these themes.")
    lead: list[Slug] | None = repeatable("Led by one of these organizations.")
    due_from: From = None
    due_until: Until = None
    sort: Literal[
        "id",
        "-id",
        "name",
        "-name",
        "number",
        "-number",
        "due",
        "-due",
        "modified_at",
        "-modified_at",
    ] = "id"


ACTION_ITEM_FILTERS: dict[str, Filter] = {
    "agreement": one_of(ActionItem.agreement),
    "kind": one_of(ActionItem.kind),
    "theme": part_is(ActionItemTheme.theme, ActionItemTheme.action_item_id),
    "lead": part_is(Lead.organization, Lead.action_item_id),
    "due_from": date_from(ActionItem.due),
    "due_until": date_until(ActionItem.due),
}
ACTION_ITEM_SORTS: dict[str, SortKey] = {
    "name": ActionItem.sort_text,
    "number": ActionItem.number,
    "due": sortable(ActionItem.due),
    "modified_at": ActionItem.modified_at,
}
