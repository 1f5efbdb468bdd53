"""Examples for the OpenAPI document, from the Clear Sky record; each runs as it stands."""

from typing import Any

# An id that the reference record holds, for each collection's `{id}`; and the key that is issued
# with it.
IDS = {
    "parties": "KR",
    "organizations": "kr-moe",
    "people": "zhou-guomei",
    "dialogues": "cn-kr-dg-dialogue",
    "meetings": "cn-kr-dg-dialogue-7",
    "agreements": "clear-sky-plan-2023",
    "action-items": "clear-sky-plan-2023-5",
    "documents": "press-release-2023-12-20",
    "codes": "implementation-statuses",
    "keys": "administrator",
    "webhooks": "01890a5d-ac96-774b-bcce-b302099a8057",
    "calendar-addresses": "01890a5d-ac96-774b-bcce-b302099a8057",
    "calendars": "clearskycal_8Jk2v1QmXr0sT3uVwYz5A7bCdEfGhIjKlMnOpQrStUv",
    "problems": "not-found",
}

# For operations that the record of that id would refuse, another one.
IDS_OF_OPERATIONS = {"draftMeetingAgenda": "cn-kr-dg-dialogue-2"}

# A request body for each operation that takes one.
BODIES: dict[str, dict[str, Any]] = {
    "createParty": {
        "id": "MN",
        "name": {"en": "Mongolia", "ko": "몽골", "zh": "蒙古"},
        "timezone": "Asia/Ulaanbaatar",
    },
    "createOrganization": {
        "id": "kr-example-institute",
        "party": "KR",
        "names": [{"name": {"en": "Example Institute", "ko": "예시 연구원"}, "starts": "2024"}],
        "kind": "institute",
        "parent": "kr-moe",
    },
    "createPerson": {
        "name": {"en": "Example Person"},
        "organization": "kr-moe",
        "title": {"en": "Director"},
    },
    "createDialogue": {
        "id": "cn-kr-example-dialogue",
        "name": {"en": "Example Working Group on Dust", "ko": "황사 실무그룹 예시"},
        "parties": ["CN", "KR"],
        "level": "working",
        "established": "2024-06",
    },
    "createMeeting": {
        "dialogue": "cn-kr-dg-dialogue",
        "ordinal": 8,
        "status": "planned",
        "starts": "2027",
        "format": "in_person",
        "agenda": [
            {
                "title": {"en": "Implementation of the Clear Sky Plan"},
                "agreement": "clear-sky-plan-2023",
            }
        ],
    },
    "createAgreement": {
        "id": "clear-sky-plan-example",
        "kind": "annual_plan",
        "name": {"en": "Example Clear Sky Plan"},
        "parties": ["CN", "KR"],
        "overseen_by": "cn-kr-dg-dialogue",
        "status": "negotiating",
        "relations": [{"kind": "continues", "agreement": "clear-sky-plan-2023"}],
    },
    "createActionItem": {
        "agreement": "clear-sky-plan-2023",
        "number": 10,
        "title": {"en": "Example of a further item"},
        "kind": "information_exchange",
        "themes": ["forecasting"],
        "leads": [{"party": "KR", "organization": "kr-nier"}],
        "due": "2027-12",
    },
    "createDocument": {
        "id": "example-minutes",
        "title": {"en": "Example of minutes"},
        "kind": "minutes",
        "language": "en",
        "issued": "2027",
        "issuer": "kr-moe",
    },
    "reportOnActionItem": {
        "status": "on_track",
        "progress": 60,
        "summary": {"en": "The conference programme is agreed."},
    },
    "reportOnAgreement": {
        "reports": [
            {"action_item": "clear-sky-plan-2023-5", "status": "on_track", "progress": 60},
            {"action_item": "clear-sky-plan-2023-6", "status": "delayed", "progress": 20},
        ]
    },
    "patchStatusReport": {"progress": 70},
    "proposeAssessments": {
        "assessments": [
            {
                "action_item": "clear-sky-plan-2023-5",
                "status": "on_track",
                "progress": 50,
                "remarks": {"en": "Example of a remark."},
            }
        ],
        "prefill": ["clear-sky-plan-2023"],
    },
    "confirmAssessments": {"action_items": ["clear-sky-plan-2023-5"]},
    "succeedAgreement": {
        "id": "clear-sky-plan-successor-example",
        "name": {"en": "Example of the plan after"},
        "starts": "2028",
        "ends": "2028",
        "items": [
            {"number": 1, "comes_from": ["clear-sky-plan-2023-1"], "due": "2028-12"},
            {
                "number": 2,
                "comes_from": ["clear-sky-plan-2023-8", "clear-sky-plan-2023-9"],
                "title": {"en": "Example of two items merged"},
            },
            {"number": 3, "title": {"en": "Example of a new item"}},
        ],
    },
    "decideAtMeeting": {
        "text": {"en": "Example of a decision to add an item."},
        "effect": "created",
        "agreement": "clear-sky-plan-2023",
        "item": {
            "agreement": "clear-sky-plan-2023",
            "number": 11,
            "title": {"en": "Example of an item that a meeting decided on"},
        },
    },
    "draftMeetingAgenda": {"agreement": "clear-sky-plan-2023"},
    "withdrawStatusReport": {"reason": {"en": "Reported on the wrong item."}},
    "verifyJournal": {"since": 0},
    "createKey": {
        "name": "kr-example-desk",
        "role": "reporter",
        "party": "KR",
        "organization": "kr-nier",
        "expires_in_days": 365,
    },
    "rotateKey": {"overlap_hours": 48},
    "createWebhook": {
        "url": "https://ministry.example/clear-sky",
        "types": ["status_report.created", "assessment.updated"],
        "since": 0,
    },
    "rotateWebhookSecret": {"overlap_hours": 48},
    "replayWebhook": {"since": 0},
    "createCalendarAddress": {"label": "Desk phone"},
    "patchWebhook": {"types": ["status_report.created"]},
    "patchParty": {"name": {"ko": "대한민국"}},
    "patchOrganization": {"acronym": "MCEE"},
    "patchPerson": {"title": {"en": "Director-General"}},
    "patchDialogue": {"description": {"en": "Meets about once a year."}},
    "patchMeeting": {"venue": {"en": "Beijing"}},
    "patchAgreement": {"authentic_languages": ["ko", "zh"]},
    "patchActionItem": {"due": "2023-12"},
    "patchDocument": {"language": "en"},
}
