"""For each collection, a body that creates a record."""

from typing import Any

CITED = [{"document": "press-release-2023-12-20", "quote": "Clear Sky Plan", "supports": []}]

BODIES: dict[str, dict[str, Any]] = {
    "parties": {
        "id": "MN",
        "name": {"en": "Mongolia", "ko": "몽골"},
        "timezone": "Asia/Ulaanbaatar",
    },
    "organizations": {
        "party": "KR",
        "names": [{"name": {"en": "Test Institute"}, "starts": "2020", "ends": "2022-05"}],
        "acronym": "TI",
        "kind": "institute",
        "parent": "kr-moe",
        "active_from": "2020",
    },
    "people": {"name": {"en": "Test Person", "zh": "试"}, "organization": "cn-mee"},
    "dialogues": {
        "name": {"en": "Test Dialogue"},
        "aliases": [{"ko": "시험 대화"}],
        "parties": ["KR", "JP"],
        "level": "working",
        "established": "2024-02-29",
    },
    "meetings": {
        "dialogue": "cn-kr-dg-dialogue",
        "ordinal": 8,
        "status": "planned",
        "starts": "2027-01",
        "ends": "2027-01-31",
        "participations": [{"party": "KR", "person": "lee-young-seok", "role": "head"}],
        "agenda": [{"title": {"en": "Dust"}, "agreement": "clear-sky-plan-2023"}],
        "decisions": [{"text": {"en": "Go on"}, "action_item": "clear-sky-plan-2023-1"}],
    },
    "agreements": {
        "kind": "annual_plan",
        "name": {"en": "Test Plan"},
        "parties": ["CN", "KR"],
        "overseen_by": "cn-kr-dg-dialogue",
        "signed": "2024-03",
        "starts": "2024",
        "ends": "2024",
        "authentic_languages": ["ko", "zh"],
        "relations": [{"kind": "continues", "agreement": "clear-sky-plan-2023"}],
        "signatures": [{"party": "KR", "person": "han-wha-jin", "signed": "2024-03"}],
    },
    "action-items": {
        "agreement": "clear-sky-plan-2023",
        "number": 10,
        "title": {"en": "Test item", "zh": "试验"},
        "kind": "event",
        "themes": ["yellow_dust", "water"],
        "leads": [{"party": "KR", "organization": "kr-nier"}],
        "due": "2027",
        "lineage": [{"kind": "continued", "action_item": "clear-sky-plan-2023-1"}],
        "deliverables": [{"title": {"en": "A paper"}, "due": "2026"}],
        "citations": CITED,
    },
    "documents": {
        "title": {"en": "Test minutes"},
        "kind": "minutes",
        "language": "en",
        "issued": "2024",
        "issuer": "kr-moe",
        "url": "https://example.org/minutes",
        "file": {"media_type": "text/plain", "bytes": 3, "sha256": "0" * 64},
    },
}
# By whose key each is written: that of one of its owners, or the operator's where none has one.
WRITERS = dict.fromkeys(BODIES, "korea") | {"parties": "admin", "people": "china"}
DERIVED_IDS = {
    "parties": "MN",
    "organizations": "test-institute",
    "people": "test-person",
    "dialogues": "test-dialogue",
    "meetings": "cn-kr-dg-dialogue-8",
    "agreements": "test-plan",
    "action-items": "clear-sky-plan-2023-10",
    "documents": "test-minutes",
}
