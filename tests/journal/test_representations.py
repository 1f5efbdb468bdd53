"""The documents in the journal are answers: when answers change, the journal must be told."""

import hashlib

from app.exchange.kinds import KINDS
from app.kernel.records import canonical, record_classes

# Of the members of every kind of record. When it changes, a migration sets
# journal_head.documents_since to number (docs/development.md); then this is the new one.
MEMBERS = "e7e4e1b242faef3555f9695ece83759d2483348c396750ecf2e4400cf2f116bf"
TOLD_ONLY = {"description", "title", "examples", "default", "pattern", "format"}


def members(schema):
    if isinstance(schema, dict):
        return {
            name: members(value)
            for name, value in schema.items()
            if name not in TOLD_ONLY or not isinstance(value, str | list)
        }
    if isinstance(schema, list):
        return [members(value) for value in schema]
    return schema if isinstance(schema, str | int | bool | None) else str(schema)


def test_the_members_of_records_are_those_that_the_newest_migration_knows():
    assert len(record_classes()) >= len(KINDS) > 0
    told = {
        kind: members(model.representation.model_json_schema(mode="serialization"))
        for kind, model in record_classes().items()
    }
    assert hashlib.sha256(canonical(told)).hexdigest() == MEMBERS
