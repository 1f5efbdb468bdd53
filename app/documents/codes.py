"""The code list of documents."""

from enum import StrEnum

from app.kernel.codes import Code, CodeList, text


class DocumentKind(StrEnum):
    """What kind of text a document is."""

    PRESS_RELEASE = "press_release"
    MINUTES = "minutes"
    AGREEMENT_TEXT = "agreement_text"
    REPORT = "report"
    PRESENTATION = "presentation"
    OTHER = "other"


DOCUMENT_KINDS = CodeList(
    id="document-kinds",
    name=text("Kinds of document", "문서 종류", "文件类型"),
    codes=(
        Code(
            DocumentKind.PRESS_RELEASE,
            text("Press release", "보도자료", "新闻稿"),
            text(
                "What an authority published for the press.",
                "기관이 언론에 배포한 글.",
                "机构向媒体发布的文稿。",
            ),
        ),
        Code(
            DocumentKind.MINUTES,
            text("Minutes", "회의록", "会议纪要"),
            text(
                "The record of a meeting, agreed by those who met.",
                "참석자가 합의한 회의 기록.",
                "与会各方认可的会议记录。",
            ),
        ),
        Code(
            DocumentKind.AGREEMENT_TEXT,
            text("Agreement text", "합의문", "协议文本"),
            text("The wording of an agreement.", "합의의 원문.", "协议的原文。"),
        ),
        Code(
            DocumentKind.REPORT,
            text("Report", "보고서", "报告"),
            text(
                "A report by an authority, an institute or others.",
                "기관, 연구소 등이 작성한 보고서.",
                "机构、研究所等编写的报告。",
            ),
        ),
        Code(
            DocumentKind.PRESENTATION,
            text("Presentation", "발표자료", "演示材料"),
            text("Slides shown at a meeting.", "회의에서 발표한 자료.", "会议上展示的材料。"),
        ),
        Code(
            DocumentKind.OTHER,
            text("Other", "기타", "其他"),
            text(
                "Any other source, such as a news page.",
                "뉴스 등 그 밖의 자료.",
                "新闻网页等其他来源。",
            ),
        ),
    ),
)
