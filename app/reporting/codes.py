"""The code lists of reporting."""

from enum import StrEnum
from typing import Literal

from typing_extensions import TypeAliasType

from app.kernel.codes import Code, CodeList, text


class ImplementationStatus(StrEnum):
    """How far the work on an action item is."""

    NOT_STARTED = "not_started"
    ON_TRACK = "on_track"
    DELAYED = "delayed"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class ReportState(StrEnum):
    """Where a status report is in its own workflow."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"


NewReportState = TypeAliasType("NewReportState", Literal[ReportState.DRAFT, ReportState.SUBMITTED])


class AssessmentState(StrEnum):
    """Whether every party has confirmed an assessment."""

    PROPOSED = "proposed"
    ADOPTED = "adopted"


class StandingBasis(StrEnum):
    """What an action item's standing rests on."""

    JOINT = "joint"
    AGREED = "agreed"
    DIVERGING = "diverging"
    ONE_SIDED = "one_sided"
    UNREPORTED = "unreported"


IMPLEMENTATION_STATUSES = CodeList(
    id="implementation-statuses",
    name=text("Implementation statuses", "이행 상태", "实施状态"),
    codes=(
        Code(
            ImplementationStatus.NOT_STARTED,
            text("Not started", "미착수", "未开始"),
            text("Work has not begun.", "아직 착수하지 않음.", "工作尚未开始。"),
            ogp="not_started",
            iati="1",
        ),
        Code(
            ImplementationStatus.ON_TRACK,
            text("On track", "정상 추진", "按计划进行"),
            text("Work goes on as agreed.", "합의대로 진행 중.", "按商定的安排进行。"),
            iati="2",
        ),
        Code(
            ImplementationStatus.DELAYED,
            text("Delayed", "지연", "延迟"),
            text(
                "Work goes on, later than agreed.",
                "진행 중이나 합의보다 늦음.",
                "正在进行，但晚于商定的安排。",
            ),
            iati="2",
        ),
        Code(
            ImplementationStatus.SUSPENDED,
            text("Suspended", "중단", "中止"),
            text(
                "Work rests, and may go on.",
                "잠정 중단되었으며 재개될 수 있음.",
                "暂时停止，可能恢复。",
            ),
            iati="6",
        ),
        Code(
            ImplementationStatus.COMPLETED,
            text("Completed", "완료", "完成"),
            text(
                "All that was agreed is done.", "합의한 일을 모두 마침.", "商定的工作已全部完成。"
            ),
            final=True,
            ogp="completed",
            iati="4",
        ),
        Code(
            ImplementationStatus.CANCELLED,
            text("Cancelled", "취소", "取消"),
            text("It will not be done.", "더 이상 추진하지 않음.", "不再实施。"),
            final=True,
            iati="5",
        ),
    ),
)


REPORT_STATES = CodeList(
    id="report-states",
    name=text("States of a report", "보고 상태", "报告状态"),
    codes=(
        Code(
            ReportState.DRAFT,
            text("Draft", "초안", "草稿"),
            text(
                "Not yet submitted; seen by its own side only.",
                "아직 제출되지 않았으며 작성 측만 볼 수 있음.",
                "尚未提交，仅本方可见。",
            ),
        ),
        Code(
            ReportState.SUBMITTED,
            text("Submitted", "제출", "已提交"),
            text(
                "It counts as its party's statement.",
                "당사국의 공식 보고로 인정됨.",
                "作为该方的正式陈述。",
            ),
        ),
        Code(
            ReportState.WITHDRAWN,
            text("Withdrawn", "철회", "已撤回"),
            text(
                "Its party took it back, for a stated reason; it no longer counts.",
                "당사국이 이유를 밝히고 철회하여 효력이 없음.",
                "该方已说明理由并撤回，不再计入。",
            ),
            final=True,
        ),
    ),
)


class LineageOutcome(StrEnum):
    """What became of an action item in the plan after its own."""

    CONTINUED = "continued"
    MERGED = "merged"
    SPLIT = "split"
    DROPPED = "dropped"


class ReviewKind(StrEnum):
    """How a meeting reviewed an action item."""

    ASSESSMENT = "assessment"
    DECISION = "decision"


ASSESSMENT_STATES = CodeList(
    id="assessment-states",
    name=text("States of an assessment", "평가 상태", "评估状态"),
    codes=(
        Code(
            AssessmentState.PROPOSED,
            text("Proposed", "제안", "已提议"),
            text(
                "One party proposed it; seen by the parties until all have confirmed it.",
                "한 당사국이 제안하였으며, 모두 확인하기 전까지 당사국만 볼 수 있음.",
                "由一方提出，各方全部确认之前仅各方可见。",
            ),
        ),
        Code(
            AssessmentState.ADOPTED,
            text("Adopted", "채택", "已通过"),
            text(
                "Every party has confirmed it; it no longer changes.",
                "모든 당사국이 확인하여 더 이상 변경되지 않음.",
                "各方均已确认，不再更改。",
            ),
            final=True,
        ),
    ),
)


LINEAGE_OUTCOMES = CodeList(
    id="lineage-outcomes",
    name=text("What became of an item", "사업의 승계 결과", "事项的延续情况"),
    codes=(
        Code(
            LineageOutcome.CONTINUED,
            text("Continued", "계속", "延续"),
            text(
                "One item of the next plan continues it.",
                "다음 계획의 한 사업이 이를 이어받음.",
                "下一计划中有一个事项延续该事项。",
            ),
        ),
        Code(
            LineageOutcome.MERGED,
            text("Merged", "통합", "合并"),
            text(
                "It was merged with others into one item.",
                "다른 사업과 하나로 통합됨.",
                "与其他事项合并为一个事项。",
            ),
        ),
        Code(
            LineageOutcome.SPLIT,
            text("Split", "분할", "拆分"),
            text(
                "Several items of the next plan come from it.",
                "다음 계획의 여러 사업으로 나뉨.",
                "拆分为下一计划中的多个事项。",
            ),
        ),
        Code(
            LineageOutcome.DROPPED,
            text("Dropped", "제외", "未延续"),
            text(
                "No item of the next plan comes from it.",
                "다음 계획에 이를 이어받은 사업이 없음.",
                "下一计划中没有事项源于该事项。",
            ),
            final=True,
        ),
    ),
)


REVIEW_KINDS = CodeList(
    id="review-kinds",
    name=text("How a meeting reviewed an item", "회의의 검토 방식", "会议审议方式"),
    codes=(
        Code(
            ReviewKind.ASSESSMENT,
            text("Assessment", "평가", "评估"),
            text(
                "The parties adopted an assessment of it.",
                "당사국이 이에 대한 평가를 채택함.",
                "各方通过了对该事项的评估。",
            ),
        ),
        Code(
            ReviewKind.DECISION,
            text("Decision", "결정", "决定"),
            text(
                "A decision of the meeting names it.",
                "회의의 결정에 언급됨.",
                "会议的决定提及该事项。",
            ),
        ),
    ),
)


STANDING_BASES = CodeList(
    id="standing-bases",
    name=text("What a standing rests on", "이행 현황의 근거", "进展依据"),
    codes=(
        Code(
            StandingBasis.JOINT,
            text("Joint", "공동", "共同"),
            text(
                "The parties concluded it jointly, and nothing newer was reported.",
                "당사국이 공동으로 결론을 내렸고 이후 보고가 없음.",
                "各方共同得出结论，且此后无新报告。",
            ),
        ),
        Code(
            StandingBasis.AGREED,
            text("Agreed", "일치", "一致"),
            text(
                "Every party has reported, and they say the same.",
                "모든 당사국이 같은 상태를 보고함.",
                "各方均已报告且状态一致。",
            ),
        ),
        Code(
            StandingBasis.DIVERGING,
            text("Diverging", "불일치", "不一致"),
            text(
                "Every party has reported, and they differ.",
                "모든 당사국이 보고했으나 상태가 다름.",
                "各方均已报告但状态不同。",
            ),
        ),
        Code(
            StandingBasis.ONE_SIDED,
            text("One-sided", "일방", "单方"),
            text(
                "Only some parties have reported.", "일부 당사국만 보고함.", "仅部分缔约方已报告。"
            ),
        ),
        Code(
            StandingBasis.UNREPORTED,
            text("Unreported", "미보고", "未报告"),
            text("Nobody has reported yet.", "아직 보고가 없음.", "尚无报告。"),
        ),
    ),
)
