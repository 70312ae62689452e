"""From which score on each tag may be proposed, from a collection's answers and held-out images."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.choices.ratings import TAGS
from reviewer.core.errors import UsageError
from reviewer.core.held_out import held_out
from reviewer.core.proposals import CHAINS, DOUBT, Floor, Trust, fewest_pairs, find_floor
from reviewer.core.tags.vocabulary import NOT_VISUAL
from reviewer.core.types import Answer, Origin
from reviewer.jobs.context import stage
from reviewer.jobs.labels import gather_labels
from reviewer.jobs.scans.there import scanned
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.jobs.taggers.seen import surely_unseen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.jobs.context import Listener
    from reviewer.jobs.labels import Labels
    from reviewer.store.crossfits import Crossfit
    from reviewer.store.library import Library
    from reviewer.store.scans import ScanFiles

LEAST_HELD_OUT = 50


@dataclass(frozen=True)
class Floors:
    """What may be proposed, and why the rest may not.

    Attributes:
        version: The tagger.
        level: Precision asked for.
        floors: Of the tags that reach it.
        tags: Tags that were looked at.
        images: Images that the version was not trained on.
        trust: What unreviewed metadata count for.
        near: Tags that reach it if what is unsure is as the best guess has it.
        common: Tags that are on as many of these images as it takes to show the precision.
    """

    version: str
    level: float
    floors: tuple[Floor, ...]
    tags: int
    images: int
    trust: Trust
    near: int = 0
    common: int = 0

    def lines(self) -> list[str]:
        """In words, for a terminal."""
        trust = self.trust
        more = (
            [
                (
                    f"{self.near:,} more would if the metadata are as right as they look; answers "
                    "tell, best those of a random sample: reviewer audit --new --size 800"
                )
            ]
            if self.near
            else []
        )
        needed = fewest_pairs(self.level, DOUBT / CHAINS)
        return [
            (
                f"{len(self.floors):,} of {self.tags:,} tags reach a precision of {self.level:.0%} "
                f"(lower end of the interval) on {self.images:,} images that {self.version} was "
                "not trained on; the others are not proposed."
            ),
            (
                f"It takes {needed:,} such images with a tag to show that, and {self.common:,} "
                "tags are on so many: more images, or a lower --precision, tell of more tags."
            ),
            (
                f"It rests on {trust.answers:,} answers to pairs with a high score: "
                f"{trust.present:.1%} of present tags are right (at least "
                f"{trust.present_low:.1%}), {trust.absent:.1%} of absent ones only missing (at "
                f"least {trust.absent_low:.1%})."
            ),
            *more,
            (
                "Answers about the highest scores on these very images tell most: they are the "
                'queue "Kept out of training" in the window, made anew by every ranking.'
            ),
        ]


def find_floors(library: Library, listener: Listener, *, level: float) -> Floors:
    """Looks for the floor of every tag of the version in use.

    Args:
        library: The collection that the tagger was trained on, scanned, refreshed and answered.
        listener: Hears of progress.
        level: Precision to reach.

    Raises:
        UsageError: There is nothing to go by: no scan, no answers, too few held-out images.
    """
    name, files = scanned(library)
    crossfit = library.crossfit(name).load()
    if crossfit is None:
        raise UsageError("There is nothing to tell precision by yet. Run: reviewer refresh")
    rows, images = not_learnt(library, name, files)
    if len(images) < LEAST_HELD_OUT:
        raise UsageError(
            f"Only {len(images)} scanned images were kept out of training: too few to promise any "
            "precision. A collection of some hundred images is needed."
        )
    vocabulary = library.vocabulary()
    labels = gather_labels(library, images, vocabulary)
    trust = find_trust(library, crossfit)
    tags = proposable(vocabulary, files.shape.tags)
    said = _answers_by_tag(labels)
    floors, near, common = [], 0, 0
    needed = fewest_pairs(level, DOUBT / CHAINS)
    with stage(listener, "floors", len(tags), "tags") as progress:
        present = labels.original.columns([tag_id for _, tag_id in tags])
        for place, (column, tag_id) in enumerate(tags):
            there = np.asarray(present[:, [place]].todense()).ravel().astype(bool)
            sure, likely = evidence(there, said.get(tag_id, ()), trust)
            common += int(there.sum()) >= needed
            logits = files.tag_logits(column)[rows]
            floor = find_floor(vocabulary.name(tag_id), logits, sure, likely, level)
            if floor is not None:
                floors.append(floor)
            else:
                near += find_floor("", logits, likely, likely, level) is not None
            progress.advance()
    return Floors(name, level, tuple(floors), len(tags), len(images), trust, near, common)


def proposable(vocabulary: Vocabulary, tags: Sequence[int]) -> list[tuple[int, int]]:
    """The tags, of a scan's by id, that may be proposed: (column, tag id).

    A picture shows them, and they are no ratings.
    """
    return [
        (column, tag_id)
        for column, tag_id in enumerate(tags)
        if tag_id in vocabulary.tags
        and vocabulary.tags[tag_id].category not in NOT_VISUAL
        and vocabulary.name(tag_id) not in TAGS
    ]


def not_learnt(
    library: Library, version: str, files: ScanFiles
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Scanned images that a version was not trained on.

    Those are the ones that every training here leaves out; all of them for a tagger that somebody
    else trained on other labels, and that was not trained here since.

    Args:
        library: The collection.
        version: Its name.
        files: Its scan.

    Returns:
        (n,) places in the scan, and (n,) image ids, ascending.

    Raises:
        TaggerError: The version cannot be read.
    """
    from model.record import read_record

    with tagger_errors():
        record = read_record(library.version_folder(version))
    as_brought = record.brought is not None and record.train.get("parent") is None
    digests = {image_id: digest for image_id, _, digest in library.images.askable() if digest}
    latest = files.latest()
    ids = files.rows()["image"][latest].astype(np.int64)
    if as_brought and surely_unseen(library, version):
        kept = np.isin(ids, np.fromiter(digests, np.int64, len(digests)))
    else:
        kept = held_out([digests.get(image, b"\xff") for image in ids.tolist()])
    order = np.argsort(ids[kept])
    return latest[kept][order], ids[kept][order]


def evidence(
    there: NDArray[np.bool_], said: Iterable[tuple[int, Answer]], trust: Trust
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What the held-out pairs of a tag count for: surely, and by the best guess.

    Args:
        there: (n,) whether the metadata have it.
        said: Rows with their answers.
        trust: What the metadata count for where nobody answered.
    """
    sure = np.where(there, trust.present_low, trust.absent_low).astype(np.float32)
    likely = np.where(there, trust.present, trust.absent).astype(np.float32)
    worth = {Answer.YES: 1.0, Answer.NO: 0.0, Answer.UNSURE: 0.0}
    for row, answer in said:
        sure[row] = likely[row] = worth[answer]
    return sure, likely


def _answers_by_tag(labels: Labels) -> dict[int, list[tuple[int, Answer]]]:
    """Rows of the answered images with the answer, by tag id."""
    found: dict[int, list[tuple[int, Answer]]] = {}
    for image, answers in labels.answers.items():
        row = int(np.searchsorted(labels.images, image))
        for tag_id, answer in answers.items():
            found.setdefault(tag_id, []).append((row, answer))
    return found


def find_trust(library: Library, crossfit: Crossfit) -> Trust:
    """How right metadata are where the score is high, from what persons answered.

    A score is high where it is among as many as the tag has images. It is that of heads which saw
    neither the image nor its label. Present tags that were asked about were the doubtful ones, so
    that all answers count; absent ones that were asked about were the likeliest, so that only the
    answers of the random sample do.
    """
    rows = {int(image): row for row, image in enumerate(crossfit.images)}
    columns = {int(tag): column for column, tag in enumerate(crossfit.tags)}
    floors: dict[int, float] = {}
    stored = library.images.tag_rows()
    counts = stored.rows.counts()
    said: Counter[tuple[bool, bool]] = Counter()
    for decision in library.decisions.live():
        row, column = rows.get(decision.image_id), columns.get(decision.tag_id)
        if row is None or column is None or decision.answer is Answer.UNSURE:
            continue
        there = bool(
            np.isin(
                decision.tag_id,
                stored.rows.of_image(int(np.searchsorted(stored.images, decision.image_id))),
            )
        )
        if not decision.origin.asked or (not there and decision.origin is not Origin.AUDIT):
            continue
        if column not in floors:
            floors[column] = _usual_floor(crossfit.logits[column], int(counts[decision.tag_id]))
        if float(crossfit.logits[column][row]) >= floors[column]:
            said[there, decision.answer is Answer.YES] += 1
    return Trust.of(
        (said[True, True], said[True, True] + said[True, False]),
        (said[False, True], said[False, True] + said[False, False]),
    )


def _usual_floor(logits: NDArray[np.float16], count: int) -> float:
    """The score of the last image if as many had the tag as do."""
    many = min(max(count, 1), len(logits))
    return float(np.partition(np.asarray(logits, np.float32), len(logits) - many)[-many])
