"""Bodies: what is JSON and can be kept is read as it is; all else is refused by name and place."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.bodies import DEEPEST, parse_json
from app.kernel.problems import InvalidRequest, MalformedBody

READ = {
    "an object": (b'{"a": [1, -2.5, true, false, null]}', {"a": [1, -2.5, True, False, None]}),
    "a bare text": ('"환경"'.encode(), "환경"),
    "a bare null": (b" null \r\n", None),
    "an escaped text": (rb'"\ud658\uacbd\n\/"', "환경\n/"),
    "a pair of surrogates": (rb'"\ud83d\ude00"', "😀"),
    "the largest whole number": (b"9223372036854775807", 2**63 - 1),
    "the smallest whole number": (b"-9223372036854775808", -(2**63)),
    "a large float": (b"1e308", 1e308),
    "a float too small to tell from zero": (b"1e-400", 0.0),
    "the same name in two objects": (b'[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}]),
    "names that differ in case": (b'{"a": 1, "A": 2}', {"a": 1, "A": 2}),
}


@pytest.mark.parametrize("what", READ)
def test_json_is_read_as_it_is(what):
    body, value = READ[what]
    assert parse_json(body) == value


MALFORMED = {
    "nothing": (b"", "json"),
    "white space alone": (b" \n", "json"),
    "words": (b"hello", "json"),
    "half an object": (b'{"a": ', "json"),
    "two values": (b"{} {}", "json"),
    "a comma at the end": (b"[1,]", "json"),
    "single quotes": (b"{'a': 1}", "json"),
    "a comment": (b"{} // no", "json"),
    "a name that is no text": (b"{1: 2}", "json"),
    "a raw line end in a text": (b'"a\nb"', "json"),
    "a raw NUL in a text": (b'"a\x00b"', "json"),
    "a bad escape": (rb'"\x41"', "json"),
    "half an escape": (rb'"\u12"', "json"),
    "a leading zero": (b"01", "json"),
    "a plus": (b"+1", "json"),
    "a bare point": (b"1.", "json"),
    "hexadecimal": (b"0x10", "json"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "json"),
    "Latin-1": ("é".encode("latin-1"), "utf_8"),
    "UTF-16": ("{}".encode("utf-16"), "utf_8"),
    "an overlong form": (b'"\xc0\xaf"', "utf_8"),
    "a surrogate in UTF-8": (b'"\xed\xa0\x80"', "utf_8"),
    "beyond Unicode": (b'"\xf4\x90\x80\x80"', "utf_8"),
    "not a number": (b'{"a": NaN}', "not_a_number"),
    "infinity": (b"[Infinity]", "not_a_number"),
    "minus infinity": (b"-Infinity", "not_a_number"),
    "a name twice": (b'{"a": 1, "a": 1}', "duplicate_member"),
    "a name twice, once escaped": (rb'{"a": 1, "\u0061": 2}', "duplicate_member"),
    "a name twice, far inside": (b'[{"x": [{"a": 1, "b": 2, "a": 3}]}]', "duplicate_member"),
    "too many digits to read": (b"1" * 5000, "number"),
    "ten thousand arrays": (b"[" * 10_000 + b"]" * 10_000, "depth"),
    "ten thousand objects": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "depth"),
    "ten thousand arrays, never closed": (b"[" * 10_000, "depth"),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_what_is_ambiguous_or_no_json_is_refused_by_name(what):
    body, rule = MALFORMED[what]
    with pytest.raises(MalformedBody) as raised:
        parse_json(body)
    (error,) = raised.value.errors
    assert (raised.value.status, error.rule, error.pointer) == (400, rule, "")
    json.dumps(raised.value.document("r-1")).encode()


def test_a_refusal_says_where_the_text_stops_being_json():
    with pytest.raises(MalformedBody, match="at line 2, column 8"):
        parse_json(b'{\n  "a": x}')
    with pytest.raises(MalformedBody, match="at byte 2"):
        parse_json(b'"a\xff"')


UNSTORABLE = {
    "a NUL": (rb'{"a": ["x", "y\u0000"]}', "/a/1", "nul_character"),
    "a NUL in a name": (rb'{"a": {"\u0000": 1}}', "/a/\x00", "nul_character"),
    "half a pair": (rb'{"a": "\ud800"}', "/a", "lone_surrogate"),
    "the other half": (rb'"x\udc00y"', "", "lone_surrogate"),
    "halves in the wrong order": (rb'["\udc00\ud800"]', "/0", "lone_surrogate"),
    "half a pair in a name": (rb'{"\udfff": 1}', "/\\udfff", "lone_surrogate"),
    "one too many": (b'{"a": 9223372036854775808}', "/a", "64_bit"),
    "one too few": (b'{"a": -9223372036854775809}', "/a", "64_bit"),
    "a long number": (b"[" + b"9" * 4000 + b"]", "/0", "64_bit"),
    "a float beyond all": (b"[0, 1e400]", "/1", "64_bit"),
    "a float below all": (b"-1e400", "", "64_bit"),
    "a name to be escaped": (rb'{"a/b": {"c~d": "\u0000"}}', "/a~1b/c~0d", "nul_character"),
}


@pytest.mark.parametrize("what", UNSTORABLE)
def test_what_no_record_can_hold_is_refused_by_name_and_place(what):
    body, pointer, rule = UNSTORABLE[what]
    with pytest.raises(InvalidRequest) as raised:
        parse_json(body)
    (error,) = raised.value.errors
    assert (raised.value.status, error.pointer, error.rule) == (422, pointer, rule)
    # The refusal repeats the value, and must itself be JSON.
    json.dumps(raised.value.document("r-1"), ensure_ascii=False).encode()


def test_everything_that_is_wrong_is_named_at_once():
    with pytest.raises(InvalidRequest) as raised:
        parse_json(rb'{"a": "\u0000", "b": [1e999, {"c": "\ud800"}], "\u0000": 1}')
    assert {error.pointer for error in raised.value.errors} == {"/a", "/b/0", "/b/1/c", "/\x00"}


NESTINGS = {
    "arrays": lambda depth, inner: b"[" * depth + inner + b"]" * depth,
    "objects": lambda depth, inner: b'{"a":' * depth + (inner or b"{}") + b"}" * depth,
}


@pytest.mark.parametrize("nesting", NESTINGS)
@pytest.mark.parametrize("inner", [b"1", b'"x"', b"null"])
def test_a_body_may_be_as_deep_as_said_and_no_deeper(nesting, inner):
    nested = NESTINGS[nesting]
    parse_json(nested(DEEPEST, inner))
    with pytest.raises(MalformedBody) as raised:
        parse_json(nested(DEEPEST + 1, inner))
    assert raised.value.errors[0].rule == "depth"


@pytest.mark.parametrize("innermost", [b"[]", b"{}"])
def test_an_empty_array_or_object_counts_as_a_level_too(innermost):
    parse_json(b"[" * (DEEPEST - 1) + innermost + b"]" * (DEEPEST - 1))
    with pytest.raises(MalformedBody) as raised:
        parse_json(b"[" * DEEPEST + innermost + b"]" * DEEPEST)
    assert raised.value.errors[0].rule == "depth"


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
STORABLE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(STORABLE, st.booleans(), st.sampled_from([None, 2]))
def test_every_value_that_a_record_can_hold_is_read_as_it_was_written(value, ascii_only, indent):
    body = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    assert parse_json(body) == value


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=40) | st.text('[]{}",:0123456789.eE+-aNInfuty\\\u00e9 ').map(str.encode))
def test_any_bytes_are_read_or_refused_but_never_a_fault(body):
    try:
        value = parse_json(body)
    except (MalformedBody, InvalidRequest) as problem:
        assert problem.errors
    else:
        assert value == json.loads(body)
