"""Commands that work with the collection itself: import, status, previews, export, embed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reviewer.cli.frame import Call, Frame, collection_options, ending, remember, tell_news
from reviewer.cli.suggesting import ImageFolder
from reviewer.core.errors import UsageError
from reviewer.core.types import ChangeSet
from reviewer.jobs.changes import corrected_images
from reviewer.jobs.exports import write_back
from reviewer.jobs.exports.copies import FORMATS, export
from reviewer.jobs.exports.embedded import WARNING, embed, staged
from reviewer.jobs.images.previews import MOST_IMAGES, make_previews
from reviewer.jobs.imports.defining import define_tags
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.imports.post_import import import_posts
from reviewer.sources.away import is_away
from reviewer.sources.folder import SOURCES
from reviewer.store.library import Library
from reviewer.store.workspace import workspace_for

if TYPE_CHECKING:
    from reviewer.jobs.changes import FileEdit

SHOWN_DIFFS = 20


@click.command("import")
@click.argument("folder", type=ImageFolder())
@click.option(
    "--workspace",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where what is known of the collection is kept. Default: in your data folder.",
)
@click.option(
    "--source",
    "source_name",
    type=click.Choice([source.name for source in SOURCES]),
    default=None,
    help="Format of the metadata; told by what is there if not given.",
)
@click.option(
    "--tag-list",
    "tag_lists",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A list of tags, aliases or implications (CSV, JSON); may be given several times.",
)
@click.option(
    "--definitions",
    "definitions",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What tags mean: a wiki's dump (JSON, CSV); may be given several times.",
)
@click.option(
    "--unopened",
    is_flag=True,
    help="Take a Danbooru dump's word for the files and open none: for millions of images.",
)
@click.pass_obj
def import_command(
    frame: Frame,
    folder: Path,
    workspace: Path | None,
    source_name: str | None,
    tag_lists: tuple[Path, ...],
    definitions: tuple[Path, ...],
    *,
    unopened: bool,
) -> None:
    """Read a folder of images and its tags; again, to take what changed.

    Nothing in the folder is written. Decisions stay, also of images that were moved or renamed.

    Example: reviewer import ~/Pictures/booru
    """
    with frame.output() as output, ending(output):
        place = workspace_for(folder, workspace)
        with Library.create(place, folder) as library, library.workspace.held("jobs"):
            tell_news(library, output)
            if unopened:
                changes = import_posts(library, output, tag_lists=tag_lists)
            else:
                changes = import_folder(
                    library, output, source_name=source_name or "", tag_lists=tag_lists
                )
            defined = define_tags(library, output, definitions) if definitions else ChangeSet()
            remember(library, output)
            output.done({**changes.summary, **defined.summary})


@click.command()
@collection_options
@click.option("--problems", is_flag=True, help="List the files that were set aside, with reasons.")
def status(call: Call, *, problems: bool) -> None:
    """Tell what is known of a collection.

    Example: reviewer status ~/Pictures/booru
    """
    with call.opened(working=False) as (library, output):
        if problems:
            lines = [f"{path}: {problem}" for path, problem in library.images.problems()]
            output.table(lines or ["No file was set aside."])
            return
        images = library.images.counts()
        active = library.versions.active()
        ranking = library.rankings.load()
        output.facts(
            {
                "folder": f"{library.folder}{' (not there now)' * is_away(library.folder)}",
                "workspace": str(library.workspace.path),
                "source": library.state.get("source"),
                "images": images["ok"],
                "gone": images["gone"],
                "set_aside": images["set aside"],
                "tags": len(library.vocabulary().tags),
                "answers": library.decisions.total(),
                "corrected_images": sum(1 for _ in corrected_images(library, changed_only=True)),
                "version": active.name if active else "none",
                "questions": len(ranking),
                "expected_errors": round(float(ranking.suspicions.sum()), 1),
            }
        )


@click.command("previews")
@collection_options
@click.option("--limit", type=click.IntRange(1), help="Most previews to make.")
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True)
def previews_command(call: Call, limit: int | None, threads: int) -> None:
    """Make small copies of the large images that will be asked about first.

    They are kept in the workspace and show at once where an original takes long to decode. A
    refresh makes them by itself.

    Example: reviewer previews ~/Pictures/booru --threads 4
    """
    with call.opened() as (library, output):
        most = limit or MOST_IMAGES
        output.done(make_previews(library, output, limit=most, threads=threads).summary)


@click.command("export")
@collection_options
@click.option(
    "--to",
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write into; not inside the folder of the images.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(list(FORMATS)),
    help="May be given several times. Default: corrections and tags.csv.",
)
@click.option("--in-place", is_flag=True, help="Correct the images' own tag files, after a diff.")
@click.option("--yes", is_flag=True, help="With --in-place: write without asking.")
@click.option("--undo", is_flag=True, help="Put the files of the last --in-place back.")
def export_command(
    call: Call,
    target: Path | None,
    formats: tuple[str, ...],
    *,
    in_place: bool,
    yes: bool,
    undo: bool,
) -> None:
    """Write corrected tags, and the corrections themselves.

    Example: reviewer export ~/Pictures/booru --to ~/corrected --format captions
    """
    with call.opened(purpose="write-back") as (library, output):
        if undo:
            output.done(write_back.undo(library, output).summary)
        elif in_place:
            edits = write_back.plan(library)
            output.table(diff_lines(edits))
            if edits and (yes or click.confirm(f"Write these {len(edits):,} files?", err=True)):
                output.done(write_back.apply(library, output, edits).summary)
        elif target is not None:
            chosen = list(formats) or ["corrections", "tags.csv"]
            output.done(export(library, output, target, chosen).summary)
        else:
            raise UsageError("Say where to: --to FOLDER, or --in-place.")


def diff_lines(edits: list[FileEdit]) -> list[str]:
    """The first diffs, and how many there are in all."""
    if not edits:
        return ["Nothing would change."]
    lines = [line for edit in edits[:SHOWN_DIFFS] for line in write_back.diff(edit).split("\n")]
    if len(edits) > SHOWN_DIFFS:
        lines.append(f"... and {len(edits) - SHOWN_DIFFS:,} more files")
    return lines


SHOWN = 20


@click.command("embed")
@collection_options
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--undo", is_flag=True, help="Put the files of the last time back.")
def embed_command(call: Call, *, yes: bool, undo: bool) -> None:
    """Write corrected tags into the image files, where the tags were read from there.

    The pixels stay, but the files' hashes change. It needs exiftool, shows what would change, asks
    first, and keeps a copy of each file.

    Example: reviewer embed ~/Pictures/tagged
    """
    with call.opened() as (library, output):
        if undo:
            output.done(write_back.undo(library, output).summary)
            return
        with staged(library, output) as ready:
            lines = [edit.line for edit in ready.edits[:SHOWN]]
            if len(ready.edits) > SHOWN:
                lines.append(f"... and {len(ready.edits) - SHOWN:,} more files")
            output.table(lines or ["Nothing would change."])
            for path, reason in ready.left_out[:SHOWN]:
                output.note(f"Left out: {path}: {reason}")
            if not ready.edits:
                output.done({"files": 0, "left_out": len(ready.left_out)})
                return
            output.note(WARNING)
            if yes or click.confirm(f"Change these {len(ready.edits):,} images?", err=True):
                output.done(embed(library, output, ready).summary)
