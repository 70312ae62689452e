from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from reviewer.core.errors import SourceError, StoreError
from reviewer.core.types import Category
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.post_import import import_posts
from reviewer.store.library import Library
from reviewer.store.posts import PostColumns
from reviewer.store.rowpages import Texts
from reviewer.store.tags import MetTags
from tests.conftest import Heard

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.store.rowpages import Records

MD5 = "ab" * 16


def post(post_id: int, tags: str, **more: object) -> dict[str, Any]:
    artist = " ".join(tag for tag in tags.split() if tag.startswith("by_"))
    return {"id": post_id, "tag_string": tags, "tag_string_artist": artist, **more}


def dump(folder: Path, posts: list[dict[str, Any] | str]) -> None:
    (folder / "metadata").mkdir(parents=True, exist_ok=True)
    lines = [entry if isinstance(entry, str) else json.dumps(entry) for entry in posts]
    (folder / "metadata" / "posts.jsonl").write_text("\n".join(lines), encoding="utf-8")


def images(folder: Path, names: list[str]) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def stored(library: Library) -> dict[str, set[str]]:
    names = library.vocabulary().tags
    return {image.path: {names[tag].name for tag in tags} for image, tags in library.images.rows()}


def test_posts_are_matched_with_files_and_again_with_what_changed(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    images(folder, ["0001/1001.jpg", f"{MD5}.png", "danbooru_77_x.webp", "alone.png"])
    first: list[dict[str, Any] | str] = [
        post(1001, "cat solo by_ann", rating="s", score=4, md5="cd" * 16, source="https://a.b/c"),
        post(5, "dog", md5=MD5),
        post(77, 'cat 猫 "quoted"', rating="q"),
        post(9, "cat nobody"),
        "{broken",
    ]
    dump(folder, first)
    with Library.create(tmp_path / "workspace", folder) as library:
        notes = Heard()
        summary = import_posts(library, notes).summary
        assert summary["new"] == 4
        assert summary["untagged"] == 1
        assert stored(library) == {
            "0001/1001.jpg": {"cat", "solo", "by_ann"},
            f"{MD5}.png": {"dog"},
            "danbooru_77_x.webp": {"cat", "猫", '"quoted"'},
            "alone.png": set(),
        }
        assert "1 posts in the metadata have no image here." in notes.notes
        assert any("line 5" in text for text in notes.notes)
        by_name = library.vocabulary().by_name
        assert by_name["by_ann"].category is Category.ARTIST
        assert "nobody" not in by_name
        image = next(i for i, _ in library.images.rows() if i.path == "0001/1001.jpg")
        assert (image.rating, image.rating_scheme, image.score) == ("s", "sqe", 4)
        assert (image.source, image.site, image.remote_id) == ("https://a.b/c", "danbooru", "1001")

        (folder / "alone.png").unlink()
        images(folder, ["0009/9.jpg"])
        dump(folder, [post(1001, "cat", rating="g"), *first[1:]])
        again = import_posts(library, Silent()).summary
        assert (again["new"], again["changed"], again["gone"]) == (1, 1, 1)
        assert stored(library)["0001/1001.jpg"] == {"cat"}
        assert stored(library)["0009/9.jpg"] == {"cat", "nobody"}
        schemes = {i.rating_scheme for i, _ in library.images.rows() if i.rating}
        assert schemes == {"gsqe"}
        assert import_posts(library, Silent()).summary["changed"] == 0


def test_aliases_and_a_post_told_twice(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    images(folder, ["1.jpg", "original/1.png"])
    dump(folder, [post(1, "kitty solo"), post(1, "cat kitty")])
    (folder / "tag_aliases.csv").write_text("antecedent_name,consequent_name\nkitty,cat\n")
    with Library.create(tmp_path / "workspace", folder) as library:
        import_posts(library, Silent())
        tags = stored(library)
        # The original wins over the copy of the same number.
        assert tags["original/1.png"] in ({"cat", "solo"}, {"cat"})
        assert tags["1.jpg"] == set()
        assert library.vocabulary().find("kitty") == library.vocabulary().find("cat")


def test_a_folder_without_a_dump_is_refused_with_a_remedy(tmp_path: Path) -> None:
    images(tmp_path / "images", ["1.jpg"])
    with (
        Library.create(tmp_path / "workspace", tmp_path / "images") as library,
        pytest.raises(SourceError, match="without --unopened"),
    ):
        import_posts(library, Silent())


def test_after_images_that_were_not_written_none_are(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()

    def rows(first: int, stop: int) -> list[Records]:
        names = [f"{number}.jpg".encode() for number in range(first, stop)]
        ends = np.cumsum([len(name) for name in names])
        starts = np.concatenate([[0], ends[:-1]])
        path = Texts(np.frombuffer(b"".join(names), np.uint8), np.column_stack([starts, ends]))
        return [PostColumns.untold(path).records()]

    with Library.create(tmp_path / "workspace", tmp_path / "images") as library:
        posts, none = library.images.posts, MetTags([], [])
        posts.write(1, rows(1, 121), none).result()
        with pytest.raises(StoreError, match="Import again"):
            posts.write(122, rows(122, 123), MetTags([(1, "cat", 0)], [])).result()
        assert library.images.counts()["ok"] == posts.last_id() == 120
        assert library.tags.ids() == {}
        assert [path for _, path, _ in posts.paths()] == [f"{n}.jpg" for n in range(1, 121)]


def test_an_import_again_finds_files_of_one_number_in_two_folders(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    images(folder, ["1.jpg", "original/1.png", f"{MD5}.jpg", f"in/{MD5}.png", "odd name.gif"])
    dump(folder, [post(1, "cat"), post(2, "dog", md5=MD5)])
    with Library.create(tmp_path / "workspace", folder) as library:
        assert import_posts(library, Silent()).summary["new"] == 5
        (folder / "original" / "1.png").unlink()
        again = import_posts(library, Silent()).summary
        # The post is now that of the copy that is left.
        assert (again["new"], again["changed"], again["gone"]) == (0, 1, 1)
        assert stored(library)["1.jpg"] == {"cat"}
        assert library.images.counts() == {"ok": 4, "gone": 1, "set aside": 0}


def test_a_rating_of_four_changes_those_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviewer.sources.post_blocks.READ_BYTES", 10)
    folder = tmp_path / "images"
    images(folder, [f"{n}.jpg" for n in range(1, 9)])
    dump(folder, [post(n, f"tag_{n} cat", rating="g" if n == 6 else "s") for n in range(1, 9)])
    with Library.create(tmp_path / "workspace", folder) as library:
        summary = import_posts(library, Silent()).summary
        assert (summary["new"], summary["changed"]) == (8, 0)
        assert {image.rating_scheme for image, _ in library.images.rows()} == {"gsqe"}
        assert stored(library)["8.jpg"] == {"tag_8", "cat"}
        assert import_posts(library, Silent()).summary["unchanged"] == 8


def test_posts_of_known_images_are_written_only_where_they_tell_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A part for each post: what one part tells of an image is there when the next is compared.
    monkeypatch.setattr("reviewer.sources.post_blocks.READ_BYTES", 10)
    folder = tmp_path / "images"
    images(folder, [f"{n}.jpg" for n in range(1, 6)])
    first: list[dict[str, Any] | str] = [
        post(1, "cat", rating="s", score=-3, source="https://a.b/1"),
        post(2, ""),
        post(3, "dog", score=None, source=None),
    ]
    dump(folder, first)
    with Library.create(tmp_path / "workspace", folder) as library:
        import_posts(library, Silent())
        stamp = library.state.get("tags_stamp")
        same = import_posts(library, Silent()).summary
        assert (same["new"], same["changed"], same["unchanged"]) == (0, 0, 5)
        # Whatever is derived from the tags is still good: nothing was written.
        assert library.state.get("tags_stamp") == stamp
        (folder / "2.jpg").unlink()
        assert import_posts(library, Silent()).summary["gone"] == 1
        images(folder, ["2.jpg", "6.jpg"])
        told_twice = [
            post(6, "new_tag"),
            post(6, "new_tag late"),
            post(1, "x"),
            post(1, "cat bird"),
        ]
        dump(folder, [*first, *told_twice])
        again = import_posts(library, Silent()).summary
        # The first image changes twice, the second is back, the sixth is told twice.
        assert (again["new"], again["changed"]) == (1, 4)
        assert library.images.counts() == {"ok": 6, "gone": 0, "set aside": 0}
        assert stored(library)["1.jpg"] == {"cat", "bird"}
        assert stored(library)["6.jpg"] == {"new_tag", "late"}
        assert library.state.get("tags_stamp") != stamp
        rated = {i.path: (i.rating, i.score, i.source) for i, _ in library.images.rows()}
        assert rated["1.jpg"] == ("", None, "")
        assert rated["3.jpg"] == ("", None, "")
