"""What contenders and pieces of work are called; imports nothing, so that every part can use it."""

SQLITE, POSTGRESQL = "clear-sky sqlite", "clear-sky postgresql"
CLEAR_SKY = (SQLITE, POSTGRESQL)
# The peer that knows no records: it answers everything with the same bytes.
BARE = "bare"
BARE_PSYCOPG, BARE_SQLITE, BARE_APPLICATION = "bare psycopg", "bare sqlite3", "bare fastapi"

HIT, NOT_MODIFIED = "hit", "304"
PROGRESS, RECORD, SNAPSHOT = "progress", "record", "snapshot"
LIST_START, LIST_END = "list-start", "list-end"
FEED_START, FEED_END = "feed-start", "feed-end"
READS = (PROGRESS, RECORD, LIST_START, LIST_END, FEED_START, FEED_END)
POST, BULK, MIXED = "post", "bulk", "mixed"
GROWN_PROGRESS, GROWN_LIST, GROWN_FEED = GROWN = (
    "growth-progress",
    "growth-list-end",
    "growth-feed-end",
)
MEMORY = "growth-memory"
WORKERS_HIT, WORKERS_PROGRESS = "workers-hit", "workers-progress"
START, COMMAND = "start", "command"
HELP, KEYS_HELP, IMPORT_CLICK = "clearsky --help", "clearsky keys --help", "import click"
REPLICAS_HIT, REPLICAS_PROGRESS = "replicas-hit", "replicas-progress"
PRIMARY_BUSY, VISIBLE, MIN_REVISION = (
    "replicas-primary",
    "replicas-visible",
    "replicas-min-revision",
)
REPLICAS = (REPLICAS_HIT, REPLICAS_PROGRESS, PRIMARY_BUSY, VISIBLE, MIN_REVISION)
# What is not counted in answers a second.
MEASURED_OTHERWISE = frozenset({MEMORY, START, COMMAND, PRIMARY_BUSY, VISIBLE, MIN_REVISION})
ALL = (
    HIT,
    NOT_MODIFIED,
    *READS,
    SNAPSHOT,
    POST,
    BULK,
    MIXED,
    *GROWN,
    MEMORY,
    WORKERS_HIT,
    WORKERS_PROGRESS,
    START,
    COMMAND,
    *REPLICAS,
)
WITH_GOAL = frozenset(ALL) - {
    *(RECORD, LIST_START, LIST_END, FEED_START, FEED_END, BULK, SNAPSHOT),
    *REPLICAS,
}
TITLES = {
    HIT: "Progress of nine items, asked again (a kept answer)",
    NOT_MODIFIED: "The same, not modified (304)",
    PROGRESS: "Progress of nine items, computed anew",
    RECORD: "One status report",
    LIST_START: "The first page of the list of reports (50)",
    LIST_END: "A page at the end of the list (50)",
    FEED_START: "The first page of the feed (50)",
    FEED_END: "A page at the end of the feed (50)",
    SNAPSHOT: "All status reports in one answer",
    POST: "A report posted",
    BULK: "A hundred reports posted together",
    MIXED: "Mixed: 95 reads to 5 writes",
    GROWN_PROGRESS: "Growth: progress, computed anew",
    GROWN_LIST: "Growth: a page at the end of the list",
    GROWN_FEED: "Growth: a page at the end of the feed",
    MEMORY: "Growth: resident memory after the same load",
    WORKERS_HIT: "Workers: progress asked again",
    WORKERS_PROGRESS: "Workers: progress computed anew",
    START: "From the start of the process to the first answer",
    COMMAND: "A command that only explains itself, from its start to its end",
    REPLICAS_HIT: "Replicas: progress asked again",
    REPLICAS_PROGRESS: "Replicas: progress computed anew",
    PRIMARY_BUSY: "Replicas: what a thousand answers, computed anew, cost the primary",
    VISIBLE: "Replicas: from a write's answer until the write is seen through a replica",
    MIN_REVISION: "Replicas: progress asked for right after a write",
}


def sized(name: str, reports: int) -> str:
    """A contender's name where sizes are compared."""
    return f"{name} {reports:,}"


def with_workers(name: str, workers: int) -> str:
    """A contender's name where workers are compared."""
    return f"{name} x{workers}"
