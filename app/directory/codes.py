"""The code list of the directory."""

from enum import StrEnum

from app.kernel.codes import Code, CodeList, text


class OrganizationKind(StrEnum):
    """What kind of body an organization is."""

    MINISTRY = "ministry"
    AGENCY = "agency"
    INSTITUTE = "institute"
    CENTRE = "centre"
    INTERNATIONAL = "international"


ORGANIZATION_KINDS = CodeList(
    id="organization-kinds",
    name=text("Kinds of organization", "기관 종류", "机构类型"),
    codes=(
        Code(
            OrganizationKind.MINISTRY,
            text("Ministry", "부처", "部委"),
            text(
                "A ministry or a department of one.",
                "정부 부처 또는 그 소속 부서.",
                "政府部委或其内设司局。",
            ),
        ),
        Code(
            OrganizationKind.AGENCY,
            text("Agency", "공공기관", "事业机构"),
            text(
                "A public body that carries out tasks for a ministry.",
                "부처의 업무를 수행하는 공공기관.",
                "为部委执行任务的公共机构。",
            ),
        ),
        Code(
            OrganizationKind.INSTITUTE,
            text("Institute", "연구기관", "研究机构"),
            text("A body for research.", "연구를 수행하는 기관.", "从事研究的机构。"),
        ),
        Code(
            OrganizationKind.CENTRE,
            text("Centre", "센터", "中心"),
            text(
                "A standing office for cooperation.", "협력을 위한 상설 기구.", "常设的合作机构。"
            ),
        ),
        Code(
            OrganizationKind.INTERNATIONAL,
            text("International organization", "국제기구", "国际组织"),
            text("A body of several states.", "여러 국가가 참여하는 기구.", "由多国组成的机构。"),
        ),
    ),
)
