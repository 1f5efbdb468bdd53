"""Cities in which such meetings are held: their names in three languages, country, time zone."""

from typing import NamedTuple


class City(NamedTuple):
    """A city: its country's code, its IANA time zone, and how it is written."""

    country: str
    timezone: str
    names: tuple[str, ...]


_ZONES = {
    "CN": "Asia/Shanghai",
    "KR": "Asia/Seoul",
    "JP": "Asia/Tokyo",
    "MN": "Asia/Ulaanbaatar",
    "TH": "Asia/Bangkok",
    "KE": "Africa/Nairobi",
    "CH": "Europe/Zurich",
    "FR": "Europe/Paris",
    "AE": "Asia/Dubai",
    "EG": "Africa/Cairo",
    "AZ": "Asia/Baku",
}
_NAMES = {
    "CN": """
        Beijing 베이징 북경 北京|Shanghai 상하이 상해 上海|Tianjin 톈진 天津|Chongqing 충칭 重庆
        Jinan 지난시 济南|Nanjing 난징 南京|Suzhou 쑤저우 苏州|Hangzhou 항저우 杭州|Dalian 다롄 大连
        Qingdao 칭다오 青岛|Yantai 옌타이 烟台|Weihai 웨이하이 威海|Shenyang 선양 沈阳
        Changchun 창춘 长春|Harbin 하얼빈 哈尔滨|Xi'an 시안 西安|Chengdu 청두 成都|Wuhan 우한 武汉
        Guangzhou 광저우 广州|Shenzhen 선전시 深圳|Xiamen 샤먼 厦门|Kunming 쿤밍 昆明
        Guiyang 구이양 贵阳|Sanya 싼야 三亚|Haikou 하이커우 海口|Hefei 허페이 合肥
        Zhengzhou 정저우 郑州|Taiyuan 타이위안 太原|Shijiazhuang 스자좡 石家庄
        Hohhot 후허하오터 呼和浩特
        Yinchuan 인촨 银川|Lanzhou 란저우 兰州|Urumqi 우루무치 乌鲁木齐|Wuxi 우시시 无锡
        Yangzhou 양저우 扬州|Yancheng 옌청 盐城|Ningbo 닝보 宁波|Fuzhou 푸저우 福州
        Nanchang 난창 南昌|Changsha 창사 长沙|Nanning 난닝 南宁|Lhasa 라싸 拉萨|Baoding 바오딩 保定
    """,
    "KR": """
        Seoul 서울 首尔|Busan 부산 釜山|Incheon 인천 仁川|Daegu 대구 大邱|Daejeon 대전 大田
        Gwangju 광주 光州|Ulsan 울산 蔚山|Sejong 세종 世宗|Jeju 제주 济州|Seogwipo 서귀포 西归浦
        Suwon 수원시 水原|Gyeongju 경주 庆州|Gangneung 강릉 江陵|Yeosu 여수 丽水市
        Changwon 창원 昌原
        Jeonju 전주시 全州|Pyeongchang 평창 平昌|Pohang 포항 浦项|Suncheon 순천 顺天
    """,
    "JP": """
        Tokyo 도쿄 동경 东京|Kyoto 교토 京都|Osaka 오사카 大阪|Nagoya 나고야 名古屋
        Kitakyushu 기타큐슈 北九州|Fukuoka 후쿠오카 福冈|Sapporo 삿포로 札幌|Yokohama 요코하마 横滨
        Toyama 도야마 富山|Niigata 니가타 新潟|Hiroshima 히로시마 广岛|Kobe 고베 神户
        Sendai 센다이 仙台
    """,
    "MN": "Ulaanbaatar 울란바토르 乌兰巴托",
    "TH": "Bangkok 방콕 曼谷",
    "KE": "Nairobi 나이로비 内罗毕",
    "CH": "Geneva 제네바 日内瓦",
    "FR": "Paris 파리 巴黎",
    "AE": "Dubai 두바이 迪拜",
    "EG": "Cairo 카이로 开罗",
    "AZ": "Baku 바쿠 巴库",
}
CITIES = tuple(
    City(country, _ZONES[country], tuple(city.split()))
    for country, cities in _NAMES.items()
    for city in cities.replace("\n", "|").split("|")
    if city.strip()
)
# In English two words; the table above is split at spaces.
_TWO_WORDS = (
    City("CN", "Asia/Hong_Kong", ("Hong Kong", "홍콩", "香港")),
    City("CN", "Asia/Macau", ("Macao", "마카오", "澳门")),
    City("VN", "Asia/Ho_Chi_Minh", ("Ha Noi", "Hanoi", "하노이", "河内")),
    City("IN", "Asia/Kolkata", ("New Delhi", "뉴델리", "新德里")),
    City("US", "America/New_York", ("New York", "뉴욕", "纽约")),
    City("US", "America/New_York", ("Washington, D.C.", "Washington D.C.", "워싱턴", "华盛顿")),
)
BY_NAME: dict[str, City] = {
    name.lower(): city for city in (*CITIES, *_TWO_WORDS) for name in city.names
}
