"""The code lists of webhooks."""

from app.kernel.codes import Code, CodeList, text
from app.webhooks.models import Outcome, PauseReason, WebhookState

WEBHOOK_STATES = CodeList(
    id="webhook-states",
    name=text("States of webhooks", "웹훅 상태", "网络钩子状态"),
    codes=(
        Code(
            WebhookState.ACTIVE,
            text("Active", "작동 중", "运行中"),
            text("Changes are sent.", "변경 사항을 보낸다.", "发送变更。"),
        ),
        Code(
            WebhookState.PAUSED,
            text("Paused", "일시 중지", "已暂停"),
            text(
                "Nothing is sent until it is resumed; nothing is lost.",
                "재개할 때까지 보내지 않으며, 잃는 것은 없다.",
                "恢复之前不发送，也不丢失任何内容。",
            ),
        ),
    ),
)


PAUSE_REASONS = CodeList(
    id="webhook-pause-reasons",
    name=text("Why webhooks are paused", "웹훅 중지 사유", "网络钩子暂停原因"),
    codes=(
        Code(
            PauseReason.ASKED,
            text("Asked for", "요청", "应要求"),
            text("Somebody paused it.", "누군가 일시 중지했다.", "有人将其暂停。"),
        ),
        Code(
            PauseReason.FAILING,
            text("Failing", "계속 실패", "持续失败"),
            text(
                "For days nothing but failure.",
                "여러 날 동안 실패만 이어졌다.",
                "多日来一直失败。",
            ),
        ),
        Code(
            PauseReason.GONE,
            text("Gone", "수신처 없음", "已不存在"),
            text(
                "The receiver said that nothing is wanted there any more (410).",
                "수신처가 더는 받지 않겠다고 답했다(410).",
                "接收方表示不再需要（410）。",
            ),
        ),
        Code(
            PauseReason.KEY_EXPIRED,
            text("Key expired", "키 만료", "密钥过期"),
            text("Its key has expired.", "해당 키가 만료되었다.", "其密钥已过期。"),
        ),
        Code(
            PauseReason.KEY_REVOKED,
            text("Key revoked", "키 폐지", "密钥撤销"),
            text("Its key was revoked.", "해당 키가 폐지되었다.", "其密钥已被撤销。"),
        ),
        Code(
            PauseReason.RESTORED,
            text("Restored", "복원", "恢复"),
            text(
                "The database was restored from a backup.",
                "데이터베이스가 백업에서 복원되었다.",
                "数据库由备份恢复。",
            ),
        ),
    ),
)


OUTCOMES = CodeList(
    id="webhook-outcomes",
    name=text("Outcomes of sending", "전송 결과", "发送结果"),
    codes=(
        Code(
            Outcome.DELIVERED,
            text("Delivered", "전달됨", "已送达"),
            text(
                "Answered with a status of 200 to 299.",
                "상태 코드 200~299로 응답했다.",
                "以状态码 200 至 299 应答。",
            ),
        ),
        Code(
            Outcome.REFUSED,
            text("Refused", "거부됨", "被拒绝"),
            text(
                "Answered with another status.",
                "그 밖의 상태 코드로 응답했다.",
                "以其他状态码应答。",
            ),
        ),
        Code(
            Outcome.REDIRECTED,
            text("Redirected", "다른 주소로 안내됨", "被重定向"),
            text(
                "Answered with another address, which is not followed.",
                "다른 주소를 알려 왔으나 따르지 않는다.",
                "应答给出另一地址，不予跟随。",
            ),
        ),
        Code(
            Outcome.TIMED_OUT,
            text("Timed out", "시간 초과", "超时"),
            text("Not answered in time.", "제시간에 응답하지 않았다.", "未及时应答。"),
        ),
        Code(
            Outcome.UNREACHABLE,
            text("Unreachable", "연결 불가", "无法连接"),
            text("No connection was made.", "연결되지 않았다.", "未能建立连接。"),
        ),
        Code(
            Outcome.UNRESOLVED,
            text("Unresolved", "주소 없음", "无法解析"),
            text("The name has no address.", "이름에 해당하는 주소가 없다.", "该名称没有地址。"),
        ),
        Code(
            Outcome.UNTRUSTED,
            text("Untrusted", "신뢰할 수 없음", "不受信任"),
            text(
                "Its certificate was not accepted (TLS).",
                "인증서를 받아들이지 못했다(TLS).",
                "其证书未被接受（TLS）。",
            ),
        ),
        Code(
            Outcome.FORBIDDEN_ADDRESS,
            text("Forbidden address", "허용되지 않는 주소", "禁止的地址"),
            text(
                "The address is one of an inner network.",
                "내부망의 주소이다.",
                "该地址属于内部网络。",
            ),
        ),
        Code(
            Outcome.MALFORMED,
            text("Malformed", "형식 오류", "格式错误"),
            text("The answer was no HTTP.", "응답이 HTTP가 아니었다.", "应答不是 HTTP。"),
        ),
    ),
)
