"""What a family of taggers is, and what it says of one folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from model.errors import TaggerProblem
from model.taggers.facts import FolderFacts

if TYPE_CHECKING:
    from model.backbones import Tagger
    from model.config import TaggerConfig

RATING, YEAR = 9, 10
"""Categories beyond Danbooru's, as the lists of tags number them: never tags of a picture."""


class Output(NamedTuple):
    """One output of a tagger.

    Attributes:
        name: As the tagger's own list writes it.
        category: Danbooru's number, or `RATING`, `YEAR`.
        threshold: What its makers found best, 0..1; nan where they do not say.
        renamed: The tag's later name, where the list knows it.
    """

    name: str
    category: int = 0
    threshold: float = float("nan")
    renamed: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Something about a tagger that its files do not tell.

    Attributes:
        key: Name of the answer.
        words: What is asked, for people.
        choices: Possible answers; empty where any text will do.
    """

    key: str
    words: str
    choices: tuple[str, ...] = ()


class NeedsAnswers(TaggerProblem):
    """What must be known cannot be read from the files; it is asked, never guessed.

    Attributes:
        questions: What to ask.
    """

    def __init__(self, folder: Path, questions: tuple[Question, ...]) -> None:
        self.questions = questions
        asked = " ".join(
            f"{q.words} (--set {q.key}={'|'.join(q.choices) or '...'})" for q in questions
        )
        super().__init__(f"The files in {folder} do not tell everything. {asked}")


@dataclass(frozen=True, slots=True)
class Described:
    """One folder as its family reads it.

    Attributes:
        config: Network and preprocessing, pinned.
        outputs: T outputs in order; empty where the tagger has no list of tags.
        weights: The file that holds the weights, relative to the folder.
        files: All files that the tagger needs, relative.
        graph_output: For ONNX: name of the output that holds the tags.
        graph_embedding: For ONNX: name of an output that is the embedding; empty for none.
        notes: What a person should know.
    """

    config: TaggerConfig
    outputs: tuple[Output, ...]
    weights: str
    files: tuple[str, ...]
    graph_output: str = ""
    graph_embedding: str = ""
    notes: tuple[str, ...] = ()


class Loaded(NamedTuple):
    """A tagger in memory.

    Attributes:
        tagger: In evaluation mode, on the CPU.
        config: As described, with what only loading could tell.
    """

    tagger: Tagger
    config: TaggerConfig


Answers = Mapping[str, str]
Describe = Callable[[FolderFacts, Answers], Described]
Load = Callable[[FolderFacts, Described, Path], Loaded]
"""Takes an empty folder for files that the tagger needs beside it."""


@dataclass(frozen=True, slots=True)
class Family:
    """Taggers that were made by the same program.

    Attributes:
        key: Stored with versions.
        words: For people.
        licence: Of the weights as their makers publish them.
        trained_on: Site whose tags they learnt; empty where not known.
        recognises: Whether a folder's content is of this family.
        describe, load: Read a folder; both raise `TaggerProblem`.
    """

    key: str
    words: str
    licence: str
    trained_on: str
    recognises: Callable[[FolderFacts], bool]
    describe: Describe
    load: Load = field(repr=False)
