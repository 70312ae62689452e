"""Variants that a site names become candidates for copies, whatever their hashes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PIL import Image

from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.sources.post import read_post
from reviewer.store.library import Library

if TYPE_CHECKING:
    from pathlib import Path


def test_parents_are_read_as_each_site_writes_them() -> None:
    assert read_post({"id": 2, "tag_string": "a", "parent_id": 1}).record.parent == "1"
    assert read_post({"id": 2, "tags": "a", "parent_id": 0}).record.parent == ""
    assert read_post({"id": 2, "tags": "a", "parent_id": None}).record.parent == ""
    kin = {"id": 2, "tags": {"general": ["a"]}, "relationships": {"parent_id": 7}}
    assert read_post(kin).record.parent == "7"


def test_families_are_those_whose_images_are_here(tmp_path: Path) -> None:
    folder = tmp_path / "posts"
    folder.mkdir()
    posts = []
    for number, parent in ((1, None), (2, 1), (3, 1), (4, 99)):
        Image.new("RGB", (16, 16), (40 * number, 9, 9)).save(folder / f"{number}.png")
        posts.append({"id": number, "tag_string": "sky", "parent_id": parent})
    (folder / "posts.json").write_text(json.dumps(posts), encoding="utf-8")
    with Library.create(tmp_path / "workspace", folder) as library:
        for _ in range(2):
            import_folder(library, Silent())
            names = {image.id: image.path for image, _ in library.images.rows()}
            found = [(names[a], names[b]) for a, b in library.facts.families()]
            assert found == [("1.png", "2.png"), ("1.png", "3.png")]
