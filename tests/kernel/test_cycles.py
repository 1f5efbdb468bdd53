"""References that lead back to where they began."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.cycles import path_back, refuse_cycle
from app.kernel.problems import Conflict

WAYS = {
    "nothing at all": ({}, None),
    "a straight line": ({"a": "b", "b": "c"}, None),
    "to itself": ({"a": "a"}, ["a", "a"]),
    "there and back": ({"a": "b", "b": "a"}, ["a", "b", "a"]),
    "round three": ({"a": "b", "b": "c", "c": "a"}, ["a", "b", "c", "a"]),
    "two ways to one place": ({"a": "bc", "b": "d", "c": "d"}, None),
    "two ways, one of them back": ({"a": "bc", "b": "d", "c": "a"}, ["a", "c", "a"]),
    "a ring that it is not part of": ({"a": "b", "b": "c", "c": "b"}, None),
    "another that refers to itself": ({"a": "b", "b": "b"}, None),
    "back by a way past a ring": ({"a": "b", "b": "bc", "c": "ba"}, ["a", "b", "c", "a"]),
    "only others lead here": ({"b": "a", "c": "a"}, None),
}


@pytest.mark.parametrize("what", WAYS)
def test_the_way_back_is_found_and_shown_where_there_is_one(what):
    edges, way = WAYS[what]
    assert path_back("a", lambda here: edges.get(here, "")) == way


@pytest.mark.parametrize("what", WAYS)
def test_a_cycle_is_refused_with_its_rule_place_and_way(what):
    edges, way = WAYS[what]
    if way is None:
        refuse_cycle("a", lambda here: edges.get(here, ""), field=("parent",), rule="no_cycle")
        return
    with pytest.raises(Conflict) as raised:
        refuse_cycle("a", lambda here: edges.get(here, ""), field=("parts", 0), rule="no_cycle")
    (error,) = raised.value.errors
    assert (error.pointer, error.rule, error.value) == ("/parts/0", "no_cycle", way[1])
    assert " → ".join(way) in error.detail


@st.composite
def graphs_without_cycles(draw):
    """Edges that only lead from a higher number to a lower one."""
    size = draw(st.integers(2, 25))
    return {
        number: draw(st.lists(st.integers(0, number - 1), max_size=4)) if number else []
        for number in range(size)
    }


def reachable(edges, start):
    found, pending = set(), [start]
    while pending:
        for target in edges[pending.pop()]:
            if target not in found:
                found.add(target)
                pending.append(target)
    return found


@settings(max_examples=100, deadline=None)
@given(graphs_without_cycles(), st.data())
def test_without_a_cycle_there_is_no_way_back_and_one_edge_back_makes_one(edges, data):
    steps = {str(number): [str(target) for target in found] for number, found in edges.items()}
    for start in steps:
        assert path_back(start, steps.__getitem__) is None
    start = data.draw(st.sampled_from(sorted(edges)))
    ahead = sorted(reachable(edges, start) | {start})
    steps[str(data.draw(st.sampled_from(ahead)))].append(str(start))
    way = path_back(str(start), steps.__getitem__)
    assert way is not None
    assert way[0] == way[-1] == str(start)
    assert all(after in steps[before] for before, after in zip(way, way[1:], strict=False))
    assert len(set(way[1:])) == len(way) - 1


def test_each_record_on_the_way_is_asked_once():
    # Twenty diamonds in a row hold a million ways; one question a record is enough.
    edges = {f"{n}": [f"{n}l", f"{n}r"] for n in range(20)}
    edges |= {f"{n}{side}": [f"{n + 1}"] for n in range(20) for side in "lr"}
    asked = []

    def step(here):
        asked.append(here)
        return edges.get(here, [])

    assert path_back("0", step) is None
    assert len(asked) == len(set(asked)) == 61
