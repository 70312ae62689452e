"""What was measured of a network of characters: lines for a terminal, a page, a table, figures."""

from __future__ import annotations

import csv
import html
from typing import TYPE_CHECKING, Any

from reviewer.core import published
from reviewer.core.choices.character_figures import (
    BandFigures,
    CharacterFigures,
    CharacterLine,
    Naming,
)
from reviewer.jobs.characters.training import network_folder, newest_network
from reviewer.jobs.pages.html import page, table
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.store.disk import replacing, write_whole
from reviewer.store.figures import CHARACTERS, write_figures

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from model.characters import CharacterRecord
    from reviewer.jobs.pages.html import Cell
    from reviewer.store.library import Library

PAGE, TABLE = "characters.html", "characters.csv"
_HEADS = ("faces learnt from", "characters", "tested", "top 1", "top 5", "mean of characters")


def read_figures(library: Library, name: str = "") -> CharacterFigures:
    """What was measured of a network; of the newest where none is named.

    Raises:
        UsageError: There is none.
        TaggerError: Its record cannot be read.
    """
    from model.characters import read_character_record

    chosen = name or newest_network(library)
    with tagger_errors():
        return character_figures(chosen, read_character_record(network_folder(library, chosen)))


def character_figures(name: str, record: CharacterRecord) -> CharacterFigures:
    """A network's record as figures."""
    of, config, faces = record.figures, record.config, record.figures["faces"]
    opened = of["open_set"]
    return CharacterFigures(
        network=name,
        about=(
            f"{config.backbone} at {config.input_size} px, head {config.head}, "
            f"{len(record.names):,} characters; {record.origin}"
        ),
        learnt=faces["learnt"],
        calibrated=faces["calibrated on"],
        tested=faces["tested"],
        bands=tuple(_band(band, found) for band, found in of["bands"].items()),
        others=(
            _band("all", of["overall"]),
            _band("all, by prototype", of["prototypes"]),
            _band("rare, told among rare", of["few"]),
            _band("rare, told among all", of["few_among_all"]),
        ),
        naming=Naming(
            level=of["sureness"]["level"],
            named=opened["named"],
            right=opened["right"],
            promised=opened["expected"],
            refused=opened["refused"],
            strangers=opened["untaught"],
            separation=opened["separation"],
        ),
        each=tuple(
            CharacterLine(character, line["learnt"], line["tested"], line["top1"], line["top5"])
            for character, line in zip(record.names, of["each"], strict=True)
        ),
    )


def _band(name: str, of: dict[str, Any]) -> BandFigures:
    return BandFigures(name, of["characters"], of["faces"], of["top1"], of["top5"], of["mean1"])


def report_lines(found: CharacterFigures) -> list[str]:
    """The figures as lines: accuracy by frequency, of few faces, and when it says "unknown"."""
    return [
        f"Network {found.network}: {found.about}.",
        rests_on(found),
        "",
        _row(_HEADS),
        *(_line(band) for band in (*found.bands, *found.others)),
        "",
        _naming(found.naming),
        published.CHARACTERS,
    ]


_WIDTHS = (24, 11, 8, 8, 8, 20)


def _line(band: BandFigures) -> str:
    cells = (
        band.name,
        f"{band.characters:,}",
        f"{band.faces:,}",
        _figure(band.top1),
        _figure(band.top5),
        _figure(band.mean1),
    )
    return _row(cells)


def _row(cells: Sequence[str]) -> str:
    """Cells below one another: words to the left, figures to the right."""
    figures = zip(cells[1:], _WIDTHS[1:], strict=True)
    return f"{cells[0]:<{_WIDTHS[0]}}" + "".join(f"{cell:>{width}}" for cell, width in figures)


def rests_on(found: CharacterFigures) -> str:
    """What the figures rest on, in a sentence."""
    return (
        f"Learnt from {found.learnt:,} faces, calibrated on {found.calibrated:,}, tested on "
        f"{found.tested:,} that it never saw."
    )


def _naming(naming: Naming) -> str:
    return f"{naming.sentence} Area under the curve: {_figure(naming.separation)}."


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def write_report(found: CharacterFigures, target: Path) -> None:
    """Writes `characters.html`, `characters.csv` and the window's figures into a folder.

    Raises:
        StoreFullError: The disk is full.
        StoreError: They cannot be written.
    """
    write_whole(target / PAGE, _page(found))
    with replacing(target / TABLE) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("character", "learnt", "tested", "top1", "top5"))
        for line in found.each:
            shares = ("" if value is None else f"{value:.4f}" for value in (line.top1, line.top5))
            writer.writerow((line.name, line.learnt, line.tested, *shares))
    write_figures(target, CHARACTERS, found)


def _page(found: CharacterFigures) -> str:
    bands: list[list[Cell]] = [
        [
            band.name,
            _count(band.characters),
            _count(band.faces),
            *(_of(share) for share in (band.top1, band.top5, band.mean1)),
        ]
        for band in (*found.bands, *found.others)
    ]
    each: list[list[Cell]] = [
        [line.name, _count(line.learnt), _count(line.tested), _of(line.top1), _of(line.top5)]
        for line in found.each
    ]
    about = html.escape(f"{found.network}: {found.about}. {rests_on(found)}")
    body = (
        f"<p>{about}</p>{table(_HEADS, bands)}<p>{html.escape(_naming(found.naming))}</p>"
        f'<p class="note">{html.escape(published.CHARACTERS)}</p>'
        f"<h2>Every character</h2>{table(('character', *_HEADS[:1], *_HEADS[2:5]), each)}"
    )
    return page("Characters", body)


def _count(value: int) -> Cell:
    return (value, f"{value:,}")


def _of(value: float | None) -> Cell:
    return (-1.0 if value is None else value, _figure(value))
