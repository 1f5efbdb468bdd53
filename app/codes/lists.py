"""Every code list, by id."""

from app.agreements import codes as agreements
from app.codes import kernel_codes
from app.dialogues import codes as dialogues
from app.directory import codes as directory
from app.documents import codes as documents
from app.kernel.codes import CodeList
from app.reporting import codes as reporting
from app.webhooks import codes as webhooks

CODE_LISTS: tuple[CodeList, ...] = (
    agreements.ACTION_ITEM_KINDS,
    dialogues.AGENDA_REASONS,
    agreements.AGREEMENT_KINDS,
    agreements.AGREEMENT_STATUSES,
    reporting.ASSESSMENT_STATES,
    dialogues.DECISION_EFFECTS,
    dialogues.DIALOGUE_LEVELS,
    documents.DOCUMENT_KINDS,
    reporting.IMPLEMENTATION_STATUSES,
    kernel_codes.KEY_STATES,
    kernel_codes.LANGUAGES,
    agreements.LINEAGE_KINDS,
    reporting.LINEAGE_OUTCOMES,
    kernel_codes.LIST_FORMATS,
    dialogues.MEETING_FORMATS,
    dialogues.MEETING_STATUSES,
    kernel_codes.OPERATIONS,
    directory.ORGANIZATION_KINDS,
    dialogues.PARTICIPATION_ROLES,
    agreements.RELATION_KINDS,
    reporting.REPORT_STATES,
    reporting.REVIEW_KINDS,
    kernel_codes.ROLES,
    reporting.STANDING_BASES,
    agreements.THEMES,
    kernel_codes.VISIBILITIES,
    webhooks.OUTCOMES,
    webhooks.PAUSE_REASONS,
    webhooks.WEBHOOK_STATES,
)
