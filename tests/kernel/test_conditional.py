"""Entity tags: when an answer may be 304, and when a change may pass (RFC 9110, section 13)."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.conditional import etag_of, not_modified, require_match
from app.kernel.problems import InvalidRequest, PreconditionFailed, PreconditionRequired


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=50), st.binary(max_size=50))
def test_a_tag_is_the_same_for_the_same_answer_and_for_no_other(one, other):
    assert (etag_of(one) == etag_of(other)) == (one == other)
    assert re.fullmatch(r'"[\x21\x23-\x7e]{20}"', etag_of(one))
    assert etag_of(one, weak=True) == f"W/{etag_of(one)}"


# If-None-Match, the present tag, and whether the answer is 304: weak comparison.
NOT_MODIFIED = [
    (None, '"a"', False),
    ("", '"a"', False),
    ("*", '"a"', True),
    (" * ", '"a"', True),
    ('"a"', '"a"', True),
    ('"b"', '"a"', False),
    ('"A"', '"a"', False),
    ('W/"a"', '"a"', True),
    ('"a"', 'W/"a"', True),
    ('W/"a"', 'W/"a"', True),
    ('"b", "a"', '"a"', True),
    ('"b" , W/"a" ,"c"', '"a"', True),
    ('"b","c"', '"a"', False),
    ('"b,a"', '"a"', False),
    ('"x, y"', '"x, y"', False),  # no tag holds a space
    ("a", '"a"', False),
    ('"a', '"a"', False),
    ('"ab"', '"a"', False),
    ('""', '""', True),
    ('"é"', '"é"', True),
]


@pytest.mark.parametrize(("header", "present", "expected"), NOT_MODIFIED)
def test_an_answer_is_304_where_if_none_match_names_it(header, present, expected):
    assert not_modified(header, present) is expected


# If-Match, the present tag, and what comes of it: strong comparison.
MATCHES = [
    ("*", '"a"', None),
    (" *\t", '"a"', None),
    ('"a"', '"a"', None),
    ('  "a" ', '"a"', None),
    ('"b", "a"', '"a"', None),
    ('"b","a","c"', '"a"', None),
    ('"b" ,W/"c" , "a"', '"a"', None),
    ('"a",', '"a"', None),
    (', "a"', '"a"', None),  # empty elements of a list are ignored (section 5.6.1.2)
    ('"b",, "a"', '"a"', None),
    ('"b"', '"a"', PreconditionFailed),
    ('"A"', '"a"', PreconditionFailed),
    ('""', '"a"', PreconditionFailed),
    ('"b,a"', '"a"', PreconditionFailed),
    ('W/"a"', '"a"', PreconditionFailed),
    ('W/"a"', 'W/"a"', PreconditionFailed),  # a weak tag matches nothing strongly, not even itself
    ('"a"', 'W/"a"', PreconditionFailed),
    (None, '"a"', PreconditionRequired),
    ("", '"a"', InvalidRequest),
    ("a", '"a"', InvalidRequest),
    ('"a', '"a"', InvalidRequest),
    ('a"', '"a"', InvalidRequest),
    ('"a" "b"', '"a"', InvalidRequest),
    ('"a"; "b"', '"a"', InvalidRequest),
    ('w/"a"', '"a"', InvalidRequest),
    ('W/ "a"', '"a"', InvalidRequest),
    ('"a b"', '"a"', InvalidRequest),
    ('*, "a"', '"a"', InvalidRequest),
    ("'a'", '"a"', InvalidRequest),
]


@pytest.mark.parametrize(("header", "present", "refusal"), MATCHES)
def test_a_change_passes_only_where_if_match_names_what_is_there(header, present, refusal):
    if refusal is None:
        require_match(header, present)
        return
    with pytest.raises(refusal):
        require_match(header, present)


def test_a_stale_tag_is_answered_with_the_present_one():
    with pytest.raises(PreconditionFailed) as raised:
        require_match('"old"', '"new"')
    assert raised.value.status == 412
    assert raised.value.headers == {"ETag": '"new"'}
    (error,) = raised.value.errors
    assert (error.header, error.rule, error.value) == ("If-Match", "present_etag", '"old"')


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30))
def test_no_header_is_a_fault_or_passes_by_chance(header):
    try:
        require_match(header, '"present"')
    except (InvalidRequest, PreconditionFailed) as problem:
        assert problem.errors[0].header == "If-Match"
    else:
        assert header.strip() == "*" or '"present"' in header


@pytest.mark.parametrize("header", ['"a", ' * 4000, '"a' * 4000, "\t" * 8000, 'W/"",' * 4000 + "x"])
def test_a_long_header_is_read_in_one_pass(header):
    # A pattern that tried every way to split such a header would never return.
    with pytest.raises((InvalidRequest, PreconditionFailed)):
        require_match(header, '"present"')
    assert not not_modified(header, '"present"')
