"""Finds broken implications: tags that others of an image imply, by the list or by the data."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.special import expit

from reviewer.core.lookup import carriers, places_of
from reviewer.core.tags.implied import LEAST, Rule, suggested, told_by_answers, with_scores
from reviewer.core.tags.tagstats import meetings
from reviewer.core.tags.vocabulary import NOT_VISUAL
from reviewer.core.types import Answer, ChangeSet
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.labels import gather_labels
from reviewer.store.disk import write_whole
from reviewer.store.implied import Broken

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.jobs.labels import Labels
    from reviewer.store.library import Library

COMPARED = 1500
"""Tags that the data are asked about, the most frequent."""
COUNTED = 200_000
"""Images on which they are counted, drawn at random: more make no rule surer."""
MOST = 10_000
"""Pairs that are kept to be asked; the next ranking brings others."""
MANY = 300_000
"""Images beyond which a ranking does not look for them: that would hold it up."""


def find_broken(library: Library, listener: Listener) -> ChangeSet:
    """Finds the pairs that are implied and missing, and keeps them to be asked.

    Args:
        library: A collection with images.
        listener: Hears of progress.

    Raises:
        StoreError: They cannot be stored; those before stay.
    """
    vocabulary = library.vocabulary()
    labels = gather_labels(library, library.images.askable_ids(), vocabulary)
    with stage(listener, "implications", 0, "rules") as progress:
        tags = _Columns(labels, vocabulary)
        rules = [*tags.listed(), *tags.suggested()]
        rules = told_by_answers(rules, *_answers(library, labels))
        progress.at(len(rules))
        rows, columns, chances = tags.gaps(rules)
    broken = _laid_out(library, labels, tags.ids, (rows, columns, chances), rules)
    library.implied.save(broken)
    missing = len(broken) + broken.left_out
    return ChangeSet(
        ranking=True,
        summary={
            "rules_of_the_list": sum(rule.listed for rule in rules),
            "rules_of_the_data": sum(not rule.listed for rule in rules),
            "implied_tags_missing": missing,
        },
    )


def find_broken_soon(library: Library, listener: Listener) -> ChangeSet:
    """The same where it takes seconds; in a larger collection nothing is done.

    Raises:
        StoreError: They cannot be stored; those before stay.
    """
    if library.images.counts()["ok"] > MANY:
        return ChangeSet()
    return find_broken(library, listener)


class _Columns:
    """The tags that rules may be about, as columns of what the images have by now."""

    def __init__(self, labels: Labels, vocabulary: Vocabulary) -> None:
        """Takes tags of the list's rules, and the most frequent ones.

        Args:
            labels: Of all images, ascending by id.
            vocabulary: Has the list's rules.
        """
        self._vocabulary = vocabulary
        counts = labels.original.counts()
        used = np.flatnonzero(counts)
        visual = [
            tag_id
            for tag_id in used[np.argsort(-counts[used], kind="stable")].tolist()
            if self._can_be_seen(tag_id)
        ]
        implications = vocabulary.implications
        there = frozenset(visual)
        self._pairs = [
            (child, parent)
            for child in used.tolist()
            for parent in sorted(implications.ancestors(child))
            if self._can_be_seen(parent)
        ]
        self._frequent = visual[:COMPARED]
        self.ids = sorted(there | {tag for pair in self._pairs for tag in pair})
        self._place = {tag_id: column for column, tag_id in enumerate(self.ids)}
        self.present, self._answered = _by_now(labels, self.ids)

    def _can_be_seen(self, tag_id: int) -> bool:
        tag = self._vocabulary.tags.get(tag_id)
        return tag is not None and tag.category not in NOT_VISUAL

    def rows(self, tag_id: int) -> NDArray[np.int32]:
        """Rows of the images that have a tag, ascending."""
        return carriers(self.present, self._place[tag_id])

    def listed(self) -> list[Rule]:
        """The rules of the list, as far as their tags are used."""
        found = []
        for child, parent in self._pairs:
            carrying = self.rows(child)
            missing = len(np.setdiff1d(carrying, self.rows(parent), assume_unique=True))
            found.append(Rule(child, parent, listed=True, images=len(carrying), missing=missing))
        return [rule for rule in found if rule.images]

    def suggested(self) -> list[Rule]:
        """The rules that the data suggest, counted on all images."""
        columns = [self._place[tag_id] for tag_id in self._frequent]
        part = self.present[:, columns]
        if part.shape[0] > COUNTED:
            drawn = np.random.default_rng(0).choice(part.shape[0], COUNTED, replace=False)
            part = part.tocsr()[np.sort(drawn)].tocsc()
        found = suggested(meetings(part), part.shape[0], self._frequent, frozenset(self._pairs))
        counted = []
        for rule in found:
            carrying = self.rows(rule.child)
            missing = len(np.setdiff1d(carrying, self.rows(rule.parent), assume_unique=True))
            counted.append(
                Rule(rule.child, rule.parent, listed=False, images=len(carrying), missing=missing)
            )
        return counted

    def gaps(
        self, rules: Iterable[Rule]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
        """(M,) rows, columns and chances of the pairs that break a rule and have no answer.

        A pair that breaks several has the chance of the most believed one.
        """
        pairs: list[NDArray[np.int64]] = [np.zeros((0, 2), np.int64)]
        chances: list[NDArray[np.float32]] = [np.zeros(0, np.float32)]
        for rule in rules:
            if not rule.missing or rule.chance < LEAST:
                continue
            rows = np.setdiff1d(self.rows(rule.child), self.rows(rule.parent), assume_unique=True)
            column = self._place[rule.parent]
            rows = np.setdiff1d(rows, carriers(self._answered, column))
            pairs.append(np.stack([np.full(len(rows), column), rows], axis=1).astype(np.int64))
            chances.append(np.full(len(rows), rule.chance, np.float32))
        every, chance = np.concatenate(pairs), np.concatenate(chances)
        order = np.lexsort((-chance, every[:, 1], every[:, 0]))
        every, chance = every[order], chance[order]
        first = np.ones(len(every), bool)
        first[1:] = (every[1:] != every[:-1]).any(axis=1)
        return every[first, 1], every[first, 0], chance[first]


def _by_now(labels: Labels, tags: Sequence[int]) -> tuple[sparse.csc_matrix, sparse.csc_matrix]:
    """(N, T) which images have which tags, answers taken in; and which pairs are answered."""
    columns = {tag_id: column for column, tag_id in enumerate(tags)}
    said: dict[Answer, list[tuple[int, int]]] = {answer: [] for answer in Answer}
    answered = np.fromiter(labels.answers, np.int64, len(labels.answers))
    places = np.searchsorted(labels.images, answered).tolist()
    for image_id, row in zip(answered.tolist(), places, strict=True):
        for tag_id, answer in labels.answers[image_id].items():
            if tag_id in columns:
                said[answer].append((row, columns[tag_id]))
    shape = (len(labels.images), len(tags))
    every = sparse.csc_matrix(shape, dtype=bool)
    parts = {answer: _matrix(pairs, shape) for answer, pairs in said.items()}
    for part in parts.values():
        every = every + part
    original = labels.original.columns(tags).tocsc().astype(bool)
    present = (original + parts[Answer.YES]).astype(np.int8) - (
        (original + parts[Answer.YES]).multiply(parts[Answer.NO])
    ).astype(np.int8)
    present = present.tocsc().astype(bool)
    for matrix in (present, every):
        matrix.eliminate_zeros()
        matrix.sort_indices()
    return present, every.tocsc()


def _matrix(pairs: Sequence[tuple[int, int]], shape: tuple[int, int]) -> sparse.csc_matrix:
    table = np.array(pairs, np.int64).reshape(-1, 2)
    ones = np.ones(len(table), bool)
    return sparse.csc_matrix((ones, (table[:, 0], table[:, 1])), shape=shape)


def _answers(
    library: Library, labels: Labels
) -> tuple[dict[int, frozenset[int]], dict[int, dict[int, bool]]]:
    """Original tags of the images with answers, and what was said of them, not what follows."""
    said: dict[int, dict[int, bool]] = {}
    for decision in library.decisions.live():
        if decision.image_id in labels.answers and decision.answer is not Answer.UNSURE:
            said.setdefault(decision.image_id, {})[decision.tag_id] = decision.answer is Answer.YES
    rows = np.searchsorted(labels.images, np.fromiter(said, np.int64, len(said))).tolist()
    tags = {
        image_id: frozenset(labels.original.of_image(row).tolist())
        for image_id, row in zip(said, rows, strict=True)
    }
    return tags, said


def _laid_out(
    library: Library,
    labels: Labels,
    ids: Sequence[int],
    found: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]],
    rules: Sequence[Rule],
) -> Broken:
    """The pairs in the order to ask them: the tag with most to gain first, in it the surest."""
    rows, columns, chances = found
    images, parents = labels.images[rows], np.asarray(ids, np.int64)[columns]
    version, scores = _scores(library, images, parents)
    chances = with_scores(chances, scores)
    total = np.bincount(columns, weights=chances, minlength=len(ids))
    order = np.lexsort((-chances, columns, -total[columns]))
    kept = order[:MOST]
    return Broken(
        rules=tuple(rules),
        images=images[kept],
        parents=parents[kept],
        scores=scores[kept],
        chances=chances[kept],
        left_out=len(order) - len(kept),
        version=version,
        decided=labels.decided,
    )


def _scores(
    library: Library, images: NDArray[np.int64], tags: NDArray[np.int64]
) -> tuple[str, NDArray[np.float32]]:
    """The version in use, and its scores of pairs out of sample; 0 where there are none."""
    scores = np.zeros(len(images), np.float32)
    active = library.versions.active()
    crossfit = library.crossfit(active.name).load() if active else None
    if active is None or crossfit is None:
        return active.name if active else "", scores
    place = places_of(images, np.asarray(crossfit.images))
    by_tag = np.argsort(tags, kind="stable")
    low = np.searchsorted(tags[by_tag], crossfit.tags, side="left")
    high = np.searchsorted(tags[by_tag], crossfit.tags, side="right")
    for column in np.flatnonzero(high > low).tolist():
        mine = by_tag[low[column] : high[column]]
        mine = mine[place[mine] >= 0]
        scores[mine] = expit(crossfit.scores(column, place[mine]).astype(np.float32))
    return active.name, scores


def rule_lines(rules: Iterable[Rule], vocabulary: Vocabulary, count: int = 20) -> list[str]:
    """The rules with most gaps, and those that the data suggest, for a terminal."""
    every = list(rules)
    lines = []
    for words, listed in (("Of the list, broken", True), ("Suggested by the data", False)):
        mine = [rule for rule in every if rule.listed is listed and (rule.missing or not listed)]
        gaps = sum(rule.missing for rule in mine)
        lines.append(f"{words}: {len(mine):,} rules, {gaps:,} gaps.")
        mine.sort(key=lambda rule: (-rule.missing, rule.child, rule.parent))
        lines += [_rule_line(rule, vocabulary) for rule in mine[:count]]
    return lines


def _rule_line(rule: Rule, vocabulary: Vocabulary) -> str:
    told = f"; {rule.confirmed} of {rule.answered} answers Yes" if rule.answered else ""
    return (
        f"  {vocabulary.name(rule.child)} implies {vocabulary.name(rule.parent)}: "
        f"{rule.share:.0%} of {rule.images:,} images, {rule.missing:,} lack it{told}"
    )


def write_rules(rules: Iterable[Rule], vocabulary: Vocabulary, target: Path) -> int:
    """Writes what the data suggest as a list of implications, to be read over and imported.

    Args:
        rules: Any; those of the list are left out.
        vocabulary: For the names.
        target: A CSV file, `antecedent_name,consequent_name`.

    Returns:
        Rules written.

    Raises:
        StoreError: It cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["antecedent_name", "consequent_name"])
    new = [rule for rule in rules if not rule.listed]
    writer.writerows((vocabulary.name(r.child), vocabulary.name(r.parent)) for r in new)
    write_whole(target, text.getvalue())
    return len(new)
