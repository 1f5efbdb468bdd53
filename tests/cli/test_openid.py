"""A server beside a real provider of OpenID Connect, each a process of its own."""

from pathlib import Path

import httpx

from tests import plain_http
from tests.cli.running import Run, serving
from tests.cli.test_keys import everything_stored
from tests.openid.providers import AUDIENCE, real_provider
from tests.ports import unused_port
from tests.waiting import wait_until

REPORTS = "/v1/action-items/clear-sky-plan-2023-5/reports"


def test_who_logs_in_at_the_provider_reports_here(
    tmp_path: Path, free_port: int, database_url: str, run: Run
) -> None:
    with real_provider(unused_port(), tmp_path) as provider:
        settings = {
            "database_url": database_url,
            "oidc_issuer": provider.issuer,
            "oidc_audience": AUDIENCE,
            "oidc_role_claim": "groups",
            "oidc_roles": '{"nier-desk": "reporter"}',
            "oidc_party_claim": "country",
        }
        said = {"groups": ["nier-desk", "staff"], "country": "KR"}
        with serving(tmp_path / "server", free_port, **settings) as server:

            def report(token: str) -> httpx.Response:
                return plain_http.post(
                    f"{server.address}{REPORTS}",
                    json={"status": "on_track"},
                    headers={"Authorization": f"Bearer {token}"},
                )

            token = provider.token("officer@nier.example", **said)
            made = report(token)
            assert made.status_code == 201, made.text
            assert made.json()["submitted_by"] == "oidc:officer@nier.example"
            assert made.json()["party"] == "KR"
            stranger = provider.token("stranger@nier.example", country="KR")
            refused = report(stranger)
            assert refused.status_code == 401
            assert "groups" in refused.json()["detail"]

            # Once it is started anew it has other keys.
            provider.stop()
            assert report(token).status_code == 201
            provider.start()
            later = provider.token("officer@nier.example", **said)
            wait_until(lambda: report(later).status_code == 201)
            told = [made.text, refused.text, plain_http.get(f"{server.address}/v1/snapshot").text]
            assert server.stop() == 0
            told.append(server.output + server.errors)
    assert run("export", "exported", database_url=database_url).status == 0
    told += [file.read_text("utf-8") for file in Path("exported").iterdir()]
    told += everything_stored(database_url)
    for secret in (token, later, stranger):
        signature = secret.rpartition(".")[2]
        assert [text for text in told if signature in text] == []
