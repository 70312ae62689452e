"""Vetted images: chosen, counted, and their bias told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.errors import SourceError, UsageError
from reviewer.core.quality.vetting import FEWEST, tag_bias
from reviewer.core.types import Answer, Decision, Image, Side
from reviewer.jobs.labels import gather_labels, label_matrix
from reviewer.jobs.pages.vetted import write_vetted
from reviewer.jobs.vetting import (
    Choice,
    choose_vetted,
    clear_vetted,
    keep_weight,
    measure_bias,
    vetted_lines,
)
from reviewer.store.figures import VETTED, FigureFiles
from reviewer.store.images import ImageRow

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.store.library import Library

COUNT = 400


@pytest.fixture
def scored(library: Library) -> Library:
    """Images with scores; sketches score low, and a quarter of all have a hat."""
    ids = library.tags.add({"sketch": None, "hat": None, "rare": None})
    rows = []
    for number in range(COUNT):
        sketch = number % 4 == 1
        score = number % 20 if sketch else 10 + number % 40
        names = [name for name, has in (("sketch", sketch), ("hat", number % 4 == 0)) if has]
        image = Image(
            0,
            f"{number:03}.png",
            10,
            number.to_bytes(32, "big"),
            score=score,
            rating="q" if number % 2 else "s",
            site="danbooru.donmai.us",
            remote_id=str(1000 + number),
        )
        rows.append(ImageRow(None, image, 1, frozenset(ids[name] for name in names)))
    library.images.write(rows)
    return library


def test_a_choice_by_score_loses_sketches_and_says_so(scored: Library) -> None:
    summary = choose_vetted(scored, Choice(min_score=20))
    expected = sum((n % 20 if n % 4 == 1 else 10 + n % 40) >= 20 for n in range(COUNT))
    assert summary == {"vetted": expected, "new": expected}
    found = measure_bias(scored)
    names = scored.vocabulary()
    by_name = {names.name(entry.tag_id): entry for entry in found.tags}
    assert by_name["sketch"].vetted == 0
    assert by_name["sketch"].others == 100
    assert by_name["sketch"].clear
    assert by_name["sketch"].high < 0.5
    assert found.lost == 1
    assert "rare" not in by_name
    lines = "\n".join(vetted_lines(scored))
    assert "Rarer among vetted images" in lines
    assert "sketch: 0.00" in lines
    assert f"{expected:,} images are vetted" in lines


def test_the_bias_is_written_for_the_window_and_as_a_page(scored: Library, tmp_path: Path) -> None:
    choose_vetted(scored, Choice(min_score=20))
    summary = write_vetted(scored, tmp_path / "out").summary
    found = FigureFiles(tmp_path / "out").read(VETTED)
    assert found is not None
    assert [tag.tag for tag in found.rarer] == ["sketch"]
    assert found.rarer[0].manner
    assert summary["rarer_tags"] == 1
    assert found.vetted + found.others == COUNT
    assert sum(here for _, here, _ in found.ratings) == found.vetted
    page = (tmp_path / "out" / "vetted.html").read_text(encoding="utf-8")
    assert "sketch" in page.partition("Clearly rarer")[2].partition("Clearly more")[0]
    clear_vetted(scored)
    write_vetted(scored, tmp_path / "out")
    nothing = FigureFiles(tmp_path / "out").read(VETTED)
    assert nothing is not None
    assert (nothing.vetted, nothing.tags) == (0, ())


def test_a_choice_without_bias_shows_none(scored: Library, tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    chosen = draw.permutation(COUNT)[:150]
    (tmp_path / "list.txt").write_text(
        "# mine\n" + "\n".join(f"./{number:03}.png" for number in chosen), encoding="utf-8"
    )
    assert choose_vetted(scored, Choice(listed=tmp_path / "list.txt"))["vetted"] == 150
    assert not any(entry.clear for entry in measure_bias(scored).tags)


def test_favourites_are_posts_of_a_site(scored: Library, tmp_path: Path) -> None:
    posts = [{"id": 1000 + number, "tags": "x"} for number in range(3)]
    (tmp_path / "a.json").write_text(json.dumps(posts), encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps({"posts": posts[:1]}), encoding="utf-8")
    (tmp_path / "c.jsonl").write_text("\n".join(json.dumps(p) for p in posts), encoding="utf-8")
    for name in ("a.json", "b.json", "c.jsonl"):
        clear_vetted(scored)
        choose_vetted(scored, Choice(favourites=tmp_path / name))
        assert scored.vetted.ids().tolist() == ([1] if name == "b.json" else [1, 2, 3])
    assert choose_vetted(scored, Choice(min_score=49))["new"] > 0
    assert clear_vetted(scored) > 3
    assert scored.vetted.ids().tolist() == []


def test_tags_of_vetted_images_weigh_more_and_answers_weigh_the_same(scored: Library) -> None:
    names = scored.tags.ids()
    images = list(range(1, COUNT + 1))
    tags = [names["sketch"], names["hat"]]
    vocabulary = scored.vocabulary()
    alike = label_matrix(gather_labels(scored, images, vocabulary), tags)
    choose_vetted(scored, Choice(min_score=20))
    keep_weight(scored, 4)
    answered = Decision(1, names["hat"], Answer.NO, Side.WRONG, 0.5, 0.5, "v1", "ann", 1)
    scored.decisions.append([answered])
    labels = gather_labels(scored, images, vocabulary)
    _, weights = label_matrix(labels, tags).rows(np.arange(COUNT))
    _, before = alike.rows(np.arange(COUNT))
    vetted = np.isin(np.array(images), scored.vetted.ids())
    assert not vetted[0]
    assert weights[0, 1] == 1.0
    np.testing.assert_allclose(weights[vetted, 0], before[vetted, 0])
    np.testing.assert_allclose(weights[~vetted, 0], before[~vetted, 0] / 4)
    keep_weight(scored, 1)
    assert gather_labels(scored, images, vocabulary).shares is None


def test_a_choice_of_nothing_is_refused(scored: Library, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No image has a score"):
        choose_vetted(scored, Choice(min_score=10_000))
    (tmp_path / "none.txt").write_text("elsewhere.png\n", encoding="utf-8")
    with pytest.raises(UsageError, match="Nothing in"):
        choose_vetted(scored, Choice(listed=tmp_path / "none.txt"))
    (tmp_path / "torn.json").write_text("[{", encoding="utf-8")
    with pytest.raises(SourceError, match="neither a list nor JSON"):
        choose_vetted(scored, Choice(favourites=tmp_path / "torn.json"))
    with pytest.raises(SourceError, match="cannot be read"):
        choose_vetted(scored, Choice(listed=tmp_path / "missing.txt"))
    assert vetted_lines(scored)[0].startswith("No image is vetted")


@given(st.integers(0, 200), st.integers(0, 200), st.integers(200, 500), st.integers(200, 500))
def test_the_lift_lies_in_its_interval_and_turns_with_the_groups(
    here: int, there: int, n_here: int, n_there: int
) -> None:
    pair = np.array([here]), np.array([there])
    found = tag_bias(*pair, n_here, n_there)
    turned = tag_bias(*pair[::-1], n_there, n_here)
    if here + there < FEWEST:
        assert found == turned == []
        return
    assert found[0].low <= found[0].lift <= found[0].high
    assert found[0].lift == pytest.approx(1 / turned[0].lift)
