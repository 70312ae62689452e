"""Files of other programs, corrected in place: the tags change and nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.sources.edit_json import edited_json
from reviewer.sources.edit_xmp import edited_xmp
from reviewer.sources.text import name_key
from reviewer.sources.xmp import xmp_tags

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


@given(
    value=JSON,
    indent=st.sampled_from([None, 2, 4, "\t"]),
    ascii_=st.booleans(),
    end=st.sampled_from(["", "\n"]),
)
def test_json_that_is_not_changed_comes_out_byte_for_byte(
    value: object, indent: int | str | None, ascii_: bool, end: str
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_, indent=indent) + end
    try:
        content = text.encode()
    except UnicodeEncodeError:
        return
    assert edited_json(content, lambda _value: None) == content


def test_json_is_changed_in_its_own_layout() -> None:
    content = '{\r\n  "tags": [\r\n    "é"\r\n  ],\r\n  "n": 1.50\r\n}\r\n'.encode()
    # 1.50 would come out as 1.5: another byte than a tag.
    assert edited_json(content, lambda post: post["tags"].append("x")) is None
    content = content.replace(b"1.50", b"1.5")
    after = edited_json(content, lambda post: post["tags"].append("x"))
    assert after == content.replace('é"'.encode(), 'é",\r\n    "x"'.encode())


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe{}", b'{"a": 1, }'])
def test_what_is_no_json_is_left_alone(content: bytes) -> None:
    assert edited_json(content, lambda _value: None) is None


PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=''
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:digiKam="http://www.digikam.org/ns/1.0/"
    xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:Flash = "0" >
   <dc:subject><rdf:Bag>
     <rdf:li>1girl</rdf:li>
     <rdf:li xml:lang="x-default">blue hair</rdf:li>
     <rdf:li>a &amp; b</rdf:li>
   </rdf:Bag></dc:subject>
   <digiKam:TagsList><rdf:Seq>
     <rdf:li>1girl</rdf:li>
     <rdf:li>hair/blue hair</rdf:li>
   </rdf:Seq></digiKam:TagsList>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


def test_one_item_is_cut_out_of_every_list_and_one_put_in() -> None:
    after = edited_xmp(PACKET.encode(), ["aqua_hair"], ["blue_hair"], name_key)
    assert after is not None
    assert xmp_tags(after) == {"1girl", "a_&_b", "aqua_hair"}
    expected = PACKET.replace('\n     <rdf:li xml:lang="x-default">blue hair</rdf:li>', "")
    expected = expected.replace("\n     <rdf:li>hair/blue hair</rdf:li>", "")
    expected = expected.replace(
        "<rdf:li>a &amp; b</rdf:li>",
        "<rdf:li>a &amp; b</rdf:li>\n     <rdf:li>aqua hair</rdf:li>",
    )
    assert after.decode() == expected
    assert edited_xmp(PACKET.encode(), [], [], name_key) == PACKET.encode()


@pytest.mark.parametrize("tag", ["^_^", "fate_(series)", "a,b", "<3", "初音ミク", ":d", "x" * 170])
def test_awkward_tags_go_in_and_out_again(tag: str) -> None:
    after = edited_xmp(PACKET.encode(), [tag], [], name_key)
    assert after is not None
    assert tag in xmp_tags(after)
    assert edited_xmp(after, [], [tag], name_key) == PACKET.encode()


def test_a_sidecar_without_a_list_is_left_alone() -> None:
    empty = PACKET[: PACKET.index("   <dc:subject>")] + PACKET[PACKET.index("  </rdf:Desc") :]
    assert edited_xmp(empty.encode(), ["hat"], [], name_key) is None
    assert edited_xmp(b"no xml", ["hat"], [], name_key) is None
    assert edited_xmp(PACKET.encode("utf-16"), ["hat"], [], name_key) is None
    dangerous = '<!DOCTYPE x [<!ENTITY a "b">]>' + PACKET[PACKET.index("<x:") :]
    assert edited_xmp(dangerous.encode(), ["hat"], [], name_key) is None
