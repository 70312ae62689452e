"""How well characters are told apart by each head, on a drawn cast, over several seeds.

    python -m tests.benchmarks.bench_characters [--smoke] [--heads softmax,arcface] [--seeds 0,1,2]

Draws an invented cast in grapeot's layout, imports it, and trains and measures networks with the
program's own job. A share of the names is planted wrong and a share of the faces left without a
name (`--wrong`, `--nameless`); what the questions find of either is counted. The last line printed
is one JSON object with all figures.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from reviewer.core.choices.faces import Box, Face
from reviewer.jobs.characters.faces import CHECK, TEST, gather_faces
from reviewer.jobs.characters.questions import KIND, find_questions
from reviewer.jobs.characters.report import read_figures, report_lines
from reviewer.jobs.characters.training import CharacterChoices, train_and_measure
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.sample.cast_write import write_cast
from reviewer.store.library import Library


def plant(folder: Path, wrong: float, nameless: float) -> tuple[dict[str, str], list[list[str]]]:
    """Names some faces wrongly and takes others out of the set; both by lot.

    Returns:
        Who is really in each image, by path, and the lines that were taken out.
    """
    rng = random.Random(1)
    rows = [line.split("\t") for line in (folder / "faces.tsv").read_text().splitlines()]
    tags = dict(line.split("\t") for line in (folder / "tagIds.tsv").read_text().splitlines())
    names = {number: name for name, number in tags.items()}
    truth, kept, taken = {}, [], []
    for path, number, box in rows:
        truth[path.replace("\\", "/")] = names[number]
        lot = rng.random()
        if float(box.split(",")[4]) >= 0.85 and lot < nameless:
            taken.append([path.replace("\\", "/"), box])
            continue
        told = rng.choice([n for n in names if n != number]) if lot > 1 - wrong else number
        kept.append(f"{path}\t{told}\t{box}\n")
    (folder / "faces.tsv").write_text("".join(kept))
    return truth, taken


def add_nameless(library: Library, taken: list[list[str]]) -> None:
    """Keeps faces without a name, as a detector finds them."""
    ids = {path: image_id for image_id, path, _ in library.images.askable()}
    faces = []
    for path, box in taken:
        left, top, right, bottom, confidence = box.split(",")
        place = Box(int(left), int(top), int(right), int(bottom))
        faces.append(Face(ids[path], place, None, float(confidence), "detector: planted"))
    library.faces.put(faces)


def questions(library: Library, truth: dict[str, str], seed: int) -> dict[str, float]:
    """What the questions find of the planted errors and of the faces without a name."""
    find_questions(library, Silent(), device="cpu")
    ranking = library.choices(KIND).load()
    paths = {image_id: path for image_id, path, _ in library.images.askable()}
    names = {tag_id: tag.name for tag_id, tag in library.vocabulary().tags.items()}
    real = [truth[paths[i]] for i in ranking.images.tolist()]
    offered = [[names.get(t, "") for t in row] for row in ranking.tags.tolist()]
    nobody = ranking.current < 0
    first = np.array([row[0] == who for row, who in zip(offered, real, strict=True)], bool)
    five = np.array([who in row for row, who in zip(offered, real, strict=True)], bool)
    current = [names.get(t, "") for t in ranking.current.tolist()]
    wrong = np.array([c != w for c, w in zip(current, real, strict=True)], bool) & ~nobody
    found = gather_faces(library, seed=seed)
    planted = [
        names.get(int(tag), "") != truth[paths[face.image_id]]
        for face, tag, part in zip(found.faces, found.characters, found.parts, strict=True)
        if part in (CHECK, TEST)
    ]
    share = {
        "nameless_asked": float(nobody.sum()),
        "first_right": float(first[nobody].mean()) if nobody.any() else 0.0,
        "first_promised": float(ranking.suspicions[nobody].mean()) if nobody.any() else 0.0,
        "among_five": float(five[nobody].mean()) if nobody.any() else 0.0,
        "names_doubted": float((~nobody).sum()),
        "names_really_wrong": float(wrong.sum()),
        "names_promised_wrong": float(ranking.suspicions[~nobody].sum()),
        "names_planted_wrong": float(sum(planted)),
    }
    return {key: round(value, 3) for key, value in share.items()}


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a minute's worth, figures of no use")
    parser.add_argument("--characters", type=int, default=60)
    parser.add_argument("--pictures", type=int, default=2400)
    parser.add_argument("--heads", default="softmax,arcface,subcentre,balanced")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--backbone", default="small")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--wrong", type=float, default=0.0)
    parser.add_argument("--nameless", type=float, default=0.0)
    asked = parser.parse_args()
    if asked.smoke:
        asked.characters, asked.pictures, asked.epochs, asked.size = 4, 90, 1, 32
        asked.heads, asked.seeds = "softmax,arcface", "0"
    choices = CharacterChoices(
        backbone=asked.backbone, input_size=asked.size, epochs=asked.epochs, device="cpu"
    )
    runs = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "cast"
        write_cast(folder, characters=asked.characters, pictures=asked.pictures)
        truth, taken = plant(folder, asked.wrong, asked.nameless)
        with Library.create(Path(place) / "workspace", folder) as library:
            import_folder(library, Silent())
            add_nameless(library, taken)
            for seed in map(int, asked.seeds.split(",")):
                for head in asked.heads.split(","):
                    began = time.perf_counter()
                    train_and_measure(library, Silent(), replace(choices, head=head, seed=seed))
                    found = read_figures(library)
                    lines = [f"-- {head}, seed {seed}", *report_lines(found)]
                    sys.stdout.write("\n".join(lines) + "\n")
                    sys.stdout.flush()
                    runs.append(
                        {
                            "head": head,
                            "seed": seed,
                            "seconds": round(time.perf_counter() - began, 1),
                            **{
                                band.name: [band.faces, band.top1, band.top5]
                                for band in (*found.bands, *found.others)
                            },
                            "named": found.naming.named,
                            "right": found.naming.right,
                            "refused": found.naming.refused,
                            **questions(library, truth, seed),
                        }
                    )
    result = {"characters": asked.characters, "pictures": asked.pictures, "runs": runs}
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
