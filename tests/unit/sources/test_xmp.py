from __future__ import annotations

from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.sources.folder import find_images, read_folder, source_for
from reviewer.sources.text import LARGEST_BESIDE, name_key
from reviewer.sources.xmp import Xmp, xmp_tags
from tests.conftest import draw

if TYPE_CHECKING:
    from pathlib import Path

AWKWARD = ["^_^", "fate_(series)", "a,b", "初音ミク", ":d", "rating:e", "x" * 170, "<3", "a & b"]


def packet(
    subject: list[str] | None = None, tree: list[str] | None = None, light: list[str] | None = None
) -> bytes:
    def items(name: str, kind: str, entries: list[str] | None) -> str:
        if entries is None:
            return ""
        held = "".join(f"<rdf:li>{escape(entry)}</rdf:li>" for entry in entries)
        return f"<{name}><rdf:{kind}>{held}</rdf:{kind}></{name}>"

    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:digiKam="http://www.digikam.org/ns/1.0/"'
        ' xmlns:lr="http://ns.adobe.com/lightroom/1.0/">'
        "<dc:creator><rdf:Seq><rdf:li>a person</rdf:li></rdf:Seq></dc:creator>"
        f"{items('dc:subject', 'Bag', subject)}{items('digiKam:TagsList', 'Seq', tree)}"
        f"{items('lr:hierarchicalSubject', 'Bag', light)}"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def test_flat_subjects_are_never_split() -> None:
    assert xmp_tags(packet(AWKWARD)) == {name_key(name) for name in AWKWARD}


def test_of_a_path_the_last_part_is_the_tag() -> None:
    tags = xmp_tags(packet(None, ["people/miku", "hat"], ["animals|cats|Cat Ears", "sky"]))
    assert tags == {"miku", "hat", "cat_ears", "sky"}


def test_a_tag_with_a_slash_is_no_path() -> None:
    tags = xmp_tags(packet(["fate/stay_night"], ["fate/stay_night"], ["fate/stay_night"]))
    assert tags == {"fate/stay_night"}


@given(st.lists(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1)))
def test_any_list_of_names_reads_back(names: list[str]) -> None:
    assert xmp_tags(packet(names)) == {name_key(name) for name in names} - {""}


def test_sidecars_of_both_names_are_read(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", 1)
    draw(tmp_path / "b.png", 2)
    draw(tmp_path / "c.png", 3)
    (tmp_path / "a.png.xmp").write_bytes(packet(["hat"]))
    (tmp_path / "b.xmp").write_bytes(b"\xef\xbb\xbf" + packet([], None, ["hair|blue hair"]))
    (tmp_path / "c.xmp").write_bytes(packet(["hat"])[:-40])
    images = find_images(tmp_path)
    source = source_for(tmp_path, images)
    assert source.name == "xmp"
    reading = read_folder(tmp_path, images, source)
    assert {name: set(record.tags) for name, record in reading.records.items()} == {
        "a.png": {"hat"},
        "b.png": {"blue_hair"},
    }
    (note,) = reading.notes
    assert "c.xmp is not an XMP sidecar" in note


BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    b'<x xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject>&b;</dc:subject></x>'
)
OUTSIDE = b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'


@pytest.mark.parametrize("content", [BOMB, OUTSIDE])
def test_document_types_and_their_entities_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="document type"):
        xmp_tags(content)


@pytest.mark.parametrize("content", [b"", b"no xml", b"<x>", b"\x00\x01", b"<x>&undefined;</x>"])
def test_what_is_no_xml_is_refused(content: bytes) -> None:
    with pytest.raises(ExpatError):
        xmp_tags(content)


def test_an_unknown_encoding_or_a_huge_file_becomes_a_note(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", 1)
    draw(tmp_path / "b.png", 2)
    (tmp_path / "a.xmp").write_bytes(b'<?xml version="1.0" encoding="klingon"?><x/>')
    with (tmp_path / "b.xmp").open("wb") as file:
        file.truncate(LARGEST_BESIDE + 1)
    images = find_images(tmp_path)
    assert source_for(tmp_path, images).name == "untagged"
    reading = Xmp().read(tmp_path, images)
    assert reading.records == {}
    assert reading.notes[0].startswith("2 metadata file(s) could not be read")


def test_sidecars_without_tags_are_no_metadata(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", 1)
    (tmp_path / "a.png.xmp").write_bytes(packet())
    assert source_for(tmp_path, find_images(tmp_path)).name == "untagged"
