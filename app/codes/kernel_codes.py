"""The code lists of the kernel, and of what requests can ask for."""

from app.kernel.access import Role, Visibility
from app.kernel.codes import Code, CodeList, text
from app.kernel.journal import Operation
from app.kernel.keys import KeyState
from app.kernel.tabular.formats import Format
from app.kernel.text import Language

VISIBILITIES = CodeList(
    id="visibilities",
    name=text("Visibility", "공개 범위", "可见范围"),
    codes=(
        Code(
            Visibility.PUBLIC,
            text("Public", "공개", "公开"),
            text("Anyone may see it.", "누구나 볼 수 있음.", "任何人可见。"),
        ),
        Code(
            Visibility.PARTIES,
            text("Parties", "당사국", "各方"),
            text(
                "Any party of the dialogue may see it.",
                "대화의 당사국만 볼 수 있음.",
                "对话各方可见。",
            ),
        ),
        Code(
            Visibility.PARTY,
            text("One party", "일방", "单方"),
            text("Only its own side may see it.", "작성 측만 볼 수 있음.", "仅本方可见。"),
        ),
    ),
)


ROLES = CodeList(
    id="roles",
    name=text("Roles", "역할", "角色"),
    codes=(
        Code(
            Role.READER,
            text("Reader", "열람자", "读者"),
            text(
                "Reads what its party may see.",
                "소속 당사국에 허용된 것을 읽는다.",
                "阅读其所属方可见的内容。",
            ),
        ),
        Code(
            Role.REPORTER,
            text("Reporter", "보고자", "报告者"),
            text(
                "Also reports for its own party.",
                "소속 당사국을 위해 보고도 한다.",
                "并为其所属方报告。",
            ),
        ),
        Code(
            Role.EDITOR,
            text("Editor", "편집자", "编辑者"),
            text("Also writes the shared records.", "공동 기록도 작성한다.", "并编写共享记录。"),
        ),
        Code(
            Role.ADMIN,
            text("Administrator", "관리자", "管理员"),
            text("Also manages keys.", "키도 관리한다.", "并管理密钥。"),
        ),
    ),
)


KEY_STATES = CodeList(
    id="key-states",
    name=text("States of keys", "키 상태", "密钥状态"),
    codes=(
        Code(
            KeyState.ACTIVE,
            text("Active", "유효", "有效"),
            text("The key works.", "키를 사용할 수 있음.", "密钥可以使用。"),
        ),
        Code(
            KeyState.EXPIRED,
            text("Expired", "만료", "已过期"),
            text(
                "The key has expired; it can be rotated.",
                "키가 만료됨. 교체할 수 있음.",
                "密钥已过期，可以更换。",
            ),
        ),
        Code(
            KeyState.REVOKED,
            text("Revoked", "폐기", "已撤销"),
            text("The key was revoked for good.", "키가 영구히 폐기됨.", "密钥已被永久撤销。"),
            final=True,
        ),
    ),
)


OPERATIONS = CodeList(
    id="operations",
    name=text("Operations", "변경 종류", "操作"),
    codes=(
        Code(
            Operation.CREATE,
            text("Created", "생성", "创建"),
            text("The record came to be.", "기록이 생성됨.", "记录被创建。"),
        ),
        Code(
            Operation.UPDATE,
            text("Changed", "수정", "修改"),
            text("The record was changed.", "기록이 수정됨.", "记录被修改。"),
        ),
        Code(
            Operation.DELETE,
            text("Deleted", "삭제", "删除"),
            text(
                "The record was deleted; its history stays.",
                "기록이 삭제되었으며 이력은 남음.",
                "记录被删除，历史保留。",
            ),
            final=True,
        ),
    ),
)


LANGUAGES = CodeList(
    id="languages",
    name=text("Languages", "언어", "语言"),
    codes=(
        Code(
            Language.EN,
            text("English", "영어", "英语"),
            text("English.", "영어.", "英语。"),
        ),
        Code(
            Language.KO,
            text("Korean", "한국어", "韩语"),
            text("Korean.", "한국어.", "韩语。"),
        ),
        Code(
            Language.ZH,
            text("Chinese", "중국어", "中文"),
            text("Chinese, in simplified characters.", "중국어(간체).", "简体中文。"),
        ),
    ),
)


LIST_FORMATS = CodeList(
    id="list-formats",
    name=text("Formats of lists", "목록 형식", "列表格式"),
    codes=(
        Code(
            Format.JSON,
            text("JSON", "JSON", "JSON"),
            text("Page by page, for programs.", "프로그램용, 쪽별 제공.", "供程序使用，分页提供。"),
        ),
        Code(
            Format.JSONL,
            text("JSON Lines", "JSON Lines", "JSON Lines"),
            text(
                "The whole list, an entry a line.",
                "목록 전체, 한 줄에 한 항목.",
                "整个列表，每行一项。",
            ),
        ),
        Code(
            Format.CSV,
            text("CSV", "CSV", "CSV"),
            text(
                "The whole list, for spreadsheets and statistics.",
                "목록 전체, 스프레드시트와 통계용.",
                "整个列表，供电子表格和统计使用。",
            ),
        ),
        Code(
            Format.XLSX,
            text("Excel workbook", "엑셀 통합 문서", "Excel 工作簿"),
            text(
                "The whole list, as a sheet of a workbook.",
                "목록 전체, 통합 문서의 시트로 제공.",
                "整个列表，作为工作簿的一个工作表。",
            ),
        ),
    ),
)
