"""Surnames, and the words with which titles end (Korean, Chinese) or begin (English)."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


KOREAN_SURNAMES = (
    "남궁|황보|제갈|선우|독고|사공|서문|"
    "[김이박최정강조윤장임한오서신권황안송류유홍전고문양손배백허남심노하곽성차주우구민진지엄채원"
    "천방공현함변염여추도소석설선마길연위표명기반왕금옥육인맹제모탁국어은편용나라봉단]"
)
# As Korean pages write Chinese surnames.
TRANSLITERATED_SURNAMES = (
    "저우|자오|가오|샤오|차오|위안|차이|웨이|궈|황|리|왕|장|류|천|양|우|쉬|쑨|주|후|마|린|허|량|쑹|탕|펑"
    "|위|둥|청|덩|쉐|판|예|뤼|쑤|루|딩|자|셰|한|친|스|장"
)
KOREAN_TITLES = (
    "장관|차관|국장|부국장|과장|심의관|정책관|협력관|정책실장|기획관|기획조정실장|실장|대사|공사|참사관"
    "|사장|부사장|부장|부부장|처장|부처장|원장|부원장|센터장|청장|차장|위원장|사무총장|총괄관|담당관"
    "|조정관|팀장|주임|이사장|단장|교섭대표|수석대표"
)
# 2 or 3 syllables that begin as a surname does, stand before a title, and are nobody.
NO_KOREAN_NAME = _words(
    "한국 양국 양측 한중 한중일 한일중 주한 주중 주일 신임 전임 현임 정부 이번 우리 "
    "우리나라 전국 지난 지난해 기후 환경 국제 국장급 장관급 차관급 고위급 실무급 정책 "
    "유엔 이날 이후 이어 이에 한편 금번 당시 기존 연구 공동 조선 전문 전문가 주재 주요 "
    "소속 현직 전직 해당 신규 이외 이상 이하 한반도 대기 미세 기획 기획조정 국제협력 대한 "
    "민간 수석 지역 지방 지속 산하 대외 외교 외교부 서울 부산 인천 중국 일본 양국의 "
    "양측의 한국측 중국측 방문 위원 대표 대표단 국립 장관 차관 국장 과장 원장 실장 소장 "
    "서로 전체 어제 오늘 내일 내년 올해 연내 차기 성과 정보 제도 문제 방지 공기 오염 안전 "
    "노력 조정 위해 도시"
)
CHINESE_SURNAMES = (
    "欧阳|司马|上官|诸葛|"
    "[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁"
    "魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易"
    "常武乔贺赖龚文朴安柳禹权洪裴闵丘南赵翟解柯鲁葛祁闻庄岳齐梅倪严温芦季俞章鲍费]"
)
CHINESE_TITLES = (
    "副部长|部长|副司长|司长|副局长|局长|副处长|处长|副主任|主任|副院长|院长|大使|公使|参赞|巡视员"
    "|秘书长|副秘书长|所长|副所长|协力官|合作官|政策官|审议官|次官|长官|室长|课长|特使|总工程师|研究员"
)
NO_CHINESE_NAME = _words("韩国 何时 高级 方面 文化 安全 江苏 金融 常务 白天 石油 任命")

ENGLISH_TITLES = (
    r"(?:(?:Vice|Deputy|Assistant|Acting|Senior|Environment|Foreign|First|Executive) ){0,2}"
    r"(?:Vice-)?(?:Ministers?|Directors?[- ]Generals?|Directors?|Head|Chief|CEO|President"
    r"|Ambassador"
    r"|Counsell?or|Commissioner|Secretary(?:[- ]General)?|Chair(?:man|woman|person)?|Administrator"
    r"|Inspector|Coordinator|(?:Special )?Envoy|Vice-Minister)"
)
# Capitalised words that are in no name of a person.
NO_ENGLISH_NAME = _words(
    "the a an on in at of for to and with both during after before this that these those "
    "their they it its he she his her we our ministry minister ministers vice deputy "
    "director directors general department bureau office division environment "
    "environmental ecology china chinese korea korean japan japanese rok prc republic "
    "seoul beijing monday tuesday wednesday thursday friday saturday sunday january "
    "february march april may june july august september october november december plan "
    "clear sky dialogue meeting policy cooperation center centre conference forum press "
    "release climate change air quality fine dust joint committee international national "
    "institute research agreement memorandum first second third fourth fifth northeast "
    "asia head chief president mr ms mrs dr according meanwhile furthermore additionally "
    "also led by from government delegation south north sides side board view hotel city "
    "action work annual working group yellow sea green deal state ambassador senior "
    "acting assistant embassy university"
)
