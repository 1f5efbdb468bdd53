"""Several processes deliver side by side, are killed, and lose nothing, nor the order of it."""

import random
from contextlib import contextmanager

from tests import plain_http
from tests.amounts import SEED, rounds
from tests.cli.running import serving
from tests.ports import unused_port
from tests.trust.crashing import Crashes, load_on, processes
from tests.waiting import wait_until
from tests.webhooks.conftest import HERE, is_delivered
from tests.webhooks.test_delivering import feed

KILLS = 2
SETTINGS = {"webhook_networks": ",".join(HERE), "webhook_retries": "0.1"}
# Leases last twice as long as a message may take: whoever is killed is soon relieved.
SOON = SETTINGS | {"webhook_timeout": "1"}


@contextmanager
def caller(address, templates, name="korea"):
    headers = {"Authorization": f"Bearer {templates.keys[name]}"}
    with plain_http.client(base_url=address, headers=headers, timeout=30) as client:
        yield client


def subscribe(client, receiver, **body):
    answer = client.post("/v1/webhooks", json={"url": receiver.url, "since": 1} | body)
    assert answer.status_code == 201, answer.text
    receiver.verify_with(answer.json()["secret"])
    return answer.json()


def test_processes_share_the_work_and_send_nothing_twice(
    templates, database_url, receiver, other_receiver, tmp_path
):
    with (
        processes(database_url, 2, tmp_path, **SETTINGS) as served,
        caller(served[0].address, templates) as client,
        load_on([process.address for process in served], templates) as load,
    ):
        made = [subscribe(client, each) for each in (receiver, other_receiver)]
        with load.under_way():
            load.wait_for_writes(8)
        for webhook in made:
            wait_until(lambda webhook=webhook: is_delivered(client, webhook))
        expected = feed(client, since=1)
        load.hold()
    assert len(expected) > 32
    for each in (receiver, other_receiver):
        assert [arrived.event["data"] for arrived in each.arrived] == expected


def test_what_is_killed_while_it_delivers_loses_nothing_and_keeps_the_order(
    templates, database_url, receiver, tmp_path
):
    choices = random.Random(SEED)
    with (
        processes(database_url, 2, tmp_path, **SOON) as served,
        caller(served[0].address, templates) as client,
        load_on([process.address for process in served], templates) as load,
    ):
        webhook = subscribe(client, receiver)
        crashes = Crashes(load, served, choices)
        for _ in rounds(KILLS):
            arrived = len(receiver.arrived)
            crashes.once()
            # What was not delivered when it was killed is taken over.
            wait_until(lambda arrived=arrived: len(receiver.arrived) > arrived)
        wait_until(lambda: is_delivered(client, webhook))
        expected = feed(client, since=1)
    assert [message["data"] for message in receiver.taken] == expected
    ids = {}
    for each in receiver.delivered:
        change = each.event["data"]
        place = change["revision"], change["kind"], change["id"]
        assert ids.setdefault(place, each.id) == each.id, "a repeat has the id that it had"


def test_a_process_that_is_to_deliver_nothing_leaves_that_to_others(
    templates, database_url, receiver, tmp_path
):
    with (
        serving(
            tmp_path / "off", unused_port(), database_url=database_url, webhooks="off", **SETTINGS
        ) as server,
        caller(server.address, templates) as client,
    ):
        webhook = subscribe(client, receiver, since=0)
        assert "clearsky_webhook_attempts" not in plain_http.get(f"{server.address}/metrics").text
        with serving(
            tmp_path / "on", unused_port(), database_url=database_url, **SETTINGS
        ) as other:
            wait_until(lambda: is_delivered(client, webhook))
            figures = plain_http.get(f"{other.address}/metrics").text
    assert len(receiver.arrived) == len(receiver.taken)
    assert 'clearsky_webhooks{state="active"} 1.0' in figures
    count = float(len(receiver.arrived))
    assert f'clearsky_webhook_attempts_total{{outcome="delivered"}} {count}' in figures
