"""Preprocessing from what files tell and what people answer; what is missing is asked at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from model.config import TaggerConfig
from model.errors import TaggerProblem
from model.taggers.family import NeedsAnswers, Question

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from model.taggers.family import Answers

Triple = tuple[float, float, float]

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)
NORMS: dict[str, tuple[Triple, Triple]] = {
    "none": ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    "half": ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    "imagenet": (IMAGENET_MEAN, IMAGENET_STD),
    "clip": (CLIP_MEAN, CLIP_STD),
}
PADS = {"white": (255, 255, 255), "black": (0, 0, 0), "imagenet": (124, 116, 104)}

QUESTIONS = {
    "size": Question("size", "Side of the square input in pixels?"),
    "channels": Question("channels", "Order of the colours?", ("rgb", "bgr")),
    "range": Question("range", "Range of the pixel values before mean and std?", ("1", "255")),
    "norm": Question("norm", "Mean and std?", tuple(NORMS)),
    "fit": Question("fit", "How does a picture become a square?", ("square", "inside", "stretch")),
    "pad": Question("pad", "What fills the rest of the square?", (*PADS, "edge")),
    "resample": Question("resample", "Filter?", ("bicubic", "bilinear", "lanczos", "box")),
}


@dataclass
class Asking:
    """Builds settings from answers, and gathers what has no answer.

    Attributes:
        folder: Of the tagger, for the words.
        answers: What a person said.
        open: Questions without an answer.
    """

    folder: Path
    answers: Answers
    open: list[Question] = field(default_factory=list)

    def word(self, key: str) -> str:
        """An answer; empty, and noted as open, where there is none.

        Raises:
            TaggerProblem: The answer is none of the choices.
        """
        asked = QUESTIONS[key]
        given = self.answers.get(key, "")
        if not given:
            self.open.append(asked)
            return ""
        if asked.choices and given not in asked.choices:
            raise TaggerProblem(f"{key}={given} cannot be used; use {' or '.join(asked.choices)}.")
        return given

    def settings(self, known: dict[str, Any], unknown: tuple[str, ...]) -> TaggerConfig:
        """Settings from what is known and the answers to what is not.

        Args:
            known: Fields of `TaggerConfig`.
            unknown: Keys of `QUESTIONS` that must be asked.

        Raises:
            NeedsAnswers: Something is open.
            TaggerProblem: An answer cannot be used.
        """
        answered = {key: self.word(key) for key in unknown}
        if answered.get("fit") in {"square", "inside"} and "pad" not in unknown:
            answered["pad"] = self.word("pad")
        if self.open:
            raise NeedsAnswers(self.folder, tuple(self.open))
        return overridden(TaggerConfig(**{**known, "reducing_gap": 0.0}), answered)


def overridden(config: TaggerConfig, answers: Answers) -> TaggerConfig:
    """Settings with a person's answers laid over them.

    Raises:
        TaggerProblem: An answer cannot be used.
    """
    for key in (key for key in QUESTIONS if key in answers):
        try:
            config = replace(config, **_FIELDS[key](answers[key]))
        except (KeyError, ValueError) as problem:
            raise TaggerProblem(f"{key}={answers[key]} cannot be used: {problem}.") from problem
    return config


def _norm(word: str) -> dict[str, Any]:
    """A name, or six numbers: three of the mean, three of the std."""
    if word in NORMS:
        mean, std = NORMS[word]
    else:
        numbers = [float(part) for part in word.split(",")]
        if len(numbers) != 6:
            raise ValueError("it needs three numbers of the mean and three of the std")
        mean, std = cast("Triple", tuple(numbers[:3])), cast("Triple", tuple(numbers[3:]))
    return {"mean": mean, "std": std}


def _pad(word: str) -> dict[str, Any]:
    if word == "edge":
        return {"pad_edge": True}
    return {"pad_edge": False, "pad_colour": colour(word)}


def colour(word: object) -> tuple[int, int, int]:
    """A colour by its name or its three numbers.

    Raises:
        ValueError: It is neither.
        TypeError: It is no text and no list.
    """
    if isinstance(word, str) and word in PADS:
        return PADS[word]
    parts: Any = word.split(",") if isinstance(word, str) else word
    numbers = tuple(int(part) for part in parts)
    if len(numbers) != 3:
        raise ValueError("a colour has three numbers")
    return numbers


def _one(field_name: str, allowed: tuple[str, ...]) -> Callable[[str], dict[str, Any]]:
    def read(word: str) -> dict[str, Any]:
        if word not in allowed:
            raise ValueError(f"use {' or '.join(allowed)}")
        return {field_name: word}

    return read


_FIELDS: dict[str, Callable[[str], dict[str, Any]]] = {
    "size": lambda word: {"input_size": int(word)},
    "channels": _one("channels", ("rgb", "bgr")),
    "range": lambda word: {"peak": {"1": 1, "255": 255}[word]},
    "norm": _norm,
    "fit": _one("fit", ("square", "inside", "stretch")),
    "pad": _pad,
    "resample": _one("resample", ("bicubic", "bilinear", "lanczos", "box")),
}


def words_for(config: TaggerConfig) -> list[tuple[str, str]]:
    """Preprocessing in words, as shown: pairs of what and how."""
    mean, std = (", ".join(f"{value:g}" for value in part) for part in (config.mean, config.std))
    filler = "edge pixels" if config.pad_edge else "colour {}, {}, {}".format(*config.pad_colour)
    fits = {
        "inside": f"resized until it fits, then padded with {filler}",
        "square": f"padded to a square with {filler}, then resized",
        "stretch": "stretched to the square",
        "crop": f"shorter side to {config.crop_from} px, the middle taken",
    }
    fit = fits[config.fit]
    if config.first_side:
        fit = f"first {config.first_side} px ({config.first_resample}), padded with {filler}; then "
        fit += "resized"
    return [
        ("input", f"{config.input_size} x {config.input_size} px"),
        ("channels", config.channels.upper()),
        ("range", f"0..{config.peak}"),
        ("mean", mean),
        ("std", std),
        ("fit", fit),
        ("resample", config.resample),
    ]
