"""Commands for taggers that somebody else trained: taggers, bring, tagger-tags, export-tagger."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reviewer.cli.frame import Call, Frame, collection_options, ending
from reviewer.core.errors import UsageError
from reviewer.core.tags.tag_mapping import Kind, table_of
from reviewer.jobs.learning.fewest import images_needed
from reviewer.jobs.pipeline import scan_to_questions
from reviewer.jobs.scans.choices import ScanChoices
from reviewer.jobs.scans.scanning import scan
from reviewer.jobs.taggers.bringing import (
    BringChoices,
    QuestionsOpen,
    bring_tagger,
    correct_mapping,
    family_lines,
    inspect_tagger,
    map_again,
    mapping_of,
)
from reviewer.jobs.taggers.proposing import propose_tags
from reviewer.jobs.taggers.sharing import KINDS, export_tagger

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.cli.listeners import Output
    from reviewer.core.tags.tag_mapping import TagMapping
    from reviewer.store.library import Library

Result = TypeVar("Result")

_TAGGER = click.Path(exists=True, path_type=Path)
_SHOWN = 50
_FILE = click.Path(dir_okay=False, path_type=Path)
_SET = click.option(
    "--set",
    "answers",
    multiple=True,
    metavar="KEY=VALUE",
    help="How the tagger wants its pictures, where its files do not tell: size, channels, range, "
    "norm, fit, pad, resample.",
)


@click.command("taggers")
@click.argument("tagger", required=False, type=_TAGGER)
@_SET
@click.pass_obj
def taggers(frame: Frame, tagger: Path | None, answers: tuple[str, ...]) -> None:
    """Tell what a folder is, or list the taggers that can be brought.

    Nothing is loaded and nothing is changed.

    Example: reviewer taggers ~/models/wd-vit-tagger-v3
    """
    with frame.output() as output, ending(output):
        if tagger is None:
            output.table(family_lines())
            return
        found = _answered(frame, _pairs(answers), lambda given: inspect_tagger(tagger, given))
        output.table([f"{what:<12}{how}" for what, how in found])
        output.done({"family": dict(found)["family"]})


@click.command("bring")
@click.argument("tagger", type=_TAGGER)
@collection_options
@_SET
@click.option(
    "--aliases",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A site's list of aliases, for tags that were renamed since the tagger was trained.",
)
@click.option("--use", is_flag=True, help="Put it into use, even where another version is.")
@click.option("--ask", is_flag=True, help="Put it into use, scan, refresh and rank with it.")
def bring(
    call: Call,
    tagger: Path,
    answers: tuple[str, ...],
    aliases: Path | None,
    *,
    use: bool,
    ask: bool,
) -> None:
    """Bring a tagger that you have: WD, animetimm, JoyTag, Camie, DeepDanbooru and others.

    TAGGER is its folder, or a checkpoint. It is copied; nothing is downloaded, and no code that
    comes with it is run. Then scan, refresh, rank and retrain work on it as on any version.

    Example: reviewer bring ~/models/wd-vit-tagger-v3 ~/Pictures/booru
    """
    with call.opened() as (library, output):
        minimum = images_needed(library)
        given = _answered(
            call.frame, _pairs(answers), lambda given: (inspect_tagger(tagger, given), given)[1]
        )
        choices = BringChoices(given, minimum, aliases, use or ask)
        summary = dict(bring_tagger(library, output, tagger, choices).summary)
        if ask:
            scanned = scan(library, output)
            asked = scan_to_questions(library, output, minimum=minimum, scanned=scanned)
            summary |= {**scanned.summary, **asked.summary}
        output.done(summary)


@click.command("tagger-tags")
@collection_options
@click.option("--version", default="", help="Version; the one in use by default.")
@click.option(
    "--show",
    type=click.Choice([*(kind.value for kind in Kind), "not in the tagger"]),
    help="List the tags of one kind.",
)
@click.option("--save", type=_FILE, help="Write the table to a CSV file, to look at or change.")
@click.option(
    "--load",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take changes from a CSV file: its columns own and tag count; an empty tag is none, one "
    "that the collection lacks becomes new.",
)
@click.option("--map", "pairs", multiple=True, metavar="OWN=TAG", help="Change one row.")
@click.option("--propose", is_flag=True, help="Count the tags that it sees here and you lack.")
@click.option(
    "--accept",
    type=click.IntRange(1),
    metavar="IMAGES",
    help="Take the proposed tags that it sees on so many images as new tags.",
)
@click.option("--reset", is_flag=True, help="Make the table anew, without your changes.")
@click.option("--ask", is_flag=True, help="Scan, refresh and rank by the table as it is now.")
def tagger_tags(
    call: Call,
    /,
    version: str,
    **choices: Any,  # noqa: ANN401 - click's
) -> None:
    """Show, save and correct which of the collection's tags a brought tagger's tags are.

    Example: reviewer tagger-tags --save tags.csv
    """
    with call.opened() as (library, output):
        if choices["reset"]:
            map_again(library, output, version=version)
        if choices["load"] is not None:
            text = choices["load"].read_text(encoding="utf-8-sig")
            correct_mapping(library, output, text, version=version)
        if choices["pairs"]:
            text = table_of([_pair(words) for words in choices["pairs"]])
            correct_mapping(library, output, text, version=version)
        if choices["propose"] or choices["accept"]:
            _propose(library, output, version, choices["accept"])
        if choices["ask"]:
            scan(library, output, ScanChoices(version=version))
            scan_to_questions(library, output, minimum=images_needed(library))
        name, mapping = mapping_of(library, version)
        if choices["save"] is not None:
            choices["save"].write_text(mapping.as_csv(), encoding="utf-8", newline="")
            output.note(f"The table of {name} is in {choices['save']}.")
        output.table(_lines(mapping, choices["show"]))
        output.done({"version": name, **mapping.counts})


def _propose(library: Library, output: Output, version: str, accept: int | None) -> None:
    """Lists what the tagger sees and the collection lacks, and takes what is frequent enough."""
    found, looked = propose_tags(library, output, version=version)
    rows = [f"{p.images:>8,}  {p.own}" for p in found[:_SHOWN]]
    output.table(rows or ["The tagger sees no tag that the collection lacks."])
    output.note(f"Of {looked:,} images; {len(found):,} tags in all.")
    taken = [p for p in found if accept is not None and p.images >= accept]
    if taken:
        text = table_of([(p.own, p.tag) for p in taken])
        correct_mapping(library, output, text, version=version)


@click.command("export-tagger")
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@collection_options
@click.option("--version", default="", help="Version; the one in use by default.")
@click.option(
    "--as",
    "kind",
    type=click.Choice(KINDS),
    default="onnx",
    show_default=True,
    help="A graph as WD tagger programs load it, or a timm folder.",
)
def export_tagger_command(call: Call, target: Path, version: str, kind: str) -> None:
    """Write a version into the new folder TARGET, for other programs.

    Example: reviewer export-tagger ~/models/mine --as onnx
    """
    with call.opened() as (library, output):
        done = export_tagger(library, output, target, kind=kind, version=version)
        output.done(done.summary)


def _lines(mapping: TagMapping, show: str | None) -> list[str]:
    """The table's counts, or its rows of one kind."""
    if show is None:
        return [f"{count:>8,}  {kind}" for kind, count in mapping.counts.items()]
    if show == "not in the tagger":
        return list(mapping.lacking)
    rows = [m for m in mapping.meanings if m.kind.value == show]
    return [f"{m.own:<32}{m.tag or '-':<32}{m.rule}" for m in rows]


def _pairs(words: tuple[str, ...]) -> dict[str, str]:
    wrong = [word for word in words if "=" not in word]
    if wrong:
        raise click.BadParameter(f"{wrong[0]} is not KEY=VALUE")
    parts = [word.partition("=") for word in words]
    return {key.strip(): value.strip() for key, _, value in parts}


def _pair(words: str) -> tuple[str, str]:
    """OWN=TAG; the tagger's name may hold an equals sign (`=_=`)."""
    own, equals, tag = words.rpartition("=")
    if not equals:
        raise UsageError(f"{words} is not OWN=TAG.")
    return own, tag


def _prompt(words: str, choices: tuple[str, ...]) -> str:
    if choices:
        return str(click.prompt(words, type=click.Choice(choices)))
    return str(click.prompt(words))


def _answered(
    frame: Frame, given: dict[str, str], ask: Callable[[dict[str, str]], Result]
) -> Result:
    """Does something that may have questions; they are put to the person at a terminal."""
    while True:
        try:
            return ask(given)
        except QuestionsOpen as problem:
            asked = [question for question in problem.questions if question[0] not in given]
            if frame.json or not sys.stdin.isatty() or not asked:
                raise
            # An answer may open further questions: they follow at once.
            for key, words, choices in asked:
                given[key] = _prompt(words, choices)
