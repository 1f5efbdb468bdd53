"""`Revision-Reason`: what the journal can keep of why something is written."""

import pytest

from tests.api.bodies import BODIES

KEY = f"clearsky_{'k' * 43}"
ENCODED_KEY = "".join(f"%{byte:02x}" for byte in KEY.encode())


@pytest.mark.parametrize(
    ("given", "rule", "shown"),
    [
        ("%20", "text", " "),
        ("a%07bell", "text", "a\abell"),
        ("%FF", "text", "\N{REPLACEMENT CHARACTER}"),
        (f"with {KEY}", "secret", "with [secret]"),
        (f"with {ENCODED_KEY}", "secret", "with [secret]"),
        (f"%07{ENCODED_KEY}", "text", "\a[secret]"),
        (f"%FF{ENCODED_KEY}", "text", "\N{REPLACEMENT CHARACTER}[secret]"),
    ],
)
def test_a_reason_that_cannot_be_kept_is_refused_by_its_rule(clients, given, rule, shown):
    refused = clients.china.post(
        "/v1/people", json=BODIES["people"], headers={"Revision-Reason": given}
    )
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["header"], error["rule"], error["value"]) == ("Revision-Reason", rule, shown)
    assert clients.china.post("/v1/people", json=BODIES["people"]).status_code == 201
