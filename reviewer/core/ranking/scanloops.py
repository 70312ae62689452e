"""The inner loops of `scanpass`, for the compiler: plain loops over arrays, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Limits = tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64], int]
    Found = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]


def count_bytes(scores: NDArray[np.uint8], counts: NDArray[np.int64]) -> None:
    """Counts every byte of every tag."""
    for tag in range(scores.shape[0]):
        line = counts[tag]
        for score in scores[tag]:
            line[score] += 1


def collect(
    scores: NDArray[np.uint8],
    first: np.int32,
    limits: Limits,
    found: Found,
    at: tuple[int, int],
) -> tuple[int, int]:
    """Collects from a tag on; stops before one for which there may be no room."""
    least, kept, of_tag, per_tag = limits
    tags, rows, values = found
    tag, count = at
    n_tags, width = scores.shape
    while tag < n_tags:
        if count + width > len(tags):
            return tag, count
        line = scores[tag]
        for start in range(0, width, 256):
            part = line[start : start + 256]
            highest = np.uint8(0)
            for value in part:
                highest = max(highest, value)
            if highest < least[tag]:
                continue
            for place in range(len(part)):
                value = part[place]
                # Of pairs that tie at the lowest byte the first ones are enough.
                if value < least[tag] or (value == least[tag] and kept[tag, value] >= per_tag):
                    continue
                tags[count] = tag
                rows[count] = first + start + place
                values[count] = value
                count += 1
                kept[tag, value] += 1
                of_tag[tag] += 1
                if of_tag[tag] >= 2 * per_tag:
                    while least[tag] < 255 and of_tag[tag] - kept[tag, least[tag]] >= per_tag:
                        of_tag[tag] -= kept[tag, least[tag]]
                        kept[tag, least[tag]] = 0
                        least[tag] += 1
        tag += 1
    return tag, count


def count_doubts(
    ends: NDArray[np.int64],
    column: NDArray[np.unsignedinteger],
    score: NDArray[np.int16],
    alive: NDArray[np.bool_],
    counts: NDArray[np.int64],
) -> None:
    """Counts the doubts of present pairs; see `scanpass.present_histograms`."""
    at = 0
    for row in range(len(ends)):
        end = ends[row]
        while alive[row] and at < end:
            doubt = 128 - ((int(score[at]) * 10 + 128) >> 8)
            counts[column[at], min(max(doubt, 1), 255)] += 1
            at += 1
        at = end


def collect_present(
    pairs: tuple[
        NDArray[np.int64], NDArray[np.unsignedinteger], NDArray[np.int16], NDArray[np.bool_]
    ],
    limits: Limits,
    found: Found,
    at: tuple[int, int],
) -> tuple[int, int]:
    """Collects from a row on; stops before one for which there may be no room."""
    ends, column, score, alive = pairs
    least, kept, of_tag, per_tag = limits
    tags, rows, values = found
    row, count = at
    while row < len(ends):
        start = ends[row - 1] if row else 0
        if count + (ends[row] - start) > len(tags):
            return row, count
        for place in range(start, ends[row] if alive[row] else start):
            tag = column[place]
            doubt = 128 - ((int(score[place]) * 10 + 128) >> 8)
            value = min(max(doubt, 1), 255)
            if value < least[tag] or (value == least[tag] and kept[tag, value] >= per_tag):
                continue
            tags[count] = tag
            rows[count] = row
            values[count] = value
            count += 1
            kept[tag, value] += 1
            of_tag[tag] += 1
            if of_tag[tag] >= 2 * per_tag:
                while least[tag] < 255 and of_tag[tag] - kept[tag, least[tag]] >= per_tag:
                    of_tag[tag] -= kept[tag, least[tag]]
                    kept[tag, least[tag]] = 0
                    least[tag] += 1
        row += 1
    return row, count


def counted(scores: NDArray[np.uint8], rows: NDArray[np.int64]) -> int:
    """A counting sort that writes only the rows that are wanted."""
    counts = np.zeros(256, np.int64)
    for score in scores:
        counts[score] += 1
    begin = np.zeros(256, np.int64)
    total = 0
    least = 256
    while least > 1 and total < len(rows):
        least -= 1
        begin[least] = total
        total += counts[least]
    for row in range(len(scores)):
        score = scores[row]
        if score >= least:
            if begin[score] < len(rows):
                rows[begin[score]] = row
            begin[score] += 1
    return min(total, len(rows))


def count_columns(column: NDArray[np.unsignedinteger], starts: NDArray[np.int64]) -> None:
    """Counts the pairs of each column, one place further on."""
    for tag in column:
        starts[np.int64(tag) + 1] += 1


def fill_postings(
    column: NDArray[np.unsignedinteger],
    free: NDArray[np.int64],
    places: NDArray[np.uint32],
) -> None:
    """Puts each pair's place into its column's stretch."""
    for place in range(len(column)):
        tag = column[place]
        places[free[tag]] = place
        free[tag] += 1
