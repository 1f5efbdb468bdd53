"""The provider's keys: kept, asked for anew within a bound, and nobody let in without them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from joserfc.jwk import Key

from app.openid import provider_keys
from app.openid.provider_keys import LONGEST
from tests.clock import Clock
from tests.conftest import Clients
from tests.openid.conftest import As, Trusting
from tests.openid.providers import Provider, signed

Keys = dict[str, Key]


@pytest.fixture
def without_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider may be asked again at once."""
    monkeypatch.setattr(provider_keys, "PAUSE", 0.0)


@pytest.mark.both_engines
def test_keys_are_asked_for_once(as_: As, provider: Provider) -> None:
    assert provider.asked == 0
    with ThreadPoolExecutor(8) as pool:
        tokens = [provider.token(sub=f"somebody-{n}") for n in range(16)]
        statuses = [answer.status_code for answer in pool.map(as_.get, tokens)]
    assert statuses == [200] * 16
    assert provider.asked == 1


@pytest.mark.usefixtures("without_pause")
def test_a_new_key_is_found_by_its_name(as_: As, provider: Provider, keys: Keys) -> None:
    assert as_.get(provider.token(sub="before")).status_code == 200
    provider.keys = [keys["second"], keys["first"]]
    assert as_.get(provider.token(keys["second"])).status_code == 200
    assert as_.get(provider.token(keys["first"], sub="still")).status_code == 200
    assert provider.asked == 2


@pytest.mark.usefixtures("without_pause")
def test_a_new_key_is_found_without_a_name_where_there_is_one_key(
    as_: As, provider: Provider, keys: Keys
) -> None:
    def nameless(name: str) -> str:
        return signed(keys[name], provider.claims(), kid=None)

    assert as_.get(nameless("first")).status_code == 200
    provider.keys = [keys["second"]]
    assert as_.get(nameless("second")).status_code == 200
    assert as_.get(nameless("other")).status_code == 401
    provider.keys = [keys["first"], keys["second"]]
    assert as_.get(nameless("other")).status_code == 401


def test_a_key_that_is_withdrawn_opens_nothing_for_long(
    as_: As, provider: Provider, keys: Keys, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = provider.token()
    assert as_.get(token).status_code == 200
    provider.keys = [keys["second"]]
    monkeypatch.setattr(provider_keys, "PAUSE", 0.0)
    monkeypatch.setattr(provider_keys, "FRESH", 0.0)
    clock.put_forward(minutes=5)
    answer = as_.get(token)
    assert (answer.status_code, "key" in answer.json()["detail"]) == (401, True)


def test_keys_that_nobody_has_do_not_make_the_provider_be_asked_each_time(
    as_: As, provider: Provider, keys: Keys
) -> None:
    assert as_.get(provider.token()).status_code == 200
    for number in range(20):
        unknown = provider.token(keys["other"], sub=f"somebody-{number}")
        assert as_.get(unknown).status_code == 401
    assert provider.asked == 1


def test_while_the_provider_is_away_nobody_is_let_in_and_all_are_told_to_come_again(
    as_: As, provider: Provider, clients: Clients
) -> None:
    provider.is_away = True
    for _ in range(2):
        answer = as_.get(provider.token())
        assert answer.status_code == 503
        assert answer.json()["type"] == "/problems/unavailable"
        assert int(answer.headers["Retry-After"]) > 0
    assert clients.reader.get("/v1/parties").status_code == 200


@pytest.mark.usefixtures("without_pause")
def test_keys_that_are_known_serve_while_the_provider_is_away(
    as_: As, provider: Provider, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert as_.get(provider.token(sub="before")).status_code == 200
    provider.is_away = True
    monkeypatch.setattr(provider_keys, "FRESH", 0.0)
    assert as_.get(provider.token(sub="meanwhile")).status_code == 200
    assert as_.get(provider.token(keys["other"])).status_code == 503
    monkeypatch.setattr(provider_keys, "BELIEVED", 0.0)
    assert as_.get(provider.token(sub="too late")).status_code == 503
    provider.is_away = False
    monkeypatch.setattr(provider_keys, "BELIEVED", 3600.0)
    assert as_.get(provider.token(sub="again")).status_code == 200


HOSTILE: dict[str, dict[str, Any]] = {
    "of another issuer": {"about": {"issuer": "https://login.example"}},
    "without an issuer": {"about": {"issuer": None}},
    "without keys": {"about": {"jwks_uri": None}},
    "with keys that anybody between can change": {"about": {"jwks_uri": "http://login.example/k"}},
    "with keys in a file": {"about": {"jwks_uri": "file:///etc/hostname"}},
    "with keys at no address": {"about": {"jwks_uri": "https://["}},
    "with keys nested without end": {"published": b'{"keys": ' + b"[" * 100_000},
    "with keys in no shape": {"published": {"keys": "none"}},
    "with keys in a list": {"published": [1]},
    "with shared secrets alone": {
        "published": {"keys": [{"kty": "oct", "kid": "first", "k": "c2VjcmV0"}]}
    },
    "with keys that are none": {"published": {"keys": [1, {}, {"kty": "RSA"}, {"kty": "odd"}]}},
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_provider_that_cannot_be_used_lets_nobody_in(
    kind: str, as_: As, provider: Provider
) -> None:
    for name, value in HOSTILE[kind].items():
        setattr(provider, name, value)
    assert as_.get(provider.token()).status_code == 503


def test_no_more_is_read_of_a_provider_than_keys_can_take(as_: As, provider: Provider) -> None:
    own = provider.keys[0].as_dict(private=False)
    provider.published = {"keys": [own], "more": "x" * LONGEST}
    assert as_.get(provider.token()).status_code == 503


def test_keys_of_other_kinds_do_not_stand_in_the_way(
    as_: As, provider: Provider, keys: Keys
) -> None:
    own = keys["first"].as_dict(private=False)
    other = keys["other"].as_dict(private=False) | {"use": "enc"}
    odd = [{"kty": "odd", "kid": "odd"}, {"kty": "RSA", "kid": "half"}]
    provider.published = {"keys": [*odd, other, own]}
    assert as_.get(provider.token()).status_code == 200
    assert as_.get(provider.token(keys["other"])).status_code == 401
    # The one key for signatures that there is needs no name.
    assert as_.get(signed(keys["first"], provider.claims(), kid=None)).status_code == 200


def test_a_token_is_remembered_until_it_expires_and_no_longer(
    as_: As, provider: Provider, clock: Clock, trusts: Trusting
) -> None:
    trusts(clock_skew=0)
    token = provider.token(exp=int(clock.now().timestamp()) + 120)
    for _ in range(2):
        assert as_.get(token).status_code == 200
    clock.put_forward(minutes=3)
    answer = as_.get(token)
    assert (answer.status_code, "expired" in answer.json()["detail"]) == (401, True)
