"""Routes of the code lists."""

from fastapi import APIRouter

from app.codes.lists import CODE_LISTS
from app.kernel.answered_rows import in_rows
from app.kernel.codes import CodeList
from app.kernel.problems import NotFound
from app.kernel.record_route import RecordRoute
from app.kernel.requests import Reading
from app.kernel.routes import LIST, READ, RecordId
from app.kernel.schemas import Schema
from app.kernel.text import Localized, Slug

router = APIRouter(prefix="/v1/codes", tags=["codes"], route_class=RecordRoute)


class CodeRecord(Schema):
    """One code of a list."""

    code: str
    label: Localized
    definition: Localized
    order: int
    final: bool
    ogp: str | None
    iati: str | None


class CodeListSummary(Schema):
    """A code list by id and name."""

    id: Slug
    name: Localized


class CodeListRecord(CodeListSummary):
    """A code list with its codes, in order."""

    codes: list[CodeRecord]


class CodeLists(Schema):
    """Every code list."""

    items: list[CodeListSummary]


@router.get("", operation_id="listCodeLists", responses=LIST)
def list_code_lists(tx: Reading) -> CodeLists:
    """Every code list, by id."""
    del tx
    return CodeLists(items=[CodeListSummary(id=found.id, name=found.name) for found in CODE_LISTS])


@router.get("/{id}", operation_id="getCodeList", responses=READ)
@in_rows("codes")
def get_code_list(tx: Reading, list_id: RecordId) -> CodeListRecord:
    """One code list, with labels in three languages, definitions and mappings."""
    del tx
    found = next((found for found in CODE_LISTS if found.id == list_id), None)
    if found is None:
        raise NotFound(f"There is no code list {list_id}.")
    return _answer(found)


def _answer(found: CodeList) -> CodeListRecord:
    return CodeListRecord(
        id=found.id,
        name=found.name,
        codes=[
            CodeRecord(
                code=code.code.value,
                label=code.label,
                definition=code.definition,
                order=order,
                final=code.final,
                ogp=code.ogp,
                iati=code.iati,
            )
            for order, code in enumerate(found.codes, start=1)
        ],
    )
