"""One record of each kind with every optional field set, as a client posts it."""

from typing import Any

TEXT = {"en": "Text of “quotes” & <signs>", "ko": "한국어 텍스트\n둘째 줄", "zh": "中文文字"}
CITATION = {
    "document": "press-release-2023-12-20",
    "quote": "The exact words.\n\tIndented “thus”.",
    "locator": "note 1",
    "supports": ["/name/en", "/own_translations"],
    "followed": False,
    "note": TEXT,
}
TAIL = {"citations": [CITATION], "own_translations": ["/name/zh"]}

# Path, and body; in the order in which they can be made.
RECORDS: list[tuple[str, dict[str, Any]]] = [
    ("/v1/parties", {"id": "MN", "name": TEXT, "timezone": "Asia/Ulaanbaatar", **TAIL}),
    (
        "/v1/organizations",
        {
            "id": "mn-agency",
            "party": "MN",
            "names": [
                {"name": {"en": "Old"}, "starts": "2001", "ends": "2019-12"},
                {"name": TEXT, "starts": "2020-01-01", "ends": "2030"},
            ],
            "acronym": "AGY",
            "kind": "agency",
            "parent": "kr-moe",
            "succeeded_by": "kr-nier",
            "active_from": "2001-02",
            "active_until": "2030-12-31",
            "url": "https://example.org/agency?q=환경#top",
            **TAIL,
        },
    ),
    (
        "/v1/people",
        {
            "id": "full-person",
            "name": TEXT,
            "organization": "mn-agency",
            "title": TEXT,
            **TAIL,
        },
    ),
    (
        "/v1/documents",
        {
            "id": "full-document",
            "title": TEXT,
            "kind": "report",
            "language": "zh-Hant",
            "issued": "2023-12",
            "issuer": "mn-agency",
            "url": "https://example.org/report",
            "identifier": "No. 7 of 2023",
            "file": {"media_type": "text/plain", "bytes": 2**53 - 1, "sha256": "0f" * 32},
            **TAIL,
        },
    ),
    (
        "/v1/dialogues",
        {
            "id": "full-dialogue",
            "name": TEXT,
            "aliases": [TEXT, {"ko": "별칭"}],
            "parties": ["MN", "KR", "CN"],
            "level": "working",
            "established": "2016-11",
            "description": TEXT,
            **TAIL,
        },
    ),
    (
        "/v1/agreements",
        {
            "id": "full-agreement",
            "kind": "programme",
            "name": TEXT,
            "aliases": [TEXT],
            "parties": ["MN", "KR"],
            "overseen_by": "full-dialogue",
            "status": "in_force",
            "signed": "2023-06",
            "signed_at": TEXT,
            "starts": "2023",
            "ends": "2027-12-31",
            "authentic_languages": ["ko", "mn-Cyrl"],
            "relations": [
                {"kind": "continues", "agreement": "clear-sky-plan-2023"},
                {"kind": "amends", "agreement": "clear-sky-plan-2023"},
            ],
            "signatures": [
                {"party": "MN", "person": "full-person", "title": TEXT, "signed": "2023-06-29"}
            ],
            **TAIL,
        },
    ),
    (
        "/v1/action-items",
        {
            "id": "full-item",
            "agreement": "full-agreement",
            "number": 10_000,
            "title": TEXT,
            "description": TEXT,
            "kind": "joint_research",
            "themes": ["yellow_dust", "air_pollution"],
            "leads": [{"party": "MN", "organization": "mn-agency"}],
            "due": "2024-02-29",
            "ended": "2024-06",
            "lineage": [{"kind": "split", "action_item": "clear-sky-plan-2023-7"}],
            "deliverables": [{"title": TEXT, "due": "2024", "done": "2024-03"}],
            **TAIL,
        },
    ),
    (
        "/v1/meetings",
        {
            "id": "full-meeting",
            "dialogue": "full-dialogue",
            "ordinal": 1,
            "name": TEXT,
            "status": "postponed",
            "starts": "2023-12-20",
            "ends": "2023-12-21",
            "city": TEXT,
            "country": "MN",
            "timezone": "Asia/Ulaanbaatar",
            "start_time": "14:00",
            "end_time": "12:00",
            "venue": TEXT,
            "host": "MN",
            "format": "hybrid",
            "summary": TEXT,
            "participations": [
                {
                    "party": "MN",
                    "person": "full-person",
                    "organization": "mn-agency",
                    "title": TEXT,
                    "role": "interpreter",
                }
            ],
            "agenda": [
                {
                    "title": TEXT,
                    "agreement": "full-agreement",
                    "action_item": "full-item",
                    "reasons": ["stale", "never_reviewed"],
                    "note": TEXT,
                }
            ],
            "decisions": [
                {
                    "text": TEXT,
                    "effect": "ended",
                    "agreement": "full-agreement",
                    "action_item": "full-item",
                }
            ],
            **TAIL,
        },
    ),
]

REPORT: dict[str, Any] = {
    "status": "delayed",
    "progress": 35,
    "summary": TEXT,
    "period_start": "2023-07",
    "period_end": "2023-12-31",
    "evidence": [
        {"document": "full-document", "title": TEXT},
        {"url": "https://example.org/evidence", "title": TEXT},
    ],
    "party": "KR",
    "state": "submitted",
    "organization": "kr-nier",
    "reported_on": "2024-01-02",
}
