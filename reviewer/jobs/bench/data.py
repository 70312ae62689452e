"""Collections of any size with Danbooru's shape: long-tailed tags, about 28 an image.

Tags are drawn as Danbooru2021 has them at 3.33 million images: 365,000, half of them on a handful,
8,000 on 900 images or more, the most frequent one on two thirds of all. Fewer images are a random
part of those, which meets fewer of the rare tags.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from PIL import Image, ImageDraw
from scipy import sparse

from reviewer.core.tags.tagrows import TagRows
from reviewer.store.scans import BLOCK_IMAGES, PRESENT, ROW, ScanFiles, quantise

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

DANBOORU_IMAGES = 3_330_000
DANBOORU_TAGS = 365_000
TAGS_AN_IMAGE = 28
WIDEST = 96

HEAD = 3.2
"""How flat the first tags are: with it they are on 62, 52, 46, 40 and 36 of 100 images."""

BEND = 11_000.0
"""Place among the tags from which on they become rare faster than by Zipf's law."""

CATEGORIES = ("general", "artist", "copyright", "character", "meta")


def draw_tags(n_images: int, n_tags: int, seed: int = 0) -> Iterator[TagRows]:
    """Tags (0 the most frequent) of the images, ten thousand images at a time."""
    chance = np.random.default_rng(seed)
    place = np.arange(n_tags)
    weight = 1.0 / ((place + HEAD) * (1.0 + place / BEND) ** 0.8)
    reached = np.cumsum(weight / weight.sum())
    for start in range(0, n_images, 10_000):
        count = min(10_000, n_images - start)
        wanted = np.clip(chance.lognormal(3.22, 0.47, count), 1, WIDEST - 32).astype(int)
        drawn = np.searchsorted(reached, chance.random((count, WIDEST))).clip(max=n_tags - 1)
        first = np.ones(drawn.shape, bool)
        order = np.argsort(drawn, axis=1, kind="stable")
        ordered = np.take_along_axis(drawn, order, axis=1)
        again = np.zeros(drawn.shape, bool)
        again[:, 1:] = ordered[:, 1:] == ordered[:, :-1]
        np.put_along_axis(first, order, ~again, axis=1)
        kept = first & (np.cumsum(first, axis=1) <= wanted[:, None])
        starts = np.concatenate([[0], np.cumsum(kept.sum(axis=1))])
        yield TagRows(starts.astype(np.int64), drawn[kept].astype(np.uint32))


def tag_names(n_tags: int) -> list[str]:
    """Names of about the usual length."""
    parts = ["hair", "blue", "eyes", "_long", "girl", "dress", "_red", "hat", "o", "smile", "_x"]
    names = []
    for number in range(n_tags):
        word = "".join(parts[number // 11**place % 11] for place in range(3))
        names.append(f"{word.strip('_')}_{number}")
    return names


def category_of(tag: int) -> str:
    """Most frequent tags are general; of the long tail a third each artist and character."""
    if tag < 3000:
        return ("general", "general", "general", "meta" if tag % 31 == 3 else "general")[tag % 4]
    return ("artist", "character", "general", "copyright", "artist", "character")[tag % 6]


def write_dump(folder: Path, n_images: int, seed: int = 0) -> int:
    """A dump as of 2021: JSON lines with all fields of a post, empty image files in buckets.

    Returns:
        Tag instances.
    """
    names = tag_names(DANBOORU_TAGS)
    kinds = [CATEGORIES.index(category_of(tag)) for tag in range(DANBOORU_TAGS)]
    chance = np.random.default_rng(seed + 1)
    (folder / "metadata").mkdir(parents=True)
    for bucket in range(1000):
        (folder / "512px" / f"{bucket:04}").mkdir(parents=True)
    post_id, instances = 0, 0
    with (folder / "metadata" / "posts.jsonl").open("wb") as file:
        for rows in draw_tags(n_images, DANBOORU_TAGS, seed):
            instances += rows.instances
            steps = chance.integers(1, 4, len(rows)).tolist()
            words = chance.integers(0, 2**62, (len(rows), 2)).tolist()
            for place, (step, word) in enumerate(zip(steps, words, strict=True)):
                post_id += step
                tags = rows.of_image(place).tolist()
                file.write(_post(post_id, word, [(names[tag], kinds[tag]) for tag in tags]))
                (folder / "512px" / f"{post_id % 1000:04}" / f"{post_id}.jpg").touch()
    return instances


def _post(post_id: int, word: list[int], tags: list[tuple[str, int]]) -> bytes:
    """One line: every field that the site's API gives, tags twice as it does."""
    md5 = f"{word[0]:016x}{word[1]:016x}"
    tags.sort()
    parts = [" ".join(name for name, kind in tags if kind == wanted) for wanted in range(5)]
    day = f"20{post_id % 15 + 10:02}-{post_id % 12 + 1:02}-{post_id % 28 + 1:02}"
    pixiv = word[0] % 90_000_000 + 10_000_000
    sources = (
        f"https://i.pximg.net/img-original/img/{day.replace('-', '/')}/00/12/34/{pixiv}_p0.jpg",
        f"https://twitter.com/artist_{pixiv % 9999}/status/{word[1]}",
        "",
    )
    site = "https://cdn.donmai.us"
    post = {
        "id": post_id,
        "created_at": f"{day}T04:51:22.121-04:00",
        "uploader_id": word[1] % 999_999,
        "score": word[0] % 90 - 5,
        "source": sources[(0, 0, 0, 1, 2)[post_id % 5]],
        "md5": md5,
        "last_comment_bumped_at": None,
        "rating": "sqe"[word[1] % 3],
        "image_width": word[0] % 3000 + 500,
        "image_height": word[1] % 4000 + 500,
        "tag_string": " ".join(name for name, _ in tags),
        "fav_count": word[0] % 300,
        "file_ext": "jpg",
        "last_noted_at": None,
        "parent_id": None,
        "has_children": False,
        "approver_id": None,
        **{f"tag_count_{kind}": len(parts[n].split()) for n, kind in enumerate(CATEGORIES)},
        "file_size": word[0] % 5_000_000 + 10_000,
        "up_score": word[0] % 90,
        "down_score": 0,
        "is_pending": False,
        "is_flagged": False,
        "is_deleted": False,
        "tag_count": len(tags),
        "updated_at": f"{day}T11:02:03.000-04:00",
        "is_banned": False,
        "pixiv_id": pixiv,
        "last_commented_at": None,
        "has_active_children": False,
        "bit_flags": 0,
        "has_large": True,
        "has_visible_children": False,
        **{f"tag_string_{kind}": parts[n] for n, kind in enumerate(CATEGORIES)},
        "file_url": f"{site}/original/{md5[:2]}/{md5[2:4]}/{md5}.jpg",
        "large_file_url": f"{site}/sample/{md5[:2]}/{md5[2:4]}/sample-{md5}.jpg",
        "preview_file_url": f"{site}/preview/{md5[:2]}/{md5[2:4]}/{md5}.jpg",
    }
    return msgspec.json.encode(post) + b"\n"


def write_scan(files: ScanFiles, images: NDArray[np.int64], tags: TagRows) -> None:
    """Scores of a whole scan, written as a finished one lies on the disk.

    Absent tags score about -6, present ones about 2, each a few in a thousand far from that. An
    embedding is the sum of its tags' directions, and noise: heads that learn from it find them.

    Args:
        files: Just begun.
        images: (N,) ids, ascending.
        tags: Tag ids of each.
    """
    n_tags = len(files.shape.tags)
    chance = np.random.default_rng(0)
    base = [_absent(chance, (n_tags, BLOCK_IMAGES)) for _ in range(2)]
    directions = chance.standard_normal((n_tags, files.shape.width), np.float32)
    numbers = tags.column_numbers(files.shape.tags)
    full = len(images) // BLOCK_IMAGES * BLOCK_IMAGES
    with (
        (files.folder / "scores.u8").open("wb") as scores,
        (files.folder / "present.bin").open("wb") as present,
        (files.folder / "present.i64").open("wb") as ends,
        (files.folder / "embeddings.f16").open("wb") as embeddings,
    ):
        total = 0
        for start in range(0, len(images), BLOCK_IMAGES):
            rows = np.arange(start, min(start + BLOCK_IMAGES, len(images)))
            part = tags.take(rows)
            owner = np.repeat(np.arange(len(rows)), np.diff(part.starts))
            columns = numbers[part.tags]
            known = columns >= 0
            # Other images, the same machine: a shift makes a block that was not seen before.
            block = np.roll(base[start // BLOCK_IMAGES % 2], start // BLOCK_IMAGES * 7, axis=1)
            block[columns[known], owner[known]] = 0
            records = np.zeros(int(known.sum()), PRESENT)
            records["column"] = columns[known]
            records["score"] = np.clip(chance.normal(2, 2.5, len(records)) * 256, -32768, 32767)
            present.write(records.tobytes())
            upto = np.cumsum(np.bincount(owner[known], minlength=len(rows)))
            ends.write((total + upto).astype(np.int64).tobytes())
            total += len(records)
            shown = (np.ones(len(records), np.float32), columns[known], np.append(0, upto))
            signal = sparse.csr_matrix(shown, (len(rows), n_tags)) @ directions
            signal += chance.standard_normal(signal.shape, np.float32)
            embeddings.write(signal.astype(np.float16).tobytes())
            if start < full:
                scores.write(block.tobytes())
            else:
                tail = np.ascontiguousarray(block[:, : len(rows)].T)
                (files.folder / f"tail-{full}.u8").write_bytes(tail.tobytes())
    if full == len(images):
        (files.folder / f"tail-{full}.u8").touch()
    records = np.zeros(len(images), ROW)
    records["image"] = images
    records["hash"] = chance.integers(0, 2**63, len(images), dtype=np.uint64)
    (files.folder / "rows.bin").write_bytes(records.tobytes())


def _absent(chance: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.uint8]:
    logits = chance.standard_exponential(shape, np.float32)
    logits *= np.float32(1.1)
    logits -= np.float32(7.5)
    return quantise(logits)


def write_pictures(folder: Path, count: int) -> None:
    """JPEGs of a size and weight that is usual: shapes over a soft ground, with some grain."""
    chance, side = np.random.default_rng(0), 512
    folder.mkdir(parents=True)
    for number in range(count):
        ground = Image.fromarray(chance.integers(0, 256, (12, 12, 3), dtype=np.uint8))
        picture = ground.resize((side, side), Image.Resampling.BICUBIC)
        pen = ImageDraw.Draw(picture)
        for _ in range(25):
            x, y, w, h = chance.integers(0, side, 4).tolist()
            red, green, blue = chance.integers(0, 256, 3).tolist()
            pen.ellipse((x, y, x + w // 3, y + h // 3), fill=(red, green, blue))
        grain = chance.normal(0, 6, (side, side, 1))
        pixels = np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:05}.jpg", quality=88)
