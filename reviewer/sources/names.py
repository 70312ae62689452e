"""One name a tag: aliases of a reading are resolved, and implications cut to what is needed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from reviewer.sources.base import Reading


def settle_names(reading: Reading, known: Mapping[str, str] | None = None) -> None:
    """Replaces aliases in the records by the tags that they name, and notes how many.

    The files stay as they are. A chain of aliases is followed to its end; one that comes back to
    itself names nothing.

    Args:
        reading: Is changed.
        known: Aliases (to tag names) of earlier imports; the reading's own count first.
    """
    names = _ends({**(known or {}), **reading.aliases})
    reading.aliases = {alias: names[alias] for alias in reading.aliases if alias in names}
    used = reading.records.counts() if names else {}
    counted = Counter({alias: used[alias] for alias in sorted(names.keys() & used.keys())})
    reading.records.rename({alias: names[alias] for alias in counted})
    for alias in counted:
        if alias in reading.categories:
            reading.categories.setdefault(names[alias], reading.categories[alias])
    if counted:
        examples = ", ".join(f"{n} as {names[n]}" for n, _ in counted.most_common(3))
        reading.notes.append(
            f"Other names of tags, {counted.total():,} in all, were read as the tag: {examples}. "
            "The files keep their text."
        )


def needed_implications(
    pairs: Iterable[tuple[str, str]], used: Collection[str]
) -> list[tuple[str, str]]:
    """The (child, parent) pairs that can matter: of tags in use, and of what these imply."""
    parents: dict[str, list[str]] = {}
    for child, parent in pairs:
        parents.setdefault(child, []).append(parent)
    seen = set(used)
    waiting = [name for name in used if name in parents]
    needed = []
    while waiting:
        child = waiting.pop()
        for parent in parents[child]:
            needed.append((child, parent))
            if parent not in seen:
                seen.add(parent)
                if parent in parents:
                    waiting.append(parent)
    return needed


def _ends(aliases: Mapping[str, str]) -> dict[str, str]:
    """The last name of every chain; those that run in a circle are left out."""
    ends = {}
    for alias in aliases:
        seen = {alias}
        name = aliases[alias]
        while name in aliases and name not in seen:
            seen.add(name)
            name = aliases[name]
        if name not in seen:
            ends[alias] = name
    return ends
