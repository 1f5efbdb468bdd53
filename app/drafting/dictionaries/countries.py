"""Countries as releases name them, alone and in pairs."""

COUNTRIES: dict[str, str] = {
    "china": "CN",
    "chinese": "CN",
    "prc": "CN",
    "sino": "CN",
    "korea": "KR",
    "korean": "KR",
    "south korea": "KR",
    "republic of korea": "KR",
    "rok": "KR",
    "japan": "JP",
    "japanese": "JP",
    "mongolia": "MN",
    "mongolian": "MN",
    "중국": "CN",
    "한국": "KR",
    "대한민국": "KR",
    "우리나라": "KR",
    "일본": "JP",
    "몽골": "MN",
    "中国": "CN",
    "韩国": "KR",
    "大韩民国": "KR",
    "日本": "JP",
    "蒙古": "MN",
    "蒙古国": "MN",
}
# One letter stands for a country only beside another.
LETTERS: dict[str, str] = {
    "한": "KR",
    "중": "CN",
    "일": "JP",
    "몽": "MN",
    "韩": "KR",
    "中": "CN",
    "日": "JP",
    "蒙": "MN",
}
SIDES: dict[str, str] = {
    "chinese side": "CN",
    "korean side": "KR",
    "japanese side": "JP",
    "중국 측": "CN",
    "중국측": "CN",
    "한국 측": "KR",
    "한국측": "KR",
    "우리 측": "KR",
    "우리측": "KR",
    "일본 측": "JP",
    "일본측": "JP",
    "中方": "CN",
    "韩方": "KR",
    "日方": "JP",
}
# A forum of three that needs no names of countries.
TRIPARTITE = frozenset({"CN", "JP", "KR"})
