"""What an agreement's answer includes when asked: its action items."""

from enum import StrEnum

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agreements.models import ActionItem, Agreement
from app.agreements.schemas import ActionItemRecord, AgreementRecord
from app.kernel.schemas import Schema, absent


class AgreementInclude(StrEnum):
    """What can be included with an agreement."""

    ACTION_ITEMS = "action_items"


class AgreementIncluded(Schema):
    """The records that were asked for."""

    action_items: list[ActionItemRecord] | None = Field(
        default=None, exclude_if=absent, description="By number."
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
    items = session.scalars(
        select(ActionItem).where(ActionItem.agreement == agreement.id).order_by(ActionItem.number)
    )
    included = AgreementIncluded(
        action_items=[ActionItemRecord.model_validate(item) for item in items]
    )
    return detail.model_copy(update={"included": included})
