"""The code lists of agreements and action items."""

from enum import StrEnum

from app.kernel.codes import Code, CodeList, text


class AgreementKind(StrEnum):
    """What kind of agreed text an agreement is."""

    TREATY = "treaty"
    MEMORANDUM = "memorandum"
    COOPERATION_PLAN = "cooperation_plan"
    ANNUAL_PLAN = "annual_plan"
    PROGRAMME = "programme"
    JOINT_STATEMENT = "joint_statement"


class AgreementStatus(StrEnum):
    """Where an agreement is in its life."""

    NEGOTIATING = "negotiating"
    SIGNED = "signed"
    IN_FORCE = "in_force"
    EXPIRED = "expired"
    TERMINATED = "terminated"
    SUPERSEDED = "superseded"


class RelationKind(StrEnum):
    """How an agreement relates to another."""

    PART_OF = "part_of"
    CONTINUES = "continues"
    AMENDS = "amends"
    SUPERSEDES = "supersedes"
    EXTENDS = "extends"


class ActionItemKind(StrEnum):
    """What kind of undertaking an action item is."""

    POLICY_EXCHANGE = "policy_exchange"
    TECHNOLOGY_EXCHANGE = "technology_exchange"
    INFORMATION_EXCHANGE = "information_exchange"
    JOINT_IMPLEMENTATION = "joint_implementation"
    JOINT_RESEARCH = "joint_research"
    EVENT = "event"
    INDUSTRY_COOPERATION = "industry_cooperation"


class Theme(StrEnum):
    """What an action item is about."""

    AIR_POLLUTION = "air_pollution"
    YELLOW_DUST = "yellow_dust"
    SEASONAL_MANAGEMENT = "seasonal_management"
    FORECASTING = "forecasting"
    OBSERVATION_AND_MODELLING = "observation_and_modelling"
    TRANSPORT = "transport"
    GREENHOUSE_GASES = "greenhouse_gases"
    CARBON_NEUTRALITY = "carbon_neutrality"
    ENVIRONMENTAL_INDUSTRY = "environmental_industry"
    WATER = "water"
    WASTE_AND_PLASTICS = "waste_and_plastics"
    CHEMICALS = "chemicals"
    BIODIVERSITY = "biodiversity"


class LineageKind(StrEnum):
    """How an action item comes from an item of an earlier plan."""

    CONTINUED = "continued"
    MERGED = "merged"
    SPLIT = "split"


AGREEMENT_KINDS = CodeList(
    id="agreement-kinds",
    name=text("Kinds of agreement", "합의 종류", "协议类型"),
    codes=(
        Code(
            AgreementKind.TREATY,
            text("Treaty", "조약", "条约"),
            text(
                "An agreement between states under international law.",
                "국제법에 따른 국가 간 합의.",
                "国家间受国际法约束的协定。",
            ),
        ),
        Code(
            AgreementKind.MEMORANDUM,
            text("Memorandum of understanding", "양해각서", "谅解备忘录"),
            text("A memorandum between ministries.", "부처 간 양해각서.", "部门间的谅解备忘录。"),
        ),
        Code(
            AgreementKind.COOPERATION_PLAN,
            text("Cooperation plan", "협력계획", "合作规划"),
            text(
                "A plan of cooperation for several years.",
                "여러 해에 걸친 협력계획.",
                "为期数年的合作规划。",
            ),
        ),
        Code(
            AgreementKind.ANNUAL_PLAN,
            text("Annual plan", "연간계획", "年度计划"),
            text(
                "What is to be done together in a year.",
                "한 해 동안 함께 할 일.",
                "一年内共同开展的工作。",
            ),
        ),
        Code(
            AgreementKind.PROGRAMME,
            text("Programme", "사업", "项目"),
            text("A joint programme or project.", "공동 사업.", "联合项目。"),
        ),
        Code(
            AgreementKind.JOINT_STATEMENT,
            text("Joint statement", "공동성명", "联合声明"),
            text(
                "A statement that the parties made together.",
                "당사국이 함께 발표한 성명.",
                "各方共同发表的声明。",
            ),
        ),
    ),
)


AGREEMENT_STATUSES = CodeList(
    id="agreement-statuses",
    name=text("Agreement statuses", "합의 상태", "协议状态"),
    codes=(
        Code(
            AgreementStatus.NEGOTIATING,
            text("Under negotiation", "협상 중", "谈判中"),
            text("The text is not yet agreed.", "아직 합의되지 않음.", "文本尚未商定。"),
            iati="1",
        ),
        Code(
            AgreementStatus.SIGNED,
            text("Signed", "서명", "已签署"),
            text(
                "Signed; nothing is said of its entry into force.",
                "서명되었으며 발효 여부는 기록되지 않음.",
                "已签署，是否生效未予记录。",
            ),
        ),
        Code(
            AgreementStatus.IN_FORCE,
            text("In force", "발효 중", "生效"),
            text(
                "It binds the parties, or is being carried out.",
                "효력이 있거나 이행 중임.",
                "有效或正在执行。",
            ),
            iati="2",
        ),
        Code(
            AgreementStatus.EXPIRED,
            text("Expired", "만료", "期满"),
            text("Its term has ended.", "기간이 끝났음.", "期限已满。"),
            final=True,
            iati="4",
        ),
        Code(
            AgreementStatus.TERMINATED,
            text("Terminated", "종료", "终止"),
            text(
                "The parties ended it before its term.",
                "기간 전에 당사국이 종료함.",
                "各方在期满前终止。",
            ),
            final=True,
            iati="5",
        ),
        Code(
            AgreementStatus.SUPERSEDED,
            text("Superseded", "대체됨", "被取代"),
            text(
                "A later agreement took its place.",
                "뒤의 합의로 대체되었음.",
                "已由后来的协议取代。",
            ),
            final=True,
        ),
    ),
)


RELATION_KINDS = CodeList(
    id="relation-kinds",
    name=text("Relations between agreements", "합의 간 관계", "协议间关系"),
    codes=(
        Code(
            RelationKind.PART_OF,
            text("Part of", "~의 일부", "属于"),
            text("It belongs to the other agreement.", "다른 합의에 속한다.", "从属于另一协议。"),
        ),
        Code(
            RelationKind.CONTINUES,
            text("Continues", "~을 이음", "延续"),
            text("It carries on after the other.", "다른 합의를 이어 간다.", "接续另一协议。"),
        ),
        Code(
            RelationKind.AMENDS,
            text("Amends", "~을 개정", "修订"),
            text(
                "It changes the wording of the other.",
                "다른 합의의 내용을 고친다.",
                "修改另一协议的内容。",
            ),
        ),
        Code(
            RelationKind.SUPERSEDES,
            text("Supersedes", "~을 대체", "取代"),
            text("It takes the place of the other.", "다른 합의를 대체한다.", "取代另一协议。"),
        ),
        Code(
            RelationKind.EXTENDS,
            text("Extends", "~을 연장", "延长"),
            text(
                "It prolongs the term of the other.",
                "다른 합의의 기간을 연장한다.",
                "延长另一协议的期限。",
            ),
        ),
    ),
)


ACTION_ITEM_KINDS = CodeList(
    id="action-item-kinds",
    name=text("Kinds of action item", "과제 종류", "行动项类型"),
    codes=(
        Code(
            ActionItemKind.POLICY_EXCHANGE,
            text("Policy exchange", "정책 교류", "政策交流"),
            text(
                "The sides tell each other of their policies.",
                "정책을 서로 교류한다.",
                "双方交流政策。",
            ),
        ),
        Code(
            ActionItemKind.TECHNOLOGY_EXCHANGE,
            text("Technology exchange", "기술 교류", "技术交流"),
            text("The sides share technology.", "기술을 서로 교류한다.", "双方交流技术。"),
        ),
        Code(
            ActionItemKind.INFORMATION_EXCHANGE,
            text("Information exchange", "정보 교류", "信息交流"),
            text(
                "The sides share data and information.",
                "자료와 정보를 공유한다.",
                "双方共享数据和信息。",
            ),
        ),
        Code(
            ActionItemKind.JOINT_IMPLEMENTATION,
            text("Joint implementation", "공동 시행", "共同实施"),
            text(
                "The sides carry out measures together.",
                "조치를 함께 시행한다.",
                "双方共同实施措施。",
            ),
        ),
        Code(
            ActionItemKind.JOINT_RESEARCH,
            text("Joint research", "공동 연구", "联合研究"),
            text("The sides do research together.", "함께 연구한다.", "双方共同研究。"),
        ),
        Code(
            ActionItemKind.EVENT,
            text("Event", "행사", "活动"),
            text(
                "A conference or another event is held.", "회의 등 행사를 연다.", "举办会议等活动。"
            ),
        ),
        Code(
            ActionItemKind.INDUSTRY_COOPERATION,
            text("Industry cooperation", "산업 협력", "产业合作"),
            text(
                "Companies of the sides are brought together.",
                "양측 기업의 협력을 지원한다.",
                "促进双方企业合作。",
            ),
        ),
    ),
)


THEMES = CodeList(
    id="themes",
    name=text("Themes", "주제", "主题"),
    codes=(
        Code(
            Theme.AIR_POLLUTION,
            text("Air pollution", "대기오염", "大气污染"),
            text(
                "Pollutants in the air, fine dust among them.",
                "미세먼지 등 대기오염물질.",
                "包括细颗粒物在内的大气污染物。",
            ),
        ),
        Code(
            Theme.YELLOW_DUST,
            text("Yellow dust", "황사", "沙尘"),
            text("Dust storms from dry lands.", "건조지대에서 오는 황사.", "来自干旱地区的沙尘。"),
        ),
        Code(
            Theme.SEASONAL_MANAGEMENT,
            text("Seasonal management", "계절관리", "季节性管理"),
            text(
                "Stronger measures in the season of high concentrations.",
                "고농도 시기의 강화된 조치.",
                "高浓度季节的强化措施。",
            ),
        ),
        Code(
            Theme.FORECASTING,
            text("Forecasting", "예보", "预报"),
            text("Forecasts of air quality.", "대기질 예보.", "空气质量预报。"),
        ),
        Code(
            Theme.OBSERVATION_AND_MODELLING,
            text("Observation and modelling", "관측과 모델링", "观测与模型"),
            text(
                "Measuring pollutants, and computing how they spread.",
                "오염물질 관측과 수치모델.",
                "污染物观测和数值模型。",
            ),
        ),
        Code(
            Theme.TRANSPORT,
            text("Transport", "교통", "交通"),
            text(
                "Emissions of vehicles and transport.",
                "자동차와 교통 부문의 배출.",
                "机动车和交通部门的排放。",
            ),
        ),
        Code(
            Theme.GREENHOUSE_GASES,
            text("Greenhouse gases", "온실가스", "温室气体"),
            text("Gases that warm the climate.", "기후를 덥히는 기체.", "使气候变暖的气体。"),
        ),
        Code(
            Theme.CARBON_NEUTRALITY,
            text("Carbon neutrality", "탄소중립", "碳中和"),
            text(
                "Policies towards net-zero emissions.",
                "순배출 영을 향한 정책.",
                "实现净零排放的政策。",
            ),
        ),
        Code(
            Theme.ENVIRONMENTAL_INDUSTRY,
            text("Environmental industry", "환경산업", "环保产业"),
            text(
                "Firms, forums and fairs of the environmental industry.",
                "환경산업 기업, 포럼, 전시.",
                "环保产业的企业、论坛和展会。",
            ),
        ),
        Code(
            Theme.WATER,
            text("Water", "물환경", "水环境"),
            text(
                "Rivers, lakes, seas and their water.",
                "하천, 호소, 바다의 물.",
                "河流、湖泊、海洋及其水质。",
            ),
        ),
        Code(
            Theme.WASTE_AND_PLASTICS,
            text("Waste and plastics", "폐기물과 플라스틱", "废弃物与塑料"),
            text(
                "Waste, recycling and plastics.",
                "폐기물, 재활용, 플라스틱.",
                "废弃物、循环利用和塑料。",
            ),
        ),
        Code(
            Theme.CHEMICALS,
            text("Chemicals", "화학물질", "化学品"),
            text("Safe handling of chemicals.", "화학물질의 안전한 관리.", "化学品的安全管理。"),
        ),
        Code(
            Theme.BIODIVERSITY,
            text("Biodiversity", "생물다양성", "生物多样性"),
            text(
                "Species, habitats and protected areas.",
                "생물종, 서식지, 보호지역.",
                "物种、栖息地和保护区。",
            ),
        ),
    ),
)


LINEAGE_KINDS = CodeList(
    id="lineage-kinds",
    name=text("Lineage of action items", "과제의 계보", "行动项沿革"),
    codes=(
        Code(
            LineageKind.CONTINUED,
            text("Continued", "계속", "延续"),
            text(
                "It carries on one earlier item.",
                "이전 과제 하나를 이어 간다.",
                "延续一个先前的行动项。",
            ),
        ),
        Code(
            LineageKind.MERGED,
            text("Merged", "통합", "合并"),
            text(
                "It unites several earlier items.",
                "이전 과제 여럿을 합쳤다.",
                "由多个先前的行动项合并而成。",
            ),
        ),
        Code(
            LineageKind.SPLIT,
            text("Split", "분리", "拆分"),
            text(
                "It is a part of an earlier item.",
                "이전 과제의 일부가 나뉘었다.",
                "由先前的行动项拆分而来。",
            ),
        ),
    ),
)
