"""The random sample of an audit: drawn once, frozen, answered over time."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from reviewer.core.lookup import places_of
from reviewer.core.quality.audit import AuditNote, Part, Stratum
from reviewer.core.types import Answer, Origin, Question, Side
from reviewer.store.columns import read_columns, write_columns
from reviewer.store.disk import replacing, writing

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from numpy.typing import NDArray

    from reviewer.store.database import Database

AUDITS = """
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    drawn_at INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    version TEXT NOT NULL,
    strata TEXT NOT NULL
) STRICT;

CREATE TABLE audit_pair (
    audit_id INTEGER NOT NULL REFERENCES audit (id),
    place INTEGER NOT NULL,
    image_id INTEGER NOT NULL REFERENCES image (id),
    tag_id INTEGER NOT NULL REFERENCES tag (id),
    stratum INTEGER NOT NULL,
    score REAL NOT NULL,
    suspicion REAL NOT NULL,
    PRIMARY KEY (audit_id, place)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX audit_pair_by_pair ON audit_pair (image_id, tag_id, audit_id);
"""

_FRAME = ("tags", "bands", "ranked", "parts")

_OPEN = """
SELECT p.image_id, p.tag_id, p.stratum, p.score, p.suspicion
FROM audit_pair AS p
WHERE p.audit_id = ? AND NOT EXISTS (
    SELECT 1 FROM live_answer AS a WHERE a.image_id = p.image_id AND a.tag_id = p.tag_id)
ORDER BY p.place
"""

# A second answer to a pair of the sample leaves it in the sample.
_ANSWERS = """
SELECT p.image_id, p.tag_id, p.stratum, a.answer, coalesce((
    SELECT r.origin FROM live_decision AS r
    WHERE r.image_id = p.image_id AND r.tag_id = p.tag_id
    AND r.origin NOT IN ('control', 'audit', 'second', 'settle') LIMIT 1), 'audit')
FROM audit_pair AS p
JOIN live_answer AS a ON a.image_id = p.image_id AND a.tag_id = p.tag_id
WHERE p.audit_id = ?
ORDER BY a.id
"""


@dataclass(frozen=True)
class Frame:
    """To which stratum pairs belong, as frozen when the sample was drawn.

    Attributes:
        tags: (T,) int64, the tags that the audit is about, ascending.
        bands: (T,) int64, their bands of frequency.
        ranked: (R,) int64, (image id << 32) + tag id of the ranked pairs, ascending.
        parts: (R,) int64, values of `Part`.
        images: (N,) int64, the only images that the audit is about, ascending; `None` for all.
    """

    tags: NDArray[np.int64]
    bands: NDArray[np.int64]
    ranked: NDArray[np.int64]
    parts: NDArray[np.int64]
    images: NDArray[np.int64] | None = None

    def within(self, images: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of some images that the audit is about."""
        return images if self.images is None else images[np.isin(images, self.images)]

    def part(self, images: NDArray[np.int64], tags: NDArray[np.int64]) -> NDArray[np.int64]:
        """(n,) parts of pairs, values of `Part`."""
        places = places_of((images << 32) + tags, self.ranked)
        parts = np.full(len(places), int(Part.REST), np.int64)
        parts[places >= 0] = self.parts[places[places >= 0]]
        return parts

    def band(self, tags: NDArray[np.int64]) -> NDArray[np.int64]:
        """(n,) bands of tags; -1 for tags that the audit is not about."""
        places = places_of(tags, self.tags)
        return np.where(places >= 0, self.bands[places], -1)


@dataclass(frozen=True, slots=True)
class Audit:
    """A sample that was drawn.

    Attributes:
        id: Its number.
        drawn_at: Unix time in milliseconds.
        version: Of the tagger whose ranking the strata are made by.
        strata: All, in the order of their numbers.
    """

    id: int
    drawn_at: int
    version: str
    strata: tuple[Stratum, ...]


@dataclass(frozen=True, slots=True)
class AuditAnswer:
    """A live answer to a pair of the sample; `origin` is AUDIT unless the review answered it."""

    image_id: int
    tag_id: int
    stratum: int
    answer: Answer
    origin: Origin


class AuditTable:
    """Samples of audits; the newest is the one in use."""

    def __init__(self, database: Database, folder: Path) -> None:
        """Reads and writes through `database`; frames are array files under `folder`."""
        self._database = database
        self._folder = folder

    def current(self) -> Audit | None:
        """The sample in use; `None` if none was drawn."""
        row = (
            self._database.read()
            .execute("SELECT id, drawn_at, version, strata FROM audit ORDER BY id DESC LIMIT 1")
            .fetchone()
        )
        if row is None:
            return None
        strata = [
            Stratum(Side(side), band, Part(part), pairs, expected)
            for side, band, part, pairs, expected in json.loads(row[3])
        ]
        return Audit(row[0], row[1], row[2], tuple(strata))

    def frame(self, audit: Audit) -> Frame:
        """The frozen frame of a sample."""
        place = self._folder / str(audit.id)
        return Frame(**read_columns(place, _FRAME, ("images",)))

    def freeze(
        self, audit: Audit, frame: Frame, pairs: list[tuple[Question, int]], seed: int
    ) -> Audit:
        """Stores a sample with its frame; it is the one in use from now on.

        Args:
            audit: Without an id.
            frame: Written first, so that no sample is without.
            pairs: Questions in the order to ask them, with the numbers of their strata.
            seed: It was drawn with.

        Raises:
            StoreError: Nothing was stored.
        """
        last = self.current()
        number = 1 + (last.id if last else 0)
        with replacing(self._folder / str(number)) as aside:
            write_columns(aside, frame, (*_FRAME, "images"))
        strata = json.dumps(
            [[int(s.side), s.band, int(s.part), s.pairs, s.expected] for s in audit.strata]
        )
        rows = [
            (number, place, q.image_id, q.tag_id, stratum, q.score, q.suspicion)
            for place, (q, stratum) in enumerate(pairs)
        ]

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO audit (id, drawn_at, seed, version, strata) VALUES (?, ?, ?, ?, ?)",
                (number, audit.drawn_at, seed, audit.version, strata),
            )
            connection.executemany("INSERT INTO audit_pair VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

        self._database.write(work)
        return Audit(number, audit.drawn_at, audit.version, audit.strata)

    def size(self, audit: Audit) -> int:
        """Pairs in a sample."""
        row = (
            self._database.read()
            .execute("SELECT count(*) FROM audit_pair WHERE audit_id = ?", (audit.id,))
            .fetchone()
        )
        return int(row[0])

    def note(self, audit: Audit, entry: AuditNote) -> None:
        """Notes an estimate down, behind those before.

        Raises:
            StoreError: It cannot be written.
        """
        with (
            writing(self._notes(audit)),
            self._notes(audit).open("ab") as file,
        ):
            file.write(msgspec.json.encode(entry) + b"\n")

    def notes(self, audit: Audit) -> list[AuditNote]:
        """The estimates of a sample over time, oldest first; a torn line is left out."""
        try:
            lines = self._notes(audit).read_bytes().splitlines()
        except FileNotFoundError:
            return []
        found = []
        for line in lines:
            with suppress(msgspec.DecodeError):
                found.append(msgspec.json.decode(line, type=AuditNote))
        return found

    def _notes(self, audit: Audit) -> Path:
        return self._folder / str(audit.id) / "estimates.jsonl"

    def open_questions(self, audit: Audit) -> list[Question]:
        """The pairs of a sample that have no answer yet, in the order to ask them."""
        return [
            Question(
                image_id,
                tag_id,
                audit.strata[stratum].side,
                score,
                suspicion,
                audit.version,
                Origin.AUDIT,
            )
            for image_id, tag_id, stratum, score, suspicion in self._database.read().execute(
                _OPEN, (audit.id,)
            )
        ]

    def answers(self, audit: Audit) -> list[AuditAnswer]:
        """Live answers to the pairs of a sample, oldest first; a pair may have several."""
        return [
            AuditAnswer(image_id, tag_id, stratum, Answer(answer), Origin(origin))
            for image_id, tag_id, stratum, answer, origin in self._database.read().execute(
                _ANSWERS, (audit.id,)
            )
        ]
