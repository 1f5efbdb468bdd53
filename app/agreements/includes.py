"""What an agreement's or action item's answer includes when asked."""

from enum import StrEnum

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agreements.decisions import DecisionLink, decisions_on
from app.agreements.models import ActionItem, Agreement
from app.agreements.schemas import ActionItemRecord, AgreementRecord
from app.dialogues.models import Decision
from app.kernel.schemas import Schema, absent


class AgreementInclude(StrEnum):
    """What can be included with an agreement."""

    ACTION_ITEMS = "action_items"
    DECISIONS = "decisions"


class AgreementIncluded(Schema):
    """The records that were asked for."""

    action_items: list[ActionItemRecord] | None = Field(
        default=None, exclude_if=absent, description="By number."
    )
    decisions: list[DecisionLink] | None = Field(
        default=None, exclude_if=absent, description="Of meetings, the earliest first."
    )


class AgreementDetail(AgreementRecord):
    """An agreement, with what was asked for beside it."""

    included: AgreementIncluded | None = Field(default=None, exclude_if=absent)


def with_included(
    session: Session, agreement: Agreement, wanted: list[AgreementInclude] | None
) -> AgreementDetail:
    """The agreement's answer with what is `wanted`."""
    detail = AgreementDetail.model_validate(agreement)
    if not wanted:
        return detail
    included = AgreementIncluded()
    if AgreementInclude.ACTION_ITEMS in wanted:
        items = session.scalars(
            select(ActionItem)
            .where(ActionItem.agreement == agreement.id)
            .order_by(ActionItem.number)
        )
        included.action_items = [ActionItemRecord.model_validate(item) for item in items]
    if AgreementInclude.DECISIONS in wanted:
        included.decisions = decisions_on(session, Decision.agreement, agreement.id)
    return detail.model_copy(update={"included": included})


class ActionItemInclude(StrEnum):
    """What can be included with an action item."""

    DECISIONS = "decisions"


class ActionItemIncluded(Schema):
    """The records that were asked for."""

    decisions: list[DecisionLink] = Field(description="Of meetings, the earliest first.")


class ActionItemDetail(ActionItemRecord):
    """An action item, with what was asked for beside it."""

    included: ActionItemIncluded | None = Field(default=None, exclude_if=absent)


def item_with_included(
    session: Session, item: ActionItem, wanted: list[ActionItemInclude] | None
) -> ActionItemDetail:
    """The action item's answer with what is `wanted`."""
    detail = ActionItemDetail.model_validate(item)
    if not wanted:
        return detail
    decisions = decisions_on(session, Decision.action_item, item.id)
    return detail.model_copy(update={"included": ActionItemIncluded(decisions=decisions)})
