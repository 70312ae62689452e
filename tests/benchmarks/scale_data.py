"""Collections of any size with Danbooru's shape: long-tailed tags, about 28 an image.

Numbers as of Danbooru2021: 365,000 tags over 3.33 million images, the most frequent on two thirds
of them, half of the tags on fewer than five.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.tagrows import TagRows

if TYPE_CHECKING:
    from collections.abc import Iterator

DANBOORU_IMAGES = 3_330_000
DANBOORU_TAGS = 365_000
TAGS_AN_IMAGE = 28
WIDEST = 96
CATEGORIES = ("general", "artist", "copyright", "character", "meta")


def tags_for(n_images: int) -> int:
    """Tags that so many images have among them; a part of Danbooru has fewer of the rare ones."""
    return max(int(DANBOORU_TAGS * (n_images / DANBOORU_IMAGES) ** 0.7), 100)


def draw_tags(n_images: int, n_tags: int, seed: int = 0) -> Iterator[TagRows]:
    """Tags (0 the most frequent) of the images, ten thousand images at a time."""
    chance = np.random.default_rng(seed)
    weight = 1.0 / (np.arange(n_tags) + 12.0) ** 1.08
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
    syllables = [
        "hair",
        "blue",
        "eyes",
        "_long",
        "girl",
        "dress",
        "_red",
        "hat",
        "o",
        "smile",
        "_x",
    ]
    names = []
    for number in range(n_tags):
        parts = (number % 11, number // 11 % 11, number // 121 % 11)
        names.append("".join(syllables[part] for part in parts).strip("_") + f"_{number}")
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
    n_tags = tags_for(n_images)
    names = tag_names(n_tags)
    kinds = [CATEGORIES.index(category_of(tag)) for tag in range(n_tags)]
    chance = np.random.default_rng(seed + 1)
    (folder / "metadata").mkdir(parents=True)
    for bucket in range(1000):
        (folder / "512px" / f"{bucket:04}").mkdir(parents=True)
    post_id, instances = 0, 0
    with (folder / "metadata" / "posts.jsonl").open("w", encoding="utf-8") as file:
        for rows in draw_tags(n_images, n_tags, seed):
            instances += rows.instances
            steps = chance.integers(1, 4, len(rows)).tolist()
            words = chance.integers(0, 2**62, (len(rows), 2)).tolist()
            for place, (step, word) in enumerate(zip(steps, words, strict=True)):
                post_id += step
                tags = rows.of_image(place).tolist()
                file.write(_post(post_id, word, [(names[tag], kinds[tag]) for tag in tags]))
                (folder / "512px" / f"{post_id % 1000:04}" / f"{post_id}.jpg").touch()
    return instances


def _post(post_id: int, word: list[int], tags: list[tuple[str, int]]) -> str:
    """One line: every field that the site's API gives, tags twice as it does."""
    md5 = f"{word[0]:016x}{word[1]:016x}"
    tags.sort()
    parts = [" ".join(name for name, kind in tags if kind == wanted) for wanted in range(5)]
    day = f"20{post_id % 15 + 10:02}-{post_id % 12 + 1:02}-{post_id % 28 + 1:02}"
    pixiv = word[0] % 90_000_000 + 10_000_000
    source = (
        f"https://i.pximg.net/img-original/img/{day.replace('-', '/')}/00/12/34/{pixiv}_p0.jpg"
        if post_id % 10 < 6
        else (
            f"https://twitter.com/artist_{pixiv % 9999}/status/{word[1]}"
            if post_id % 10 < 8
            else ""
        )
    )
    return (
        f'{{"id":{post_id},"created_at":"{day}T04:51:22.121-04:00","uploader_id":{word[1] % 999999},'
        f'"score":{word[0] % 90 - 5},"source":"{source}","md5":"{md5}",'
        f'"last_comment_bumped_at":null,"rating":"{"sqe"[word[1] % 3]}","image_width":{word[0] % 3000 + 500},'
        f'"image_height":{word[1] % 4000 + 500},"tag_string":"{" ".join(name for name, _ in tags)}",'
        f'"fav_count":{word[0] % 300},"file_ext":"jpg","last_noted_at":null,"parent_id":null,'
        f'"has_children":false,"approver_id":null,"tag_count_general":{len(parts[0].split())},'
        f'"tag_count_artist":{len(parts[1].split())},"tag_count_character":{len(parts[3].split())},'
        f'"tag_count_copyright":{len(parts[2].split())},"file_size":{word[0] % 5000000 + 10000},'
        f'"up_score":{word[0] % 90},"down_score":0,"is_pending":false,"is_flagged":false,'
        f'"is_deleted":false,"tag_count":{len(tags)},"updated_at":"{day}T11:02:03.000-04:00",'
        f'"is_banned":false,"pixiv_id":{pixiv},"last_commented_at":null,"has_active_children":false,'
        f'"bit_flags":0,"tag_count_meta":{len(parts[4].split())},"has_large":true,'
        f'"has_visible_children":false,"tag_string_general":"{parts[0]}","tag_string_character":"{parts[3]}",'
        f'"tag_string_copyright":"{parts[2]}","tag_string_artist":"{parts[1]}","tag_string_meta":"{parts[4]}",'
        f'"file_url":"https://cdn.donmai.us/original/{md5[:2]}/{md5[2:4]}/{md5}.jpg",'
        f'"large_file_url":"https://cdn.donmai.us/sample/{md5[:2]}/{md5[2:4]}/sample-{md5}.jpg",'
        f'"preview_file_url":"https://cdn.donmai.us/preview/{md5[:2]}/{md5[2:4]}/{md5}.jpg"}}\n'
    )
