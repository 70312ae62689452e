"""The measurements of `reviewer bench`, each a plain function that runs what the program runs.

Every part runs in a process of its own (`run`), so that its peak of memory is its own.
"""

from __future__ import annotations

import gc
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from scipy import sparse

from reviewer.core.ranking.evidence import Answers
from reviewer.core.ranking.presentpairs import PresentPairs, present_histograms
from reviewer.core.ranking.rank import RankOptions, rank_again
from reviewer.core.ranking.scanchanges import RowPairs
from reviewer.core.ranking.scanpass import best_pairs, best_present, histograms
from reviewer.core.ranking.scansearch import Wanted
from reviewer.core.scoreblock import Block
from reviewer.core.tags.tagrows import TagRows
from reviewer.core.types import Category
from reviewer.jobs.bench.data import draw_tags, write_dump, write_pictures, write_scan
from reviewer.jobs.bench.limits import forget, peak_mb, read_rate, stream_rate
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.post_import import import_posts
from reviewer.jobs.questions.streamed import StreamedScan
from reviewer.sources.danbooru import Post
from reviewer.sources.post_blocks import READ_BYTES
from reviewer.store.library import Library
from reviewer.store.scans import ScanFiles, ScanShape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


Figures = dict[str, float]

INSTANCES = 92_700_000
"""Tag instances of Danbooru, to which the load of the image-tag matrix is scaled."""

MILLION = 1_000_000
"""Images that ranking in memory and the queue of one tag are measured with."""

ROUNDS = 3
"""How often a short measurement is made; the quickest counts, as others use the machine too."""


@dataclass(frozen=True)
class Size:
    """How much is measured.

    Attributes:
        images: Of the generated collection.
        tags: That its tagger scores.
        pictures: That a scan reads.
        head_images, head_tags: That heads are fitted for.
    """

    images: int = 333_000
    tags: int = 8_266
    pictures: int = 1024
    head_images: int = 100_000
    head_tags: int = 500


@dataclass
class _Clock:
    seconds: float = 0.0
    cpu: float = 0.0


@contextmanager
def _clock() -> Iterator[_Clock]:
    """Time, and processor time of all threads."""
    found = _Clock()
    began, cpu = time.perf_counter(), time.process_time()
    yield found
    found.seconds, found.cpu = time.perf_counter() - began, time.process_time() - cpu


def generate(place: Path, size: Size) -> Figures:
    """A dump with its (empty) image files; not measured."""
    if not (place / "dump").exists():
        write_dump(place / "dump", size.images)
    return {}


def import_few(place: Path, size: Size) -> Figures:
    """Import of fifty posts: its loops are compiled once a machine, which is not measured."""
    few = place / "few"
    shutil.rmtree(few, ignore_errors=True)
    write_dump(few / "dump", 50)
    with Library.create(few / "workspace", few / "dump") as library:
        import_posts(library, Silent())
    shutil.rmtree(few)
    return {}


def importing(place: Path, size: Size) -> Figures:
    """Import of the dump, against the JSON decoder alone; what it takes on disk; its load."""
    dump, workspace = place / "dump", place / "workspace"
    with _clock() as decoding:
        posts = _decoded(dump / "metadata" / "posts.jsonl")
    gc.collect()
    with Library.create(workspace, dump) as library, _clock() as bringing:
        summary = import_posts(library, Silent()).summary
    instances = int(summary["tag_instances"])
    with Library.open(workspace) as library:
        library.images.tag_rows()
    taken = sum(path.stat().st_size for path in workspace.rglob("*") if path.is_file())
    with Library.open(workspace) as library, _clock() as loading:
        library.images.tag_rows()
    return {
        "import_vs_decode": decoding.seconds / bringing.seconds,
        "import_vs_decode_cpu": decoding.cpu / bringing.cpu,
        "import_posts_per_s": posts / bringing.seconds,
        "bytes_per_tag": taken / instances,
        "matrix_load_s": loading.seconds * max(INSTANCES / instances, 1.0),
        "matrix_load_cpu_s": loading.cpu * max(INSTANCES / instances, 1.0),
        "import_peak_mb": peak_mb(),
        "instances": instances,
    }


def _decoded(path: Path) -> int:
    """Posts in a file, when nothing is done but to decode them as quickly as msgspec can."""
    decoder, posts = msgspec.json.Decoder(Post), 0
    with path.open("rb") as file:
        while lines := file.read(READ_BYTES):
            posts += len(decoder.decode_lines(lines + file.readline()))
    return posts


def ranking_in_memory(place: Path, size: Size) -> Figures:
    """The best 100,000 of a billion scores in memory, against reading them."""
    n_tags = 1000
    blocks = MILLION // 4096
    chance = np.random.default_rng(0)
    base = np.minimum(chance.standard_exponential((n_tags, 4096), np.float32) * 12 + 1, 255)
    scores = np.empty((blocks, n_tags, 4096), np.uint8)
    for number in range(blocks):
        scores[number] = np.roll(base.astype(np.uint8), 13 * number, axis=1)
    slope, offset = chance.uniform(0.05, 0.15, (n_tags, 1)), chance.normal(-20, 1, (n_tags, 1))
    levels = (np.arange(256) * slope + offset).astype(np.float32)
    several = [Block(n * 4096, scores[n]) for n in range(0, blocks, max(blocks // 16, 1))]
    expected = histograms(several, n_tags).astype(np.float64) * (blocks / len(several))
    wanted = Wanted(100_000, 100_000)
    flat = scores.reshape(-1).view(np.uint64)
    read_rate(flat[:1000])
    best_pairs(several[:1], levels, expected, wanted)
    shares, cpu_shares, limits, found = [], [], [], 0
    for _ in range(ROUNDS + 2):
        with _clock() as reading:
            limits.append(read_rate(flat))
        with _clock() as passing:
            pairs = best_pairs(
                (Block(n * 4096, scores[n]) for n in range(blocks)), levels, expected, wanted
            )
        found = len(pairs)
        shares.append(reading.seconds / passing.seconds)
        cpu_shares.append(reading.cpu / passing.cpu)
    return {
        "rank_vs_bandwidth": float(np.median(shares)),
        "rank_vs_bandwidth_cpu": float(np.median(cpu_shares)),
        "memory_gb_s": max(limits) / 1e9,
        "rank_found": found,
    }


def write_large_scan(place: Path, size: Size) -> Figures:
    """A scan of the imported collection; not measured."""
    with Library.open(place / "workspace") as library:
        images, rows = library.images.tag_rows()
        counts = rows.counts()
        vocabulary = library.vocabulary()
        shown = np.array(
            [
                tag_id in vocabulary.tags
                and vocabulary.tags[tag_id].category not in (Category.ARTIST, Category.META)
                for tag_id in range(len(counts))
            ]
        )
        best = np.argsort(-(counts * shown), kind="stable")[: size.tags]
        tags = tuple(sorted(int(tag) for tag in best if counts[tag] > 0))
        files = library.begin_scan(ScanShape("bench", tags, 512))
        if not len(files):
            write_scan(files, images, rows)
    return {}


def ranking_from_disk(place: Path, size: Size) -> Figures:
    """Both sides of the whole scan, against reading its file; then one tag after new answers."""
    with Library.open(place / "workspace") as library:
        files = library.scan("bench")
        if files is None:
            return {}
        vocabulary, options = library.vocabulary(), RankOptions()
        with _clock() as opening:
            scan = StreamedScan.of(library, files, vocabulary, 20, options)
        figures = _against_the_disk(scan)
        with _clock() as passing:
            candidates = scan.candidates(lambda _: None)
        with _clock() as ordering:
            queues = rank_again(candidates, None, options)
        return figures | {
            "rank_open_s": opening.seconds,
            "rank_all_s": passing.seconds,
            "rank_all_cpu_s": passing.cpu,
            "rank_order_s": ordering.seconds,
            "rank_order_cpu_s": ordering.cpu,
            "candidates": len(candidates),
            "questions": len(queues),
            **_wrong_side(scan),
            "rank_peak_mb": peak_mb(),
        }


def _against_the_disk(scan: StreamedScan) -> Figures:
    """The 100,000 most suspicious missing tags of the whole scan, against reading its file."""
    path = scan.files.folder / "scores.u8"
    best_pairs([], np.zeros((1, 256), np.float32), np.zeros((1, 256)), Wanted(1, 1))
    levels, expected = scan.byte_levels()
    shares, limits, cpu = [], [], 0.0
    for _ in range(ROUNDS):
        limits.append(stream_rate(path))
        forget(path)
        with _clock() as passing:
            best_pairs(scan.open_blocks(), levels, expected, Wanted(100_000, 100_000))
        shares.append(path.stat().st_size / passing.seconds / limits[-1])
        cpu = passing.cpu
    return {
        "rank_disk_vs_stream": float(np.median(shares)),
        "rank_disk_cpu_s": cpu,
        "disk_gb_s": float(np.median(limits)) / 1e9,
    }


def _wrong_side(scan: StreamedScan) -> Figures:
    """Time for ten million present pairs: histograms, and the best 100,000."""
    levels = np.tile(np.arange(256, dtype=np.float32), (scan.n_tags, 1))
    times = []
    for _ in range(ROUNDS):
        with _clock() as passing:
            counts = present_histograms(scan.present, scan.alive, scan.n_tags)
            best_present(scan.present, scan.alive, levels, counts, Wanted(100_000, 100_000))
        times.append(passing)
    share = 1e7 / len(scan.present.column)
    return {
        "wrong_side_s_per_10m": min(clock.seconds for clock in times) * share,
        "wrong_side_cpu_s_per_10m": min(clock.cpu for clock in times) * share,
    }


def queueing(place: Path, size: Size) -> Figures:
    """One tag's ranked queue, both sides, after new answers, among a million images."""
    shutil.rmtree(place / "million", ignore_errors=True)
    n_tags = 64
    parts = [rows.columns(range(1, 1 + n_tags)).tocsr() for rows in draw_tags(20_000, 80_000)]
    tags = sparse.vstack(parts * (MILLION // 20_000)).tocsr()
    rows = TagRows(tags.indptr.astype(np.int64), tags.indices.astype(np.uint32))
    files = ScanFiles.create(place / "million", ScanShape("bench", tuple(range(n_tags)), 8))
    images = np.arange(MILLION, dtype=np.int64)
    write_scan(files, images, rows)
    kept, options = files.present(), RankOptions()
    present = PresentPairs(kept.ends, kept.records["column"], kept.records["score"])
    alive, nothing = np.ones(MILLION, bool), RowPairs(np.zeros(0, np.int64), np.zeros(0, np.int64))
    scan = StreamedScan(
        files=files,
        images=images,
        alive=alive,
        columns=np.arange(n_tags, dtype=np.int32),
        present=present,
        counts=present_histograms(present, alive, n_tags),
        closed=nothing,
        dropped=nothing,
        coverage=np.zeros(MILLION, np.float32),
        asked=np.ones(n_tags, bool),
        answers=Answers.none(),
        crossfit=None,
        options=options,
    )
    times = [_queue(scan, column) for column in (0, 0, 5, 10, 20, 30, 40, 50, 60)][1:]
    return {
        "queue_ms": float(np.median([clock.seconds for clock in times])) * 1000,
        "queue_cpu_ms": float(np.median([clock.cpu for clock in times])) * 1000,
    }


def _queue(scan: StreamedScan, column: int) -> _Clock:
    """The time from 300 answers on a tag to its queue."""
    rows = np.arange(0, MILLION, MILLION // 300, dtype=np.int32)[:300]
    answers = Answers(
        rows,
        np.full(len(rows), column, np.int32),
        np.zeros(len(rows), np.uint8),
        (np.arange(len(rows)) % 3 == 0).astype(np.int8),
    )
    with _clock() as passing:
        now = replace(scan, answers=answers)
        rank_again(now.candidates(lambda _: None, only=[column]), answers, scan.options)
    return passing


def refreshing(place: Path, size: Size) -> Figures:
    """Cross-fitted heads on generated embeddings."""
    from model.crossfit import cross_fit_heads
    from model.labels import LabelMatrix
    from model.penalty import choose_penalty

    chance = np.random.default_rng(0)
    basis = chance.normal(size=(64, 512)).astype(np.float32)
    embeddings = np.empty((size.head_images, 512), np.float16)
    share = np.clip(0.4 / np.arange(1, size.head_tags + 1) ** 0.7, 0.001, 0.4)
    truth = chance.normal(size=(64, size.head_tags)).astype(np.float32) / 4
    parts = []
    for start in range(0, size.head_images, 10_000):
        many = min(10_000, size.head_images - start)
        inner = chance.normal(size=(many, 64)).astype(np.float32)
        embeddings[start : start + many] = inner @ basis + chance.normal(size=(many, 512))
        logit = inner @ truth + chance.logistic(size=(many, size.head_tags))
        line = np.quantile(logit[:2000], 1 - share, axis=0).diagonal()
        parts.append(sparse.csr_matrix(logit > line))
    labels = LabelMatrix.from_parts(sparse.vstack(parts).tocsr(), absent_weight=0.7)
    folds = (np.arange(size.head_images) % 5).astype(np.int8)
    with _clock() as fitting:
        config = choose_penalty(embeddings, labels, folds)
        cross_fit_heads(embeddings, labels, folds, config)
    return {
        "refresh_s": fitting.seconds,
        "refresh_cpu_s": fitting.cpu,
        "refresh_peak_mb": peak_mb(),
    }


def scanning(place: Path, size: Size) -> Figures:
    """A scan by a resnet18 of 1,000 tags, against its forward pass alone."""
    from reviewer.jobs.bench.scan import scan_against_forward

    pictures = place / "pictures"
    if not pictures.exists():
        write_pictures(pictures, size.pictures)
    return scan_against_forward(place / "scanned", pictures) | {"scan_peak_mb": peak_mb()}


PARTS = {
    "import": (generate, import_few, importing),
    "memory": (ranking_in_memory,),
    "disk": (generate, import_few, importing, write_large_scan, ranking_from_disk),
    "queue": (queueing,),
    "refresh": (refreshing,),
    "scan": (scanning,),
}
"""What can be measured: each with the steps that it needs, in order."""
