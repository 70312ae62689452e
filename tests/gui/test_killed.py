"""A review that is killed again and again: real window, real keys, SIGKILL at random moments.

Each picture is of one colour that no other picture has, so a pixel near the middle of the screen
tells which question is shown; the program itself is asked nothing.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from reviewer import settings as settings_files
from reviewer.core.queues import Ranking
from reviewer.core.types import Answer
from reviewer.jobs.changes import corrected_images
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.settings import Settings
from reviewer.store.library import Library
from reviewer.ui.keys.bounce import BOUNCE_MS
from tests.gui.virtual_screen import (
    HEIGHT,
    WIDTH,
    ScreenError,
    VirtualScreen,
    missing_programs,
    wait_for,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from reviewer.core.types import Decision

pytestmark = pytest.mark.skipif(
    bool(missing_programs()), reason=f"needs {' and '.join(missing_programs())}"
)

TAGS, EACH = 10, 40
KILLS = 10
CALM = 10
"""Answers of a sitting that are each waited for, before keys are pressed without waiting."""
KEYS = {"a": Answer.YES, "x": Answer.NO, "space": Answer.UNSURE}
PLACE = (WIDTH // 2 - 100, HEIGHT // 2 - 100)
"""Inside every picture, and beside the mouse pointer."""


def colour_of(number: int) -> tuple[int, int, int]:
    return 12 + 6 * (number % EACH), 20 + 20 * (number // EACH), 230


def number_of(colour: tuple[int, int, int]) -> int | None:
    """The picture of a colour; `None` where something else is painted."""
    red, green, _ = colour
    number = (red - 12) // 6 + EACH * ((green - 20) // 20)
    return number if 0 <= number < TAGS * EACH and colour_of(number) == colour else None


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """400 pictures, ten tags, each tag asked of forty pictures of its own, half of them tagged."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    lines = ["relative_path,tags"]
    for number in range(TAGS * EACH):
        Image.new("RGB", (160, 120), colour_of(number)).save(folder / f"{number:03}.png")
        lines.append(f"{number:03}.png,{f'tag_{number // EACH}' if number % 2 else ''}")
    (folder / "tags.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with Library.create(tmp_path / "workspace", folder) as library:
        import_folder(library, Silent())
        ids = {name: image_id for image_id, name, _ in library.images.askable()}
        names = library.vocabulary().by_name
        count = TAGS * EACH
        promise = np.random.default_rng(3).uniform(0.2, 0.9, count).astype(np.float32)
        library.rankings.save(
            Ranking(
                tags=np.array([names[f"tag_{n}"].id for n in range(TAGS)]),
                offsets=np.arange(0, count + 1, EACH),
                images=np.array([ids[f"{n:03}.png"] for n in range(count)]),
                sides=np.arange(count, dtype=np.uint8) % 2,
                scores=promise,
                suspicions=promise,
                version="v1",
            )
        )
    settings_files.save(Settings(reviewer="tester", refresh_every=0, window=(WIDTH, HEIGHT)))
    return tmp_path / "workspace"


@dataclass
class Sitting:
    """One run of the window, seen from outside.

    Attributes:
        seen: Pictures in the order in which they were on screen.
        pressed: Answers in the order of the keys that were pressed.
        given: (picture, answer) of the questions after which the next one was seen.
    """

    screen: VirtualScreen
    process: subprocess.Popen[bytes]
    seen: list[int] = field(default_factory=list)
    pressed: list[Answer] = field(default_factory=list)
    given: list[tuple[int, Answer]] = field(default_factory=list)

    def look(self) -> int | None:
        """Looks at the screen; the picture that is there, if one is."""
        number = number_of(self.screen.pixel(*PLACE))
        if number is not None and self.seen[-1:] != [number]:
            self.seen.append(number)
        return number

    def press(self, keys: Iterable[str]) -> None:
        pressed = list(keys)
        self.pressed += [KEYS[key] for key in pressed]
        self.screen.press(pressed)

    def answer(self, key: str) -> None:
        """Presses one key and waits for the next question."""
        asked = self.look()
        assert asked is not None
        # A press that follows within milliseconds is taken for a bouncing switch.
        time.sleep((BOUNCE_MS + 5) / 1000)
        self.press([key])
        wait_for(lambda: self.look() not in {asked, None}, f"the question after {asked}")
        self.given.append((asked, KEYS[key]))

    def watch(self, seconds: float) -> None:
        """Looks at the screen for a time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.look()
            time.sleep(0.0005)


@contextmanager
def sitting(screen: VirtualScreen, workspace: Path) -> Iterator[Sitting]:
    """The window as a person opens it, with its first question on screen; killed at the end."""
    said = workspace.with_name("said.txt")
    with said.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "reviewer", "review", "--workspace", str(workspace)],
            env=screen.environment(),
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        )
    try:
        screen.focus("Tag Reviewer")
        here = Sitting(screen, process)
        wait_for(lambda: here.look() is not None, "the first question")
        yield here
    except ScreenError as error:
        text = said.read_text(errors="replace")
        raise AssertionError(f"{error}; the program said: {text}") from error
    finally:
        process.kill()
        process.wait()


def log_of(workspace: Path) -> list[Decision]:
    with Library.open(workspace) as library:
        return list(library.decisions.log())


def numbers(workspace: Path) -> dict[int, int]:
    """The pictures' numbers by image id."""
    with Library.open(workspace) as library:
        return {image_id: int(name[:3]) for image_id, name, _ in library.images.askable()}


def is_subsequence(some: Iterable[object], every: Iterable[object]) -> bool:
    left = iter(every)
    return all(entry in left for entry in some)


def replayed(log: Iterable[Decision]) -> dict[int, Answer]:
    """The answer of each image, from the log alone: an undo takes away the row that it names."""
    live: dict[int, Decision] = {}
    for row in log:
        if row.undoes is None:
            live[row.id] = row
        else:
            del live[row.undoes]
    return {row.image_id: row.answer for row in live.values()}


def check_labels(library: Library) -> None:
    """The corrected tags are those that follow from a replay of the log."""
    answers = replayed(library.decisions.log())
    assert {d.image_id: d.answer for d in library.decisions.live()} == answers
    for entry in corrected_images(library):
        number = int(entry.image.path[:3])
        tag = f"tag_{number // EACH}"
        before = {tag} if number % 2 else set()
        after = {Answer.YES: {tag}, Answer.NO: set()}.get(
            answers.get(entry.image.id, Answer.UNSURE), before
        )
        assert entry.original == before
        assert entry.effective == after


def check_after_kill(
    before: list[Decision], log: list[Decision], here: Sitting, names: dict[int, int]
) -> None:
    """Nothing from before is gone, nothing seen to be done is missing, nothing is there twice."""
    assert log[: len(before)] == before
    new = [(names[row.image_id], row.answer) for row in log[len(before) :]]
    assert new[: len(here.given)] == here.given
    # The next question of all but the last one was seen.
    assert is_subsequence(here.seen[:-1], [number for number, _ in new])
    # No answer but what was pressed, in that order; a key before the picture counts for nothing.
    assert is_subsequence([answer for _, answer in new], here.pressed)
    pairs = [(row.image_id, row.tag_id) for row in log]
    assert len(set(pairs)) == len(pairs)
    assert all(row.undoes is None and row.reviewer == "tester" for row in log)
    assert here.seen[0] not in {names[row.image_id] for row in before}


def take_all_back(here: Sitting, workspace: Path, names: dict[int, int]) -> None:
    """Undoes until nothing is left: one answer a key, the newest first, each shown again."""
    with Library.open(workspace) as library:
        answered = [names[row.image_id] for row in library.decisions.live()]
        while answered:
            here.screen.press(["BackSpace"])
            last = answered.pop()
            wait_for(lambda want=last: here.look() == want, f"question {last} again")
            assert library.decisions.total() == len(answered)
            if len(answered) % 50 == 0:
                check_labels(library)
        rows = library.decisions.last_id()
        here.screen.press(["BackSpace"])
        here.answer("a")
        assert library.decisions.last_id() == rows + 1
        assert library.decisions.total() == 1
        check_labels(library)


def test_no_answer_is_lost_or_doubled_however_often_the_window_is_killed(
    workspace: Path, tmp_path: Path
) -> None:
    chance = random.Random(20)
    names = numbers(workspace)
    log: list[Decision] = []
    folder = tmp_path / "screen"
    folder.mkdir()
    with VirtualScreen(folder) as screen:
        for kill in range(KILLS):
            with sitting(screen, workspace) as here:
                for key in chance.choices(list(KEYS), k=CALM):
                    here.answer(key)
                here.press(chance.choices(list(KEYS), k=chance.randrange(1, 12)))
                here.watch(chance.uniform(0, 0.25 if kill % 2 else 0.05))
                here.process.kill()
                here.process.wait()
            before, log = log, log_of(workspace)
            check_after_kill(before, log, here, names)
        assert len(log) >= KILLS * CALM
        with Library.open(workspace) as library:
            check_labels(library)
        with sitting(screen, workspace) as here:
            take_all_back(here, workspace, names)
