"""The statistics of a real collection: figures that add up, on one page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PIL import Image

from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.pages.statistics import PARTS, statistics, write_statistics
from reviewer.store.figures import STATISTICS, FigureFiles
from reviewer.store.library import Library

if TYPE_CHECKING:
    from pathlib import Path

POSTS = 240


def make_posts(folder: Path) -> None:
    """Posts of which the later half is about another series; `cat_ears` implies `animal_ears`."""
    folder.mkdir()
    posts = []
    for number in range(1, POSTS + 1):
        Image.new("RGB", (8, 8), (number, 9, 9)).save(folder / f"{number}.png")
        early = number <= POSTS // 2
        tags = ["solo", "touhou" if early else "kantai_collection"]
        tags += ["cat_ears", "animal_ears"] if number % 3 == 0 else ["sky"]
        if number == 9:
            tags.remove("animal_ears")
        tags += ["animal_ears"] if number % 4 == 1 else []
        posts.append(
            {
                "id": number,
                "tag_string": " ".join(tags),
                "tag_string_copyright": tags[1],
                "rating": "g" if early else "s",
                "file_url": "https://cdn.donmai.us/x.png",
            }
        )
    (folder / "posts.json").write_text(json.dumps(posts), encoding="utf-8")


def test_figures_add_up_and_what_was_planted_is_found(tmp_path: Path) -> None:
    make_posts(tmp_path / "posts")
    with Library.create(tmp_path / "workspace", tmp_path / "posts") as library:
        import_folder(library, Silent())
        found = statistics(library)
        done = write_statistics(library, Silent(), tmp_path / "out")
    assert found.images == POSTS
    assert sum(size * images for size, images in found.per_image) == found.instances
    assert sum(n for _, n, _ in found.by_category) == found.instances
    assert ("copyright", POSTS, 2) in found.by_category
    assert found.ratings == (("g", POSTS // 2), ("s", POSTS // 2))
    assert sum(tags for _, tags in found.tail) == found.tags == 6
    assert ("cat_ears", "animal_ears") in {entry[:2] for entry in found.suggested}
    apart = {frozenset((e.first, e.second)) for e in found.apart}
    assert frozenset({"touhou", "kantai_collection"}) in apart
    assert {name for name, _ in found.most_changed(2)} == {"touhou", "kantai_collection"}
    assert sum(found.fresh) == found.tags
    assert len(found.fresh) == PARTS
    page = (tmp_path / "out" / "statistics.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 3
    assert done.summary["tags"] == 6
    told = FigureFiles(tmp_path / "out").read(STATISTICS)
    assert told is not None
    assert told == found
    follow = dict(told.popularity)
    assert sum(follow["solo"]) == sum(told.sizes) == POSTS
    assert sum(follow["touhou"][: PARTS // 2]) == sum(follow["touhou"]) == POSTS // 2
    assert told.posts[0] == 1
    assert list(told.posts) == sorted(told.posts)
