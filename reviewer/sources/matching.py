"""How what the files of each format write is matched with the tags of the collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.sources.hydrus import plain_name
from reviewer.sources.text import name_key, tag_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _hydrus_key(written: str) -> str:
    return plain_name(written)[0]


_KEYS: dict[str, Callable[[str], str]] = {
    "hydrus": _hydrus_key,
    "gallery-dl": name_key,
    "danbooru": str,
    "posts": name_key,
    "xmp": name_key,
    "embedded": name_key,
    "sqlite": name_key,
    "characters": name_key,
}


def key_for(source: str, aliases: Mapping[str, str]) -> Callable[[str], str]:
    """The function from what a file writes to the name of the tag.

    Args:
        source: Name of the format; captions and tables where it is another one.
        aliases: Other names of tags, to the tags' names.
    """
    read = _KEYS.get(source, tag_key)

    def key(written: str) -> str:
        name = read(written)
        return aliases.get(name, name)

    return key
