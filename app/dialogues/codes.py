"""The code lists of dialogues and meetings."""

from enum import StrEnum

from app.kernel.codes import Code, CodeList, text


class DialogueLevel(StrEnum):
    """At which level the parties meet."""

    MINISTER = "minister"
    VICE_MINISTER = "vice_minister"
    DIRECTOR_GENERAL = "director_general"
    DIRECTOR = "director"
    WORKING = "working"


class MeetingStatus(StrEnum):
    """Whether a meeting has been held."""

    PLANNED = "planned"
    CONFIRMED = "confirmed"
    HELD = "held"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


class MeetingFormat(StrEnum):
    """How those taking part meet."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    HYBRID = "hybrid"


class ParticipationRole(StrEnum):
    """As what somebody took part in a meeting."""

    HEAD = "head"
    DELEGATE = "delegate"
    EXPERT = "expert"
    OBSERVER = "observer"
    INTERPRETER = "interpreter"
    SECRETARIAT = "secretariat"


class DecisionEffect(StrEnum):
    """What a decision did to an agreement or an action item."""

    CREATED = "created"
    CHANGED = "changed"
    ENDED = "ended"


class AgendaReason(StrEnum):
    """Why an action item is on a meeting's agenda."""

    OVERDUE = "overdue"
    DIVERGING = "diverging"
    STALE = "stale"
    NEVER_REVIEWED = "never_reviewed"


DIALOGUE_LEVELS = CodeList(
    id="dialogue-levels",
    name=text("Levels of dialogue", "대화 급", "对话级别"),
    codes=(
        Code(
            DialogueLevel.MINISTER,
            text("Minister", "장관급", "部长级"),
            text("Ministers meet.", "장관이 참석한다.", "由部长出席。"),
        ),
        Code(
            DialogueLevel.VICE_MINISTER,
            text("Vice minister", "차관급", "副部长级"),
            text("Vice ministers meet.", "차관이 참석한다.", "由副部长出席。"),
        ),
        Code(
            DialogueLevel.DIRECTOR_GENERAL,
            text("Director general", "국장급", "司局长级"),
            text("Directors general meet.", "국장이 참석한다.", "由司局长出席。"),
        ),
        Code(
            DialogueLevel.DIRECTOR,
            text("Director", "과장급", "处长级"),
            text("Directors meet.", "과장이 참석한다.", "由处长出席。"),
        ),
        Code(
            DialogueLevel.WORKING,
            text("Working level", "실무급", "工作层"),
            text("Those who do the work meet.", "실무자가 참석한다.", "由工作人员出席。"),
        ),
    ),
)


MEETING_STATUSES = CodeList(
    id="meeting-statuses",
    name=text("Meeting statuses", "회의 상태", "会议状态"),
    codes=(
        Code(
            MeetingStatus.PLANNED,
            text("Planned", "예정", "计划中"),
            text(
                "Announced or intended, not yet agreed by all.",
                "예고되었으나 모두의 확정은 없음.",
                "已预告或拟定，尚未由各方确认。",
            ),
            iati="1",
        ),
        Code(
            MeetingStatus.CONFIRMED,
            text("Confirmed", "확정", "已确认"),
            text(
                "Agreed by all parties, not yet held.",
                "모든 당사국이 확정했으나 아직 열리지 않음.",
                "各方已确认，尚未举行。",
            ),
            iati="1",
        ),
        Code(
            MeetingStatus.HELD,
            text("Held", "개최됨", "已举行"),
            text("The meeting has taken place.", "회의가 열렸음.", "会议已举行。"),
            final=True,
            iati="4",
        ),
        Code(
            MeetingStatus.POSTPONED,
            text("Postponed", "연기", "推迟"),
            text("Put off to a later day.", "뒤로 미루어짐.", "推迟到以后。"),
            iati="6",
        ),
        Code(
            MeetingStatus.CANCELLED,
            text("Cancelled", "취소", "取消"),
            text("It will not take place.", "열리지 않음.", "不再举行。"),
            final=True,
            iati="5",
        ),
    ),
)


MEETING_FORMATS = CodeList(
    id="meeting-formats",
    name=text("Meeting formats", "회의 방식", "会议形式"),
    codes=(
        Code(
            MeetingFormat.IN_PERSON,
            text("In person", "대면", "线下"),
            text("All are in one place.", "모두 한곳에 모인다.", "各方在同一地点。"),
        ),
        Code(
            MeetingFormat.ONLINE,
            text("Online", "화상", "线上"),
            text("All take part by video.", "모두 화상으로 참석한다.", "各方以视频方式参加。"),
        ),
        Code(
            MeetingFormat.HYBRID,
            text("Hybrid", "혼합", "线上线下结合"),
            text(
                "Some are in one place, some take part by video.",
                "일부는 대면, 일부는 화상.",
                "部分线下，部分视频参加。",
            ),
        ),
    ),
)


PARTICIPATION_ROLES = CodeList(
    id="participation-roles",
    name=text("Roles at a meeting", "회의에서의 역할", "参会角色"),
    codes=(
        Code(
            ParticipationRole.HEAD,
            text("Head of delegation", "수석대표", "代表团团长"),
            text("Leads the delegation of a party.", "당사국 대표단을 이끈다.", "率领一方代表团。"),
        ),
        Code(
            ParticipationRole.DELEGATE,
            text("Delegate", "대표", "代表"),
            text("A member of a delegation.", "대표단의 일원.", "代表团成员。"),
        ),
        Code(
            ParticipationRole.EXPERT,
            text("Expert", "전문가", "专家"),
            text("Takes part for their knowledge.", "전문지식으로 참여한다.", "以专业知识参会。"),
        ),
        Code(
            ParticipationRole.OBSERVER,
            text("Observer", "참관인", "观察员"),
            text(
                "Attends without speaking for a party.",
                "당사국을 대표하지 않고 참관한다.",
                "列席而不代表任何一方。",
            ),
        ),
        Code(
            ParticipationRole.INTERPRETER,
            text("Interpreter", "통역", "口译"),
            text("Interprets between languages.", "통역한다.", "担任口译。"),
        ),
        Code(
            ParticipationRole.SECRETARIAT,
            text("Secretariat", "사무국", "秘书处"),
            text(
                "Prepares and records the meeting.", "회의를 준비하고 기록한다.", "筹备并记录会议。"
            ),
        ),
    ),
)


DECISION_EFFECTS = CodeList(
    id="decision-effects",
    name=text("Effects of a decision", "결정의 효과", "决定的效果"),
    codes=(
        Code(
            DecisionEffect.CREATED,
            text("Created", "신설", "新设"),
            text(
                "The decision brought the agreement or item about.",
                "결정으로 합의 또는 과제가 생겼음.",
                "该决定产生了协议或行动项。",
            ),
        ),
        Code(
            DecisionEffect.CHANGED,
            text("Changed", "변경", "变更"),
            text("The decision changed it.", "결정으로 변경되었음.", "该决定对其作了变更。"),
        ),
        Code(
            DecisionEffect.ENDED,
            text("Ended", "종료", "终止"),
            text("The decision ended it.", "결정으로 종료되었음.", "该决定使其终止。"),
            final=True,
        ),
    ),
)

AGENDA_REASONS = CodeList(
    id="agenda-reasons",
    name=text("Reasons to discuss an item", "의제 상정 사유", "列入议程的理由"),
    codes=(
        Code(
            AgendaReason.OVERDUE,
            text("Overdue", "기한 경과", "逾期"),
            text(
                "Its due date has passed, and it is neither completed nor cancelled.",
                "기한이 지났으나 완료되거나 취소되지 않음.",
                "已过期限，且未完成亦未取消。",
            ),
        ),
        Code(
            AgendaReason.DIVERGING,
            text("Diverging", "불일치", "不一致"),
            text(
                "The parties report different statuses.",
                "당사국이 서로 다른 상태를 보고함.",
                "各方报告的状态不同。",
            ),
        ),
        Code(
            AgendaReason.STALE,
            text("Stale", "보고 중단", "久未更新"),
            text(
                "Nothing has been reported for a long time.",
                "오랫동안 보고가 없음.",
                "长期没有新的报告。",
            ),
        ),
        Code(
            AgendaReason.NEVER_REVIEWED,
            text("Never reviewed", "미검토", "从未审议"),
            text(
                "No meeting has assessed it or decided on it.",
                "어느 회의에서도 평가하거나 결정하지 않음.",
                "尚无会议对其进行评估或作出决定。",
            ),
        ),
    ),
)
