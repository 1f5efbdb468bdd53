"""Names of ministries beside those of the record: earlier ones, later ones, and other spellings.

Used to recognise them, never to name them: a draft quotes what the release says. `until` and
`since` are partial dates; facts on the renamings are those of the reference record.
"""

from typing import NamedTuple


class Spelling(NamedTuple):
    """One way to write the name of an organization of the record."""

    organization: str
    name: str
    since: str | None = None
    until: str | None = None


SPELLINGS = (
    Spelling("kr-moe", "Ministry of Environment of the Republic of Korea", until="2025-09-30"),
    Spelling("kr-moe", "Korean Ministry of Environment", until="2025-09-30"),
    Spelling("kr-moe", "Ministry of the Environment of Korea", until="2025-09-30"),
    Spelling("kr-moe", "Ministry of Climate, Energy, and Environment", since="2025-10-01"),
    Spelling("kr-moe", "Ministry of Climate, Energy, Environment", since="2025-10-01"),
    Spelling("kr-moe", "Ministry of Climate Energy and Environment", since="2025-10-01"),
    Spelling("kr-moe", "한국 환경부", until="2025-09-30"),
    Spelling("kr-moe", "大韩民国环境部", until="2025-09-30"),
    Spelling("kr-moe", "韩国气候能源环境部", since="2025-10-01"),
    Spelling("kr-moe", "气候能源环境部", since="2025-10-01"),
    Spelling("cn-mee", "중국 생태환경부", since="2018-03"),
    Spelling("cn-mee", "中国生态环境部", since="2018-03"),
    Spelling("cn-mee", "중국 환경보호부", until="2018-03"),
    Spelling("cn-mee", "환경보호부", until="2018-03"),
    Spelling("cn-mee", "中国环境保护部", until="2018-03"),
    Spelling("cn-mee", "环境保护部", until="2018-03"),
    Spelling("cn-mee-international-cooperation", "International Cooperation Department"),
    Spelling("cn-mee-international-cooperation", "Department for International Cooperation"),
    Spelling("cn-mee-international-cooperation", "국제협력사"),
)
# Organizations that are no record's, and that must not be taken for one whose name theirs holds.
OTHERS = (
    "환경부 산하",
    "일본 환경성",
    "몽골 환경부",
    "몽골 자연환경관광부",
    "日本环境省",
    "日本环境厅",
    "蒙古国环境部",
    "Japanese Ministry of the Environment",
    "Ministry of the Environment of Japan",
    "Ministry of the Environment, Japan",
    "Ministry of Environment of Japan",
    "Japan's Ministry of the Environment",
    "Japan's Ministry of Environment",
    "Ministry of Environment and Tourism",
    "Ministry of Environment and Climate Change",
    "Ministry of Environment of Mongolia",
)
