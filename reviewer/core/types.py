"""The nouns of the program, as small frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import NamedTuple


class Category(IntEnum):
    """What kind of thing a tag names, with Danbooru's numbers."""

    GENERAL = 0
    ARTIST = 1
    COPYRIGHT = 3
    CHARACTER = 4
    META = 5

    @property
    def word(self) -> str:
        """The category in words, for people."""
        return self.name.lower()


class Answer(IntEnum):
    """What a person said to "Does this image show X?"."""

    NO = 0
    YES = 1
    UNSURE = 2

    @property
    def word(self) -> str:
        """The answer in the words that the window uses."""
        return {Answer.NO: "No", Answer.YES: "Yes", Answer.UNSURE: "Can't tell"}[self]


class Side(IntEnum):
    """Which way the metadata may be wrong at a pair."""

    MISSING = 0
    """The tag is absent and may be missing (a false negative of the metadata)."""
    WRONG = 1
    """The tag is present and may be wrong (a false positive of the metadata)."""


class Origin(StrEnum):
    """How an answer came about."""

    QUEUE = "queue"
    """Asked from a ranked queue, one by one."""
    PAGE = "page"
    """Asked from a ranked queue, on a page of the grid."""
    SIBLING = "sibling"
    """Said of another tag, together with No to the one that was asked."""
    EDIT = "edit"
    """Given by the reviewer without being asked: quick tags, editing an image's tags."""
    COPY = "copy"
    """Carried over from a near-duplicate, as was announced with the question."""
    BATCH = "batch"
    """Accepted with the rest of a queue, after a random sample of it was answered."""
    CONTROL = "control"
    """A question with a known answer; it says something of the reviewer and settles nothing."""
    AUDIT = "audit"
    """Asked from the random sample on which estimates rest."""
    CHOICE = "choice"
    """One of several tags was chosen: Yes to it, and No to the one that it replaces."""
    SECOND = "second"
    """Asked although someone else answered it, whose answer was not shown."""
    SETTLE = "settle"
    """Asked again because its answer is in doubt: reviewers differ, nobody could tell, or the other
    answers speak against it. What was said was not shown."""
    MERGE = "merge"
    """No answer: only rows that take a merged log back have it."""

    @property
    def asked(self) -> bool:
        """Whether a person answered this very question, with its picture on screen."""
        return self in {Origin.QUEUE, Origin.PAGE, Origin.AUDIT} or self.blind

    @property
    def blind(self) -> bool:
        """Whether its pair has an answer already, which must not be seen before it is answered."""
        return self in {Origin.CONTROL, Origin.SECOND, Origin.SETTLE}

    @property
    def timed(self) -> bool:
        """Whether the time of an answer was measured."""
        return self.asked or self is Origin.CHOICE

    @property
    def ranked(self) -> bool:
        """Whether the question was chosen for its suspicion: what yields and promises are about."""
        return self in {Origin.QUEUE, Origin.PAGE}


class ImageState(StrEnum):
    """Whether an image can be asked about."""

    OK = "ok"
    GONE = "gone"
    """The file was there once and is not now; its decisions are kept."""
    SET_ASIDE = "set aside"
    """The file cannot be used; `problem` says why."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One word of the vocabulary."""

    id: int
    name: str
    category: Category = Category.GENERAL


@dataclass(frozen=True, slots=True)
class Image:
    """One file of the collection.

    Attributes:
        path: Relative to the collection's folder, with forward slashes.
        size: Bytes.
        sha256: Of the whole file, 32 bytes; empty where the file was not opened yet.
        width, height: Pixels after EXIF orientation; 0 where unknown.
        rating: As the source wrote it, with its scheme in `rating_scheme` (`sqe` or `gsqe`).
        problem: Why the image is set aside, for people; empty if it is not.
    """

    id: int
    path: str
    size: int
    sha256: bytes
    width: int = 0
    height: int = 0
    rating: str = ""
    rating_scheme: str = ""
    score: int | None = None
    source: str = ""
    site: str = ""
    remote_id: str = ""
    state: ImageState = ImageState.OK
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One pair with what is known about it: does this image show this tag?

    Attributes:
        side: Hidden from the reviewer until asked for or answered.
        score: The version's raw output, 0..1.
        suspicion: Calibrated chance that the metadata is wrong here, 0..1.
        version: Name of the version that gave the score.
        origin: Why it is asked; an answer is stored with it.
    """

    image_id: int
    tag_id: int
    side: Side
    score: float
    suspicion: float
    version: str = ""
    origin: Origin = Origin.QUEUE

    @property
    def pair(self) -> tuple[int, int]:
        """The (image id, tag id) that identifies the question."""
        return (self.image_id, self.tag_id)


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer as stored, one row of the append-only log.

    Attributes:
        id: Position in the log, from 1; 0 before it is stored.
        answered_at: Unix time in milliseconds.
        elapsed_ms: From the picture on screen to the key; 0 where not measured.
        undoes: Id of the decision that this row takes back; `None` for an answer.
        step: Id of the first decision of the step; one undo takes a whole step back.
        origin: How the answer came about.
    """

    image_id: int
    tag_id: int
    answer: Answer
    side: Side
    score: float
    suspicion: float
    version: str
    reviewer: str
    answered_at: int
    elapsed_ms: int = 0
    undoes: int | None = None
    step: int = 0
    id: int = 0
    origin: Origin = Origin.QUEUE

    @property
    def changes_metadata(self) -> bool:
        """Whether the answer contradicts the metadata (what *yield* counts)."""
        if self.answer is Answer.UNSURE:
            return False
        return (self.answer is Answer.YES) == (self.side is Side.MISSING)

    @property
    def pair(self) -> tuple[int, int]:
        """The (image id, tag id) that was answered."""
        return (self.image_id, self.tag_id)

    @property
    def question(self) -> Question:
        """The question that it answered."""
        return Question(
            image_id=self.image_id,
            tag_id=self.tag_id,
            side=self.side,
            score=self.score,
            suspicion=self.suspicion,
            version=self.version,
            # Only what is answered on a page is of a page; the question itself is of its queue.
            origin=Origin.QUEUE if self.origin is Origin.PAGE else self.origin,
        )


class QueueSummary(NamedTuple):
    """One line of the queue list: a tag and what its questions promise.

    Attributes:
        left: Questions not yet answered.
        expected_fixes: Sum of the suspicions of the questions left.
        next_yield: Expected share of fixes among the next 25 questions, 0..1.
        answered, fixed: Answers given on this tag, and how many changed the metadata.
        next_worth: What the next 25 questions are worth in the ranking's order, 0 or more; the
            tag of most worth is asked first.
    """

    tag_id: int
    left: int
    expected_fixes: float
    next_yield: float
    answered: int = 0
    fixed: int = 0
    next_worth: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long job is.

    Attributes:
        stage: The step in words ("scan").
        done, total: In units; total 0 means unknown.
        unit: What is counted ("images").
        rate: Units a second since the stage began; 0 where unknown.
        note: A short text for people.
    """

    stage: str
    done: int = 0
    total: int = 0
    unit: str = ""
    rate: float = 0.0
    note: str = ""

    @property
    def seconds_left(self) -> float | None:
        """Time to go at the present rate; `None` where it cannot be told."""
        if self.rate <= 0 or self.total <= 0:
            return None
        return max(self.total - self.done, 0) / self.rate


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Which kinds of thing a mutation changed; every view refreshes from it."""

    images: bool = False
    tags: bool = False
    decisions: bool = False
    ranking: bool = False
    versions: bool = False
    summary: dict[str, int | float | str] = field(default_factory=dict)
