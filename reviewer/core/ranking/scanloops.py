"""The inner loops of `scanpass`, for the compiler: plain loops over arrays, nothing else.

A found pair is one number, its *key*: tag << 40 | row << 8 | score.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def count_bytes(scores: NDArray[np.uint8], counts: NDArray[np.int64]) -> None:
    """Counts every byte of every tag."""
    for tag in range(scores.shape[0]):
        line = counts[tag]
        for score in scores[tag]:
            line[score] += 1


def find(
    scores: NDArray[np.uint8],
    first: int,
    least: NDArray[np.int32],
    keys: NDArray[np.uint64],
    tag: int,
) -> tuple[int, int]:
    """Lists the pairs from a tag on that reach their tag's lowest byte.

    256 are looked at together, then 64 of those: the largest of so many is found in a few
    instructions, so that a stretch without such pairs costs no more than reading it.

    Returns:
        The tag before which it stopped, as there may be no room for its pairs, and the number of
        keys.
    """
    count = 0
    n_tags, width = scores.shape
    while tag < n_tags and count + width <= len(keys):
        line, lowest = scores[tag], least[tag]
        for start in range(0, width, 256):
            highest = np.uint8(0)
            for value in line[start : start + 256]:
                highest = max(highest, value)
            if highest < lowest:
                continue
            for inner in range(start, min(start + 256, width), 64):
                part, highest = line[inner : inner + 64], np.uint8(0)
                for value in part:
                    highest = max(highest, value)
                if highest < lowest:
                    continue
                for place in range(len(part)):
                    if part[place] >= lowest:
                        row = np.int64(first + inner + place)
                        keys[count] = np.int64(tag) << 40 | row << 8 | np.int64(part[place])
                        count += 1
        tag += 1
    return tag, count


def admit(
    found: NDArray[np.uint64],
    limits: tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64], int],
    keys: NDArray[np.uint64],
    count: int,
) -> int:
    """Adds found pairs to those that are kept, and raises lowest bytes where a tag has plenty."""
    least, kept, of_tag, per_tag = limits
    for place in range(len(found)):
        key = np.int64(found[place])
        tag, value = key >> 40, key & 255
        # Of pairs that tie at the lowest byte the first ones are enough.
        if value < least[tag] or (value == least[tag] and kept[tag, value] >= per_tag):
            continue
        keys[count] = key
        count += 1
        kept[tag, value] += 1
        of_tag[tag] += 1
        if of_tag[tag] >= 2 * per_tag:
            while least[tag] < 255 and of_tag[tag] - kept[tag, least[tag]] >= per_tag:
                of_tag[tag] -= kept[tag, least[tag]]
                kept[tag, least[tag]] = 0
                least[tag] += 1
    return count


def count_doubts(
    ends: NDArray[np.int64],
    column: NDArray[np.unsignedinteger],
    score: NDArray[np.int16],
    alive: NDArray[np.bool_],
    counts: NDArray[np.int64],
) -> None:
    """Counts the doubts of present pairs; see `presentpairs.present_histograms`."""
    at = 0
    for row in range(len(ends)):
        end = ends[row]
        while alive[row] and at < end:
            doubt = 128 - ((int(score[at]) * 10 + 128) >> 8)
            counts[column[at], min(max(doubt, 1), 255)] += 1
            at += 1
        at = end


def find_present(
    pairs: tuple[
        NDArray[np.int64], NDArray[np.unsignedinteger], NDArray[np.int16], NDArray[np.bool_]
    ],
    least: NDArray[np.int32],
    keys: NDArray[np.uint64],
    row: int,
) -> tuple[int, int]:
    """Lists the present pairs from a row on whose doubts reach their tag's lowest; as `find`."""
    ends, column, score, alive = pairs
    count = 0
    at = ends[row - 1] if row else 0
    while row < len(ends) and count + (ends[row] - at) <= len(keys):
        for place in range(at, ends[row] if alive[row] else at):
            doubt = min(max(128 - ((int(score[place]) * 10 + 128) >> 8), 1), 255)
            if doubt >= least[column[place]]:
                keys[count] = np.int64(column[place]) << 40 | np.int64(row) << 8 | doubt
                count += 1
        at = ends[row]
        row += 1
    return row, count


def drop_below(keys: NDArray[np.uint64], count: int, least: NDArray[np.int32]) -> int:
    """Moves the first pairs that reach their tag's lowest byte to the front; gives their number."""
    kept = 0
    for place in range(count):
        key = np.int64(keys[place])
        if (key & 255) >= least[key >> 40]:
            keys[kept] = key
            kept += 1
    return kept


def levels_of(
    keys: NDArray[np.uint64], levels: NDArray[np.float32], out: NDArray[np.float32]
) -> None:
    """Looks up what each pair is worth."""
    for place in range(len(keys)):
        key = np.int64(keys[place])
        out[place] = levels[key >> 40, key & 255]


def unpack(
    keys: NDArray[np.uint64],
    tags: NDArray[np.int32],
    rows: NDArray[np.int32],
    scores: NDArray[np.uint8],
) -> None:
    """Takes pairs apart."""
    for place in range(len(keys)):
        key = np.int64(keys[place])
        tags[place] = key >> 40
        rows[place] = (key >> 8) & 0xFFFFFFFF
        scores[place] = key & 255


def bytes_with(expected: NDArray[np.float64], enough: float, lowest: NDArray[np.int32]) -> None:
    """Finds the highest byte of each tag with enough pairs from it on; leaves it if none has."""
    for tag in range(len(expected)):
        above = 0.0
        for byte in range(255, 0, -1):
            above += expected[tag, byte]
            if above >= enough:
                lowest[tag] = byte
                break


def bytes_reaching(
    levels: NDArray[np.float32], line: np.float32, lowest: NDArray[np.int32]
) -> None:
    """Finds the first byte of each tag, from 1, that is worth so much; 256 where none is."""
    for tag in range(len(levels)):
        byte = 1
        while byte < 256 and levels[tag, byte] < line:
            byte += 1
        lowest[tag] = byte


def counted_levels(
    levels: NDArray[np.float32],
    counts: NDArray[np.number],
    per_tag: float,
    values: NDArray[np.float32],
    counted: NDArray[np.float64],
) -> int:
    """Lists the levels that pairs have, with their number; the highest `per_tag` of a tag count."""
    many = 0
    for tag in range(len(levels)):
        above = 0.0
        for byte in range(255, 0, -1):
            # What is worth nothing at all is no pair, and nothing below it is.
            if above >= per_tag or levels[tag, byte] == -np.inf:
                break
            pairs = min(float(counts[tag, byte]), per_tag - above)
            if pairs > 0:
                values[many] = levels[tag, byte]
                counted[many] = pairs
                many += 1
                above += pairs
    return many


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
