from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.errors import SourceError, StoreBusyError, StoreFullError, UsageError
from reviewer.core.queues import Ranking
from reviewer.core.types import Answer, Category, Decision, Image, ImageState, Question, Side
from reviewer.store.crossfits import Crossfit
from reviewer.store.disk import replacing, writing
from reviewer.store.images import ImageRow
from reviewer.store.library import Library
from reviewer.store.rankings import RankingFiles
from reviewer.store.versions import VersionInfo, VersionState
from reviewer.store.workspace import workspace_for

if TYPE_CHECKING:
    from pathlib import Path


def add_images(library: Library, count: int = 3) -> None:
    library.tags.add({"cat": None, "miku": Category.CHARACTER})
    library.images.write(
        [
            ImageRow(None, Image(0, f"{n}.png", n, bytes([n]) * 32), 1, frozenset([1, 2][: n % 3]))
            for n in range(count)
        ]
    )


def decision(image_id: int = 1, tag_id: int = 1, answer: Answer = Answer.YES) -> Decision:
    return Decision(image_id, tag_id, answer, Side.MISSING, 0.5, 0.25, "v1", "me", 1000)


def test_a_workspace_is_never_inside_the_images(tmp_path: Path, own_home: Path) -> None:
    folder = tmp_path / "My pictures, 2"
    folder.mkdir()
    found = workspace_for(folder)
    assert own_home in found.parents
    assert folder not in found.parents
    assert workspace_for(folder, tmp_path / "chosen") == tmp_path / "chosen"
    with pytest.raises(SourceError, match="There is no folder"):
        workspace_for(tmp_path / "nowhere")


def test_some_images_come_by_path_with_their_tags(library: Library) -> None:
    add_images(library)
    every = list(library.images.rows())
    assert [image.path for image, _ in every] == ["0.png", "1.png", "2.png"]
    assert list(library.images.some([3, 99, 1])) == [every[0], every[2]]
    assert list(library.images.some([])) == []


def test_images_and_tags_come_back_as_they_were(library: Library) -> None:
    add_images(library)
    assert library.images.original_tags(3) == {1, 2}
    assert library.images.get(2).path == "1.png"
    assert library.images.path(2) == library.folder / "1.png"
    assert library.vocabulary().by_name["miku"].category is Category.CHARACTER
    library.tags.add({"miku": None})
    assert library.vocabulary().by_name["miku"].category is Category.CHARACTER
    with pytest.raises(KeyError):
        library.images.get(99)


def test_an_image_that_is_set_aside_says_why(library: Library) -> None:
    add_images(library)
    library.images.set_aside(1, "cut off")
    assert library.images.counts() == {"ok": 2, "gone": 0, "set aside": 1}
    assert library.images.problems() == [("0.png", "cut off")]
    assert not library.images.is_askable(1)
    assert library.images.get(1).state is ImageState.SET_ASIDE


def test_a_step_is_taken_back_as_a_whole(library: Library) -> None:
    add_images(library)
    library.decisions.append([decision(1)])
    library.decisions.append([decision(2), decision(3)])
    taken = library.decisions.undo_last("me")
    assert {row.image_id for row in taken} == {2, 3}
    assert library.decisions.total() == 1
    assert len(list(library.decisions.log())) == 5


def test_a_later_answer_on_a_pair_counts_and_its_undo_brings_the_earlier_back(
    library: Library,
) -> None:
    add_images(library)
    library.decisions.append([decision(answer=Answer.YES)])
    library.decisions.append([decision(answer=Answer.NO)])
    assert library.decisions.answers(1) == {1: Answer.NO}
    assert [row.answer for row in library.decisions.live()] == [Answer.NO]
    library.decisions.undo_last("me")
    assert library.decisions.answers(1) == {1: Answer.YES}


def test_flags_states_and_versions_are_kept(library: Library) -> None:
    add_images(library)
    question = Question(1, 2, Side.WRONG, 0.25, 0.5, "v1")
    library.flags.put(question)
    assert library.flags.all() == [question]
    library.flags.remove(question.pair)
    assert library.flags.all() == []
    library.state.set("key", "value")
    assert library.state.get("key") == "value"
    for name in ("v1", "v2"):
        library.versions.put(VersionInfo(name, VersionState.CANDIDATE, 5, metrics={"mAP": 0.5}))
    library.versions.activate("v1")
    library.versions.activate("v2")
    assert [v.state for v in library.versions.all()] == [VersionState.RETIRED, VersionState.ACTIVE]
    assert library.versions.next_name() == "v3"
    with pytest.raises(UsageError, match="Versions here: v1, v2"):
        library.versions.activate("v9")


def test_a_ranking_replaces_the_one_before(library: Library) -> None:
    assert library.rankings.stamp() == 0
    assert len(library.rankings.load()) == 0
    ranking = Ranking(
        tags=np.array([4]),
        offsets=np.array([0, 2]),
        images=np.array([1, 2]),
        sides=np.array([0, 1], np.uint8),
        scores=np.array([0.5, 0.25], np.float32),
        suspicions=np.array([0.75, 0.5], np.float32),
        version="v1",
        decided=7,
    )
    first = library.rankings.save(ranking)
    second = library.rankings.save(ranking)
    assert (first, second, library.rankings.stamp()) == (1, 2, 2)
    loaded = library.rankings.load()
    assert loaded.question(0, 1) == Question(2, 4, Side.WRONG, 0.25, 0.5, "v1")
    assert loaded.decided == 7
    assert loaded.priorities is None
    library.rankings.save(replace(ranking, priorities=np.array([2.0, 1.0], np.float32)))
    loaded = library.rankings.load()
    assert loaded.priorities is not None
    assert loaded.priorities.tolist() == [2.0, 1.0]
    assert loaded.spreads is None


def test_out_of_sample_scores_come_back_as_they_were(library: Library) -> None:
    assert library.crossfit("v1").load() is None
    crossfit = Crossfit(
        images=np.arange(4),
        tags=np.array([1, 2]),
        logits=np.arange(8, dtype=np.float16).reshape(2, 4),
        groups=np.arange(4),
        neighbours=np.zeros((4, 2), np.int32),
        similarities=np.zeros((4, 2), np.float16),
        decided=3,
    )
    library.crossfit("v1").save(crossfit)
    library.crossfit("v1").save(crossfit)
    loaded = library.crossfit("v1").load()
    assert loaded is not None
    assert np.array_equal(loaded.logits, crossfit.logits)
    assert loaded.decided == 3


def test_a_workspace_belongs_to_one_folder(library: Library, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(UsageError, match="belongs to the images in"):
        Library.create(library.workspace.path, other)
    with pytest.raises(UsageError, match="There is no collection"):
        Library.open(tmp_path / "nothing")


def test_a_second_program_is_refused_while_the_first_lives(library: Library) -> None:
    code = (
        "import sys, pathlib\n"
        "from reviewer.store.workspace import Workspace\n"
        "with Workspace(pathlib.Path(sys.argv[1])).held('review'):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    place = str(library.workspace.path)
    with subprocess.Popen(
        [sys.executable, "-c", code, place], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with (
            pytest.raises(StoreBusyError, match="open in another window"),
            library.workspace.held("review"),
        ):
            pass
        with library.workspace.held("jobs"):
            pass
        other.kill()
    with library.workspace.held("review"):
        pass


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file.txt"
    with replacing(path) as aside:
        aside.write_text("one")

    def fail_half_way() -> None:
        with replacing(path) as aside:
            aside.write_text("two")
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()
    assert path.read_text() == "one"
    assert [entry.name for entry in path.parent.iterdir()] == ["file.txt"]


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    import errno

    with pytest.raises(StoreFullError, match="is full"), writing(tmp_path / "x"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_the_ranking_before_stays_for_a_window_that_still_reads_it(tmp_path: Path) -> None:
    files = RankingFiles(tmp_path)
    for _ in range(3):
        files.save(Ranking.empty())
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["2", "3"]
