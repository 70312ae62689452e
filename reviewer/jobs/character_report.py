"""What was measured of a network of characters: lines for a terminal, a table for a spreadsheet."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from reviewer.jobs.character_training import network_folder, newest_network
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.store.disk import replacing

if TYPE_CHECKING:
    from pathlib import Path

    from model.characters import CharacterRecord
    from reviewer.store.library import Library


def read_record(library: Library, name: str = "") -> tuple[str, CharacterRecord]:
    """A network's name and record; the newest where none is named.

    Raises:
        UsageError: There is none.
        TaggerError: Its record cannot be read.
    """
    from model.characters import read_character_record

    chosen = name or newest_network(library)
    with tagger_errors():
        return chosen, read_character_record(network_folder(library, chosen))


def report_lines(name: str, record: CharacterRecord) -> list[str]:
    """The figures as lines: accuracy by frequency, of few faces, and when it says "unknown"."""
    figures, config = record.figures, record.config
    faces = figures["faces"]
    network = (
        f"Network {name}: {config.backbone} at {config.input_size} px, head {config.head}, "
        f"{len(record.names):,} characters; {record.origin}."
    )
    rests = (
        f"Learnt from {faces['learnt']:,} faces, calibrated on {faces['calibrated on']:,}, "
        f"tested on {faces['tested']:,} that it never saw."
    )
    heads = (
        f"{'faces learnt from':<24}{'characters':>11}{'tested':>8}{'top 1':>8}{'top 5':>8}"
        f"{'mean of characters':>20}"
    )
    return [
        network,
        rests,
        "",
        heads,
        *(_line(band, of) for band, of in figures["bands"].items()),
        _line("all", figures["overall"]),
        _line("all, by prototype", figures["prototypes"]),
        _line("few, among the few", figures["few"]),
        _line("few, among everybody", figures["few_among_all"]),
        "",
        _unknown_line(figures),
    ]


def _unknown_line(figures: dict[str, Any]) -> str:
    """What it is worth to say "unknown" where it is not sure."""
    opened, level = figures["open_set"], figures["sureness"]["level"]
    return (
        f"It names a face where its chance of being right is {level:.0%} or more, else "
        f'"unknown": {_share(opened["named"])} of the known faces are named, '
        f"{_share(opened['right'])} of the names are right (promised "
        f"{_share(opened['expected'])}), {_share(opened['refused'])} of {opened['untaught']:,} "
        f"strangers' faces are refused; area under the curve {_figure(opened['separation'])}."
    )


def _line(name: str, of: dict[str, Any]) -> str:
    return (
        f"{name:<24}{of['characters']:>11,}{of['faces']:>8,}{_figure(of['top1']):>8}"
        f"{_figure(of['top5']):>8}{_figure(of['mean1']):>20}"
    )


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def write_table(record: CharacterRecord, target: Path) -> None:
    """Writes a CSV file with a line a character: faces learnt from and tested, top 1 and 5.

    Raises:
        StoreFullError: The disk is full.
        StoreError: It cannot be written.
    """
    with replacing(target) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("character", "learnt", "tested", "top1", "top5"))
        for name, of in zip(record.names, record.figures["each"], strict=True):
            shares = ("" if of[key] is None else f"{of[key]:.4f}" for key in ("top1", "top5"))
            writer.writerow((name, of["learnt"], of["tested"], *shares))
