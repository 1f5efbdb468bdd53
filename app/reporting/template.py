"""The reporting template: a workbook that an institute fills in, imported as its reports."""

import io

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agreements.models import ActionItem, Agreement
from app.kernel.codes import text
from app.kernel.parts import only
from app.kernel.tabular.workbooks import escaped, save
from app.kernel.text import LANGUAGES, LocalizedText
from app.reporting.codes import IMPLEMENTATION_STATUSES
from app.reporting.filled_in import (
    CODES,
    INSTRUCTIONS,
    KEY,
    MARKER,
    SHEET,
    TOLD,
    choice_of,
    languages_of,
    reports_table,
)

_HEADING_ROW = 3

_HEADINGS: dict[str, LocalizedText] = {
    KEY: text("Item (do not change)", "과제 (변경 금지)", "事项（请勿更改）"),
    "number": text("Number", "번호", "编号"),
    "title": text("Title", "제목", "名称"),
    "status": text("Status", "이행 상태", "实施状态"),
    "progress": text("Progress in percent", "진도 (%)", "进度（%）"),
    "summary.en": text("Summary in English", "요약 (영어)", "摘要（英文）"),
    "summary.ko": text("Summary in Korean", "요약 (한국어)", "摘要（韩文）"),
    "summary.zh": text("Summary in Chinese", "요약 (중국어)", "摘要（中文）"),
    "period_start": text("Period from", "보고 기간 시작", "报告期起"),
    "period_end": text("Period to", "보고 기간 끝", "报告期止"),
    "evidence.document": text("Evidence: document id", "근거: 문서 ID", "依据：文件编号"),
    "evidence.url": text("Evidence: web address", "근거: 웹 주소", "依据：网址"),
    "evidence.title.en": text("Evidence: title, English", "근거: 제목(영어)", "依据：标题（英文）"),
    "evidence.title.ko": text(
        "Evidence: title, Korean", "근거: 제목(한국어)", "依据：标题（韩文）"
    ),
    "evidence.title.zh": text(
        "Evidence: title, Chinese", "근거: 제목(중국어)", "依据：标题（中文）"
    ),
    "reported_on": text("Day of the report", "보고 기준일", "报告日期"),
}
_HOW: tuple[LocalizedText, ...] = (
    text(
        "Fill in one row for each item that you report on; rows without a status and without "
        "anything else are no reports.",
        "보고할 과제마다 한 행을 작성하십시오. 아무것도 적지 않은 행은 보고로 보지 않습니다.",
        "每个需要报告的事项填写一行；未填写任何内容的行不视为报告。",
    ),
    text(
        "A date is as exact as it is known: 2024, 2024-03 or 2024-03-31. The day of the report is "
        "a whole day; without it, it is the day of the upload.",
        "날짜는 아는 만큼만 적습니다: 2024, 2024-03 또는 2024-03-31. 보고 기준일은 하루를 적으며, "
        "비워 두면 제출한 날이 됩니다.",
        "日期按所知的精确程度填写：2024、2024-03 或 2024-03-31。报告日期须为具体某日；"
        "留空则为上传之日。",
    ),
    text(
        "For further evidence of an item, add a row below with the same item.",
        "근거가 더 있으면 바로 아래에 같은 과제의 행을 추가하십시오.",
        "如有更多依据，请在下方添加同一事项的行。",
    ),
    text(
        "Upload the file with your key: all reports are taken, or none, and each fault is told "
        "with its cell. The party and organization are those of the key.",
        "파일은 귀 기관의 키로 올립니다. 모든 보고가 함께 접수되거나 하나도 접수되지 않으며, "
        "오류는 셀마다 알려 드립니다. 당사국과 기관은 키에 따라 정해집니다.",
        "请使用贵机构的密钥上传文件：所有报告要么全部接收，要么全部不接收，每处错误均注明单元格。"
        "缔约方和机构由密钥确定。",
    ),
)


def template_of(session: Session, agreement: Agreement) -> bytes:
    """The template of an agreement, with those of its items that the session's caller sees.

    The same items make the same bytes.
    """
    items = session.scalars(
        select(ActionItem)
        .where(ActionItem.agreement == agreement.id)
        .order_by(ActionItem.number)
        .options(*only(ActionItem))
    ).all()
    workbook = Workbook()
    reports = workbook.active
    if not isinstance(reports, Worksheet):
        raise TypeError("a new workbook has a sheet")
    reports.title = SHEET
    names = [KEY, *TOLD, *(name for name in reports_table().header if name != KEY)]
    _write_head(reports, agreement.id, names)
    for item in items:
        row = [item.id, item.number, escaped(_together(item.title))]
        reports.append(row)
        for cell in reports[reports.max_row][2:3]:
            cell.data_type = "s"
    _write_choices(workbook, reports, names, _HEADING_ROW + max(200, 2 * len(items)))
    _write_instructions(workbook, agreement)
    file = io.BytesIO()
    save(workbook, file)
    return file.getvalue()


def _together(of: LocalizedText) -> str:
    return "\n".join(languages_of(of))


def _write_head(sheet: Worksheet, agreement: str, names: list[str]) -> None:
    sheet.append([f"{MARKER} {agreement}"])
    sheet.append(names)
    sheet.append([_together(_HEADINGS[name]) for name in names])
    # What the program reads, and nobody needs to see.
    sheet.row_dimensions[1].hidden = sheet.row_dimensions[2].hidden = True
    for position in range(1, len(names) + 1):
        heading = sheet.cell(_HEADING_ROW, position)
        heading.font = Font(bold=True)
        heading.fill = PatternFill("solid", fgColor="DDEBF7")
        heading.alignment = Alignment(wrap_text=True, vertical="top")
        width = 40 if names[position - 1] in ("title", "status") else 18
        column = sheet.column_dimensions[get_column_letter(position)]
        column.width = width
        # As text, so that no spreadsheet makes a day of a month.
        column.number_format = "General" if names[position - 1] == "progress" else "@"
        column.protection = Protection(locked=False)
    sheet.freeze_panes = f"D{_HEADING_ROW + 1}"


def _write_choices(workbook: Workbook, sheet: Worksheet, names: list[str], last: int) -> None:
    codes = workbook.create_sheet(CODES)
    codes.sheet_state = "hidden"
    for code in IMPLEMENTATION_STATUSES.codes:
        codes.append([choice_of(code)])
    chosen = f"{CODES}!$A$1:$A${len(IMPLEMENTATION_STATUSES.codes)}"
    _allow(sheet, names, "status", last, DataValidation("list", formula1=chosen))
    percent = DataValidation("whole", operator="between", formula1="0", formula2="100")
    _allow(sheet, names, "progress", last, percent)
    for name in ("period_start", "period_end", "reported_on"):
        first = f"{get_column_letter(names.index(name) + 1)}{_HEADING_ROW + 1}"
        lengths = (10,) if name == "reported_on" else (4, 7, 10)
        is_long = ",".join(f"LEN({first})={length}" for length in lengths)
        formula = f"AND(ISNUMBER(VALUE(LEFT({first},4))),OR({is_long}))"
        _allow(sheet, names, name, last, DataValidation("custom", formula1=formula))


def _allow(sheet: Worksheet, names: list[str], name: str, last: int, rule: DataValidation) -> None:
    letter = get_column_letter(names.index(name) + 1)
    rule.allow_blank = True
    rule.showErrorMessage = True
    rule.errorTitle = name
    rule.error = " / ".join(languages_of(_HEADINGS[name]))
    rule.add(f"{letter}{_HEADING_ROW + 1}:{letter}{last}")
    sheet.add_data_validation(rule)


def _write_instructions(workbook: Workbook, agreement: Agreement) -> None:
    sheet = workbook.create_sheet(INSTRUCTIONS, 0)
    workbook.active = 0
    sheet.column_dimensions["A"].width = 100
    sheet.append([escaped(_together(agreement.name))])
    sheet.cell(1, 1).data_type = "s"
    for language in LANGUAGES:
        sheet.append([])
        for number, step in enumerate(_HOW, start=1):
            sheet.append([f"{number}. {step.get(language)}"])
    for (cell,) in sheet.iter_rows():
        cell.alignment = Alignment(wrap_text=True, vertical="top")
