from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
import torch

from model.backbones import create_tagger
from model.config import TaggerConfig
from model.errors import TaggerProblem
from model.record import read_record
from model.version import load_version, save_version

CPU = torch.device("cpu")
CONFIG = TaggerConfig(backbone="shufflenet_v2_x0_5", input_size=32, pad_colour=(3, 2, 1))
TAGS = [("long hair", 0), ('a "quoted", tag', 4), ("青い空", 3), ("=1+1", 0)]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("versions") / "v1"
    torch.manual_seed(1)
    tagger = create_tagger(CONFIG, len(TAGS))
    metrics = {"map": 0.5, "tags": {"a": {"f1": float("nan")}}}
    save_version(folder, tagger, CONFIG, TAGS, metrics, {"seed": 4, "parent": None})
    return folder


@pytest.fixture
def copy(saved: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(saved, tmp_path / "copy"))


def test_a_version_comes_back_bit_for_bit(tmp_path: Path):
    tagger = create_tagger(CONFIG, len(TAGS)).eval()
    save_version(tmp_path / "v", tagger, CONFIG, TAGS, {}, {})
    loaded, record = load_version(tmp_path / "v", CPU)
    for name, tensor in tagger.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], tensor), name
    assert record.config == CONFIG
    assert record.tags == TAGS
    assert not loaded.training


def test_a_version_is_on_disk_when_it_is_saved(tmp_path: Path, synced: list[int]):
    folder = tmp_path / "v"
    save_version(folder, create_tagger(CONFIG, len(TAGS)), CONFIG, TAGS, {}, {})
    wanted = [folder, *folder.iterdir(), tmp_path]
    if os.name == "nt":
        wanted = [path for path in wanted if path.is_file()]
    assert {path.stat().st_ino for path in wanted} == set(synced)
    assert synced[-1] == wanted[-1].stat().st_ino


def test_the_record_is_read_without_the_weights(saved: Path):
    record = read_record(saved)
    assert record.metrics == {"map": 0.5, "tags": {"a": {"f1": None}}}
    assert record.train == {"seed": 4, "parent": None}
    assert sorted(path.name for path in saved.iterdir()) == [
        "config.json",
        "metrics.json",
        "model.safetensors",
        "tags.csv",
        "train.json",
    ]


def test_a_version_is_never_overwritten_and_leaves_nothing_aside(saved: Path):
    tagger = create_tagger(CONFIG, len(TAGS))
    with pytest.raises(TaggerProblem, match="there already"):
        save_version(saved, tagger, CONFIG, TAGS, {}, {})
    assert [path.name for path in saved.parent.iterdir()] == ["v1"]


def test_what_a_killed_save_left_aside_is_no_version_and_does_no_harm(tmp_path: Path):
    aside = tmp_path / ".v.part"
    aside.mkdir()
    (aside / "model.safetensors").write_bytes(b"half")
    with pytest.raises(TaggerProblem, match="no version"):
        read_record(tmp_path / "v")
    save_version(tmp_path / "v", create_tagger(CONFIG, len(TAGS)), CONFIG, TAGS, {}, {})
    load_version(tmp_path / "v", CPU)


def test_tags_must_fit_the_outputs(tmp_path: Path):
    with pytest.raises(TaggerProblem, match="4 tags for 3 outputs"):
        save_version(tmp_path / "v", create_tagger(CONFIG, 3), CONFIG, TAGS, {}, {})


@pytest.mark.parametrize(
    "name", ["model.safetensors", "config.json", "tags.csv", "metrics.json", "train.json"]
)
def test_a_missing_file_is_named(copy: Path, name: str):
    (copy / name).unlink()
    with pytest.raises(TaggerProblem, match=name):
        load_version(copy, CPU)


@pytest.mark.parametrize(
    "name", ["model.safetensors", "config.json", "tags.csv", "metrics.json", "train.json"]
)
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00broken", b"[1, 2]"])
def test_a_damaged_file_is_named(copy: Path, name: str, content: bytes):
    (copy / name).write_bytes(content)
    with pytest.raises(TaggerProblem, match=name):
        load_version(copy, CPU)


def test_a_cut_off_weights_file_is_refused(copy: Path):
    path = copy / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(TaggerProblem, match=r"model\.safetensors"):
        load_version(copy, CPU)


def change_config(folder: Path, **values: object) -> None:
    path = folder / "config.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored["tagger"].update(values)
    path.write_text(json.dumps(stored), encoding="utf-8")


def test_tags_of_another_version_are_refused(copy: Path):
    with (copy / "tags.csv").open("a", encoding="utf-8") as file:
        file.write("one more,0\n")
    with pytest.raises(TaggerProblem, match=r"5 tags.*4 outputs"):
        load_version(copy, CPU)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"backbone": "../../etc/passwd"}, "passwd"),
        ({"backbone": "resnet18"}, "do not fit the network resnet18"),
        ({"input_size": -5}, "input_size"),
        ({"resample": 7}, "damaged"),
    ],
)
def test_a_config_that_does_not_fit_is_refused(copy: Path, values: dict[str, object], word: str):
    change_config(copy, **values)
    with pytest.raises(TaggerProblem, match=word):
        load_version(copy, CPU)


def test_a_newer_format_is_refused(copy: Path):
    path = copy / "config.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**stored, "format": 4}), encoding="utf-8")
    with pytest.raises(TaggerProblem, match="newer program"):
        read_record(copy)


class Trap:
    """Runs code when unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return (open, (str(self.path), "w"))


def test_a_pickle_in_the_folder_is_never_touched(copy: Path, tmp_path: Path):
    sprung = tmp_path / "sprung"
    for name in ("pytorch_model.bin", "model.pth", "optimizer.pt"):
        torch.save(Trap(sprung), copy / name)
    load_version(copy, CPU)
    (copy / "model.safetensors").unlink()
    with pytest.raises(TaggerProblem, match=r"model\.safetensors is missing"):
        load_version(copy, CPU)
    torch.save(Trap(sprung), copy / "model.safetensors")
    with pytest.raises(TaggerProblem, match=r"model\.safetensors"):
        load_version(copy, CPU)
    assert not sprung.exists()
