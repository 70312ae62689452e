from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reviewer.sources.base import NOTHING, Records, SourceRecord

NAMES = st.sampled_from(["1girl", "solo", "long_hair", "hat", "日本", "^_^", ""])
RECORDS = st.builds(
    SourceRecord,
    tags=st.frozensets(NAMES),
    rating=st.sampled_from(["", "s"]),
    score=st.none() | st.integers(-5, 5),
    parent=st.sampled_from(["", "7"]),
)
TOLD = st.lists(st.tuples(st.sampled_from("abcd"), RECORDS))


@given(TOLD, st.dictionaries(NAMES, NAMES))
def test_records_are_as_they_were_put_in(
    told: list[tuple[str, SourceRecord]], names: dict[str, str]
) -> None:
    """Later ones in the place of earlier ones, and tags under their other names."""
    plain: dict[str, SourceRecord] = {}
    records = Records()
    for path, record in told:
        plain[path] = records[path] = record
    assert records == plain
    assert list(records) == list(plain)
    records.rename(names)
    for path, record in plain.items():
        plain[path] = replace(record, tags=frozenset(names.get(tag, tag) for tag in record.tags))
    assert records == plain == Records(plain)
    assert records.tagged() == sum(bool(record.tags) for record in plain.values())
    every = [tag for record in plain.values() for tag in record.tags]
    assert records.counts() == {tag: every.count(tag) for tag in every}
    for path, record in plain.items():
        own = records.numbers(path)
        assert len(own) == len(record.tags)
        assert {records.names[number] for number in own} == record.tags
        assert records.told.get(path, NOTHING) == replace(record, tags=frozenset())
    assert not records.numbers("nowhere")
