"""Tokens of a provider: whom they speak for, and every sort that speaks for nobody."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from joserfc.jwk import Key

from app.kernel.sessions import Database
from tests.conftest import Clients
from tests.openid.conftest import As, Trusting
from tests.openid.providers import Provider, encoded, signed
from tests.put_back import copied
from tests.waiting import wait_until

REPORTS = "/v1/action-items/clear-sky-plan-2023-5/reports"
Keys = dict[str, Key]
Make = Callable[[Provider, Keys], str]


def test_a_token_reports_for_the_party_and_the_organization_that_it_claims(
    as_: As, provider: Provider, clients: Clients
) -> None:
    token = provider.token(clearsky_organization="kr-nier")
    answer = as_.post(token, REPORTS, {"status": "on_track"})
    assert answer.status_code == 201, answer.text
    report = answer.json()
    by = (report["party"], report["organization"], report["submitted_by"])
    assert by == ("KR", "kr-nier", "oidc:desk-officer")
    history = clients.anonymous.get(f"/v1/status-reports/{report['id']}/history")
    (change,) = history.json()["items"]
    assert (change["principal"], change["party"]) == ("oidc:desk-officer", "KR")


def test_a_token_sees_what_its_party_may_see(as_: As, provider: Provider, clients: Clients) -> None:
    clients.korea.post(REPORTS, json={"status": "on_track", "state": "draft"}).raise_for_status()
    own = provider.token(sub="reader", clearsky_role="reader")
    other = provider.token(sub="reader", clearsky_role="reader", clearsky_party="CN")
    for _ in range(2):
        assert len(as_.get(own, "/v1/status-reports").json()["items"]) == 1
        assert as_.get(other, "/v1/status-reports").json()["items"] == []


@pytest.mark.both_engines
def test_a_token_may_do_what_its_role_may(as_: As, provider: Provider) -> None:
    person = {"name": {"en": "Somebody"}, "organization": "kr-nier"}
    reporter, editor = provider.token(), provider.token(clearsky_role="editor")
    assert as_.post(reporter, "/v1/people", person).status_code == 403
    assert as_.post(editor, "/v1/people", person).status_code == 201
    assert as_.get(editor, "/v1/keys").status_code == 403
    assert as_.get(provider.token(clearsky_role="admin"), "/v1/keys").status_code == 200


def test_keys_work_beside_tokens(as_: As, clients: Clients) -> None:
    assert clients.reporter.post(REPORTS, json={"status": "on_track"}).status_code == 201
    refused = as_.get(f"clearsky_{'x' * 43}")
    assert refused.status_code == 401
    assert "key" in refused.json()["detail"]


def test_a_token_of_an_organization_that_is_gone_speaks_for_nobody(
    as_: As, provider: Provider, clients: Clients, database: Database, database_url: str
) -> None:
    """The database was put back to before there was such an organization."""
    put_back = copied(database_url)
    made = {"id": "kr-new", "party": "KR", "kind": "institute", "names": [{"name": {"en": "New"}}]}
    clients.korea.post("/v1/organizations", json=made).raise_for_status()
    token = provider.token(clearsky_organization="kr-new")

    def is_remembered() -> bool:
        shown = f"Bearer {token}".encode()
        return as_.get(token).status_code == 200 and database.principals.find(shown) is not None

    wait_until(is_remembered)
    put_back()
    assert not as_.post(token, REPORTS, {"status": "on_track"}).is_success
    wait_until(lambda: as_.get(token).status_code == 401)
    assert as_.post(token, REPORTS, {"status": "on_track"}).status_code == 401
    assert as_.get(provider.token(clearsky_organization="kr-nier")).status_code == 200


def test_without_a_provider_no_token_is_accepted(
    as_: As, provider: Provider, trusts: Trusting
) -> None:
    trusts.server.app.state.openid = None
    assert as_.get(provider.token()).status_code == 401


def _unsigned(algorithm: str, signature: str = "") -> Make:
    return lambda provider, _: ".".join(
        (encoded({"alg": algorithm, "kid": "first"}), encoded(provider.claims()), signature)
    )


def _with_secret(secret: Callable[[Key], bytes]) -> Make:
    """Signed by a shared secret that everybody knows: the provider's public key."""
    return lambda provider, keys: signed(secret(keys["first"]), provider.claims(), kid="first")


def _saying(**changes: Any) -> Make:
    return lambda provider, _: provider.token(**changes)


def _headed(algorithm: str | None = None, **header: Any) -> Make:
    return lambda provider, keys: signed(keys["first"], provider.claims(), algorithm, **header)


def _by(name: str, **header: Any) -> Make:
    return lambda provider, keys: signed(keys[name], provider.claims(), **header)


def _altered(provider: Provider, _: Keys) -> str:
    header, _payload, signature = provider.token().split(".")
    return ".".join((header, encoded(provider.claims(clearsky_role="admin")), signature))


def _own_key_inside(provider: Provider, keys: Keys) -> str:
    return signed(
        keys["other"], provider.claims(), kid="first", jwk=keys["other"].as_dict(private=False)
    )


def _at(claim: str, seconds: int) -> Make:
    """With a time that is so many seconds from when the token is made."""
    return lambda provider, _: provider.token(**{claim: int(time.time()) + seconds})


HOSTILE: dict[str, tuple[Make, str]] = {
    "unsigned": (_unsigned("none"), "algorithm"),
    "unsigned, spelt otherwise": (_unsigned("nOnE"), "algorithm"),
    "unsigned, with a signature": (_unsigned("none", "c2lnbmF0dXJl"), "algorithm"),
    "without a signature": (_unsigned("RS256"), "signature"),
    "signed by the public key as PEM": (
        _with_secret(lambda key: key.as_pem(private=False)),
        "algorithm",
    ),
    "signed by the public key as DER": (
        _with_secret(lambda key: key.as_der(private=False)),
        "algorithm",
    ),
    "signed by the public key as JSON": (
        _with_secret(lambda key: json.dumps(key.as_dict(private=False)).encode()),
        "algorithm",
    ),
    "by an algorithm that is not listed": (_headed("RS512"), "algorithm"),
    "by an algorithm that is not there": (_unsigned("RS1024", "c2lnbmF0dXJl"), "algorithm"),
    "by another's key under its name": (_by("other", kid="first"), "signature"),
    "by another's key, which it brings along": (_own_key_inside, "signature"),
    "by another's key, where that is": (
        _by("other", kid="first", jku="http://127.0.0.1:9/keys"),
        "signature",
    ),
    "by a key that the provider does not have": (_by("other"), "key"),
    "altered": (_altered, "signature"),
    "for another audience": (_saying(aud="another"), "claim aud"),
    "for other audiences": (_saying(aud=["another", "clearsky.example"]), "claim aud"),
    "for no audience": (_saying(aud=None), "claim aud"),
    "for an empty audience": (_saying(aud=[]), "claim aud"),
    "of another issuer": (_saying(iss="https://login.example"), "claim iss"),
    "of several issuers": (
        lambda provider, _: provider.token(iss=[provider.issuer, "https://login.example"]),
        "claim iss",
    ),
    "of no issuer": (_saying(iss=None), "claim iss"),
    "expired": (_at("exp", -3600), "expired"),
    "that never expires": (_saying(exp=None), "claim exp"),
    "that expires at no time": (_saying(exp="tomorrow"), "claim exp"),
    "that expires beyond all time": (_saying(exp=1e300), "claim exp"),
    "that expires at infinity": (_saying(exp=float("inf")), "claim exp"),
    "that expires at no number": (_saying(exp=float("nan")), "claim exp"),
    "not yet valid": (_at("nbf", 3600), "claim nbf"),
    "issued in the future": (_at("iat", 3600), "claim iat"),
    "of nobody": (_saying(sub=None), "claim sub"),
    "of an empty name": (_saying(sub=""), "claim sub"),
    "of a number": (_saying(sub=7), "claim sub"),
    "of a name in two lines": (_saying(sub="desk\nofficer"), "claim sub"),
    "of an endless name": (_saying(sub="x" * 256), "claim sub"),
    "without a role": (_saying(clearsky_role=None), "claim clearsky_role"),
    "of a role that is none": (_saying(clearsky_role="king"), "claim clearsky_role"),
    "of a role in another shape": (_saying(clearsky_role={"admin": True}), "claim clearsky_role"),
    "of a reporter without a party": (_saying(clearsky_party=None), "claim clearsky_party"),
    "of an administrator without a party": (
        _saying(clearsky_role="admin", clearsky_party=None),
        "claim clearsky_party",
    ),
    "of an administrator whose party is in another shape": (
        _saying(clearsky_role="admin", clearsky_party={"id": "KR"}),
        "claim clearsky_party",
    ),
    "of two parties": (_saying(clearsky_party=["KR", "CN"]), "claim clearsky_party"),
    "of a party that is not there": (_saying(clearsky_party="XX"), "party"),
    "of an organization that is not there": (
        _saying(clearsky_organization="nobody"),
        "organization",
    ),
    "of another party's organization": (
        _saying(clearsky_party="CN", clearsky_organization="kr-nier"),
        "organization",
    ),
    "to log somebody out": (_headed(typ="logout+jwt"), "another type"),
    "of a type that is no text": (_headed(typ=["JWT"]), "be read"),
    "with a demand that nobody knows": (_headed(crit=["far"], far=True), "be read"),
    "that claims a list": (lambda _, keys: signed(keys["first"], ["admin"]), "be read"),
    "whose header is nested without end": (
        lambda *_: ".".join((encoded(b'{"a":' + b"[" * 5_000), encoded({}), "")),
        "be read",
    ),
    "whose claims are nested without end": (
        lambda _, keys: signed(keys["first"], b"[" * 9_000 + b"]" * 9_000),
        "be read",
    ),
    "of a party that no database can ask for": (
        _saying(clearsky_party="K\x00"),
        "claim clearsky_party",
    ),
    "of an organization that is no Unicode": (
        _saying(clearsky_organization="\ud800"),
        "claim clearsky_organization",
    ),
    "that is too long": (_saying(more="x" * 70_000), "be read"),
    "in five parts": (lambda *_: "eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d", "be read"),
    "in three empty parts": (lambda *_: "..", "be read"),
    "of no JSON": (lambda *_: f"{encoded(b'no')}.{encoded(b'no')}.", "be read"),
    "in one part": (lambda *_: "token", "be read"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_token_speaks_for_nobody(
    kind: str, as_: As, provider: Provider, keys: Keys, clients: Clients
) -> None:
    make, reason = HOSTILE[kind]
    token = make(provider, keys)
    before = clients.anonymous.get("/v1/journal/head").json()
    for answer in (as_.get(token), as_.post(token, REPORTS, {"status": "on_track"})):
        assert answer.status_code == 401, answer.text
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
        problem = answer.json()
        assert problem["type"] == "/problems/unauthenticated"
        assert reason in problem["detail"]
        assert "eyJ" not in answer.text
    assert clients.anonymous.get("/v1/journal/head").json() == before


ACCEPTED: dict[str, Make] = {
    "for several audiences": _saying(aud=["another", "clearsky"]),
    "that has just expired by the provider's clock": _at("exp", -10),
    "that is about to be valid by the provider's clock": _at("nbf", 30),
    "that names no key, where there is one": _headed(kid=None),
    "without a type": _headed(typ=None),
    "of an access token's type": _headed(typ="at+jwt"),
    "with a header that nobody knows": _headed(nonce="x"),
    "of several roles": _saying(clearsky_role=["reader", "other", "reporter"]),
    "of one party in a list": _saying(clearsky_party=["KR"]),
    "that is long": _saying(more="x" * 9_000),
}


@pytest.mark.parametrize("kind", ACCEPTED)
def test_a_token_is_accepted(kind: str, as_: As, provider: Provider, keys: Keys) -> None:
    answer = as_.post(ACCEPTED[kind](provider, keys), REPORTS, {"status": "on_track"})
    assert answer.status_code == 201, answer.text


def test_a_token_by_an_elliptic_curve_is_accepted(as_: As, provider: Provider, keys: Keys) -> None:
    provider.keys = [keys["first"], keys["ec"]]
    assert as_.get(provider.token(keys["ec"])).status_code == 200


def test_claims_are_read_where_the_settings_say_and_mean_what_they_say(
    as_: As, provider: Provider, trusts: Trusting
) -> None:
    trusts(
        {
            "role_claim": "realm_access.roles",
            "roles": {"moe-desk": "reporter", "moe-lead": "editor"},
            "party_claim": "https://login.example/country",
            "parties": {"Korea": "KR"},
            "organization_claim": "department",
            "organizations": {"NIER": "kr-nier"},
        }
    )
    said: dict[str, Any] = {
        "clearsky_role": "admin",
        "clearsky_party": "CN",
        "realm_access": {"roles": ["moe-desk", "offline_access"]},
        "https://login.example/country": "Korea",
        "department": "NIER",
    }

    def report(**changes: Any) -> httpx.Response:
        return as_.post(provider.token(**said | changes), REPORTS, {"status": "on_track"})

    made = report().json()
    assert (made["party"], made["organization"]) == ("KR", "kr-nier")
    for changes in (
        {"realm_access": {"roles": ["reporter"]}},
        {"realm_access": ["moe-desk"]},
        {"https://login.example/country": "KR"},
    ):
        assert report(**changes).status_code == 401
    assert as_.get(provider.token(**said), "/v1/keys").status_code == 403


def test_an_administrator_whose_party_means_nothing_here_looks_after_no_keys(
    as_: As, provider: Provider, trusts: Trusting
) -> None:
    trusts({"parties": {"Korea": "KR"}})
    known, other = (
        provider.token(sub=country, clearsky_role="admin", clearsky_party=country)
        for country in ("Korea", "Republic of Korea")
    )
    keys = as_.get(known, "/v1/keys").json()["items"]
    assert {key["party"] for key in keys} == {"KR"}
    assert as_.get(other, "/v1/keys").status_code == 401
