"""Broken folders are refused with a sentence that names the file; what is not known is asked."""

from __future__ import annotations

import csv
import json
import pickle
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import load_file, save_file

from model.errors import TaggerProblem
from model.record import MAPPING, read_record
from model.taggers.bring import bring, inspect
from model.taggers.family import NeedsAnswers
from model.version import load_version
from tests.unit.model.taggers import folders, more_folders

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CPU = torch.device("cpu")


def refused(folder: Path, tmp_path: Path, match: str, **answers: str) -> str:
    """Bringing fails with a sentence, and leaves nothing behind."""
    with pytest.raises(TaggerProblem, match=match) as caught:
        bring(inspect(folder, answers), tmp_path / "versions" / "v1", answers)
    assert not (tmp_path / "versions" / "v1").exists()
    assert (
        not list((tmp_path / "versions").glob(".*")) if (tmp_path / "versions").exists() else True
    )
    text = str(caught.value)
    assert text.endswith((".", ")"))
    assert "Traceback" not in text
    return text


def drop_row(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]), encoding="utf-8")


@pytest.mark.parametrize(
    ("make", "listed"),
    [
        (folders.wd_timm, "selected_tags.csv"),
        (folders.wd_onnx, "selected_tags.csv"),
        (folders.animetimm, "selected_tags.csv"),
        (folders.deepghs_onnx, "selected_tags.csv"),
        (more_folders.joytag, "top_tags.txt"),
        (folders.torchvision_checkpoint, "tags.txt"),
        (partial(folders.ml_danbooru, listed="tags.csv"), "tags.csv"),
    ],
)
def test_a_list_with_a_row_too_few_is_refused(
    tmp_path: Path, make: Callable[[Path], folders.Made], listed: str
) -> None:
    made = make(tmp_path / "theirs")
    drop_row(made.folder / listed)
    text = refused(made.folder, tmp_path, "rows")
    assert f"{len(made.names)} outputs" in text
    assert str(len(made.names) - 1) in text


def test_an_empty_or_unknown_folder_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "wd-vit-tagger-v3"
    empty.mkdir()
    assert "WD tagger" in refused(empty, tmp_path, "No tagger was recognised")
    (empty / "notes.txt").write_text("nothing")
    assert "notes.txt" in refused(empty, tmp_path, "No tagger was recognised")
    refused(tmp_path / "nowhere", tmp_path, "nowhere")


@pytest.mark.parametrize("broken", ["not json", "[1, 2]", '{"architecture": "no_such_net"}'])
def test_a_damaged_config_is_refused(tmp_path: Path, broken: str) -> None:
    made = folders.wd_timm(tmp_path / "theirs")
    stored = json.loads((made.folder / "config.json").read_text())
    text = broken if "no_such" not in broken else json.dumps({**stored, **json.loads(broken)})
    (made.folder / "config.json").write_text(text)
    refused(
        made.folder, tmp_path, "no_such_net" if "no_such" in broken else "config.json|recognised"
    )


@pytest.mark.parametrize("key", ["pretrained", "checkpoint_path", "pretrained_cfg", "cache_dir"])
def test_a_config_that_reaches_for_other_files_is_refused(tmp_path: Path, key: str) -> None:
    made = folders.wd_timm(tmp_path / "theirs")
    stored = json.loads((made.folder / "config.json").read_text())
    stored["model_args"][key] = "https://example.org/x"
    (made.folder / "config.json").write_text(json.dumps(stored))
    refused(made.folder, tmp_path, key)


def test_cut_off_and_foreign_weights_are_refused(tmp_path: Path) -> None:
    made = folders.wd_timm(tmp_path / "theirs")
    path = made.folder / "model.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    refused(made.folder, tmp_path, "model.safetensors")
    state = load_file(folders.wd_timm(tmp_path / "more", kind="convnext").folder / path.name)
    save_file(state, path)
    refused(made.folder, tmp_path, "another network")
    path.write_bytes(whole)
    state = load_file(path)
    state["head.weight"] = torch.full_like(state["head.weight"], float("nan"))
    save_file(state, path)
    refused(made.folder, tmp_path, "no numbers")


@pytest.mark.parametrize(
    "make",
    [more_folders.deepdanbooru, folders.autotagger, folders.torchvision_checkpoint],
)
@pytest.mark.parametrize(
    "content", [b"hello, I am not what you think\n", b"", b"[1, 2]", b"\x80\x02}q\x00.", b"(lp0\n"]
)
def test_weights_that_are_none_are_refused(
    tmp_path: Path, make: Callable[[Path], folders.Made], content: bytes
) -> None:
    made = make(tmp_path / "theirs")
    (weights,) = (path for path in made.folder.rglob("*") if path.suffix in {".pt", ".pth"})
    weights.write_bytes(content)
    refused(made.folder, tmp_path, "damaged|cannot be read|holds no|recognised")


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@settings(max_examples=60)
@given(
    content=st.binary(max_size=80) | st.text("(lp0\nI1S'x)}]tRbqX.", max_size=60).map(str.encode)
)
def test_no_bytes_at_all_are_more_than_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "resnet18-abcdef12.pth"
    path.write_bytes(content)
    with pytest.raises(TaggerProblem):
        inspect(path, {})


class Evil:
    """Runs code when it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return (open, ("/tmp/tag-reviewer-was-here", "w"))


def test_pickles_that_hold_more_than_tensors_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    torch.save({"tags": ["a"], "n_Conv_0.weight": Evil()}, folder / "model.pt")
    refused(folder, tmp_path, "more than tensors")
    (folder / "model.pt").unlink()
    (folder / "model.pth").write_bytes(pickle.dumps(Evil(), protocol=2))
    refused(folder, tmp_path, "model.pth")


@pytest.mark.parametrize(
    "location", ["../secret.bin", "/etc/passwd", "..\\secret.bin", "C:\\x", ""]
)
def test_weights_outside_the_folder_are_refused(tmp_path: Path, location: str) -> None:
    made = folders.wd_onnx(tmp_path / "theirs")
    (tmp_path / "secret.bin").write_bytes(bytes(4096))
    path = made.folder / "model.onnx"
    model = onnx.load(str(path))
    tensor = model.graph.initializer[0]
    size = len(tensor.raw_data)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", "0"), ("length", str(size))):
        tensor.external_data.add(key=key, value=value)
    path.write_bytes(model.SerializeToString())
    refused(made.folder, tmp_path, "outside its folder")


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    made = folders.wd_onnx(tmp_path / "theirs")
    path = made.folder / "model.onnx"
    model = onnx.load(str(path))
    onnx.save(model, str(path), save_as_external_data=True, location="w.bin", size_threshold=0)
    bring(inspect(made.folder, {}), tmp_path / "fine" / "v1", {})
    (made.folder / "w.bin").rename(tmp_path / "w.bin")
    (made.folder / "w.bin").symlink_to(tmp_path / "w.bin")
    refused(made.folder, tmp_path, "outside its folder")
    (made.folder / "w.bin").unlink()
    refused(made.folder, tmp_path, r"cannot be read|w\.bin")


def test_operators_of_native_code_are_refused(tmp_path: Path) -> None:
    made = folders.wd_onnx(tmp_path / "theirs")
    path = made.folder / "model.onnx"
    model = onnx.load(str(path))
    model.graph.node[1].domain = "evil.example"
    model.opset_import.append(helper.make_opsetid("evil.example", 1))
    path.write_bytes(model.SerializeToString())
    refused(made.folder, tmp_path, "evil.example")
    path.write_bytes(b"not a graph at all")
    refused(made.folder, tmp_path, "cannot be read as ONNX|damaged")


def test_a_graph_with_two_inputs_is_refused(tmp_path: Path) -> None:
    made = folders.wd_onnx(tmp_path / "theirs")
    path = made.folder / "model.onnx"
    model = onnx.load(str(path))
    model.graph.input.append(folders.value("padding_mask", "batch", 24, 24))
    path.write_bytes(model.SerializeToString())
    refused(made.folder, tmp_path, "mask of its padding")


def test_stages_that_are_not_known_are_refused(tmp_path: Path) -> None:
    made = folders.animetimm(tmp_path / "theirs")
    path = made.folder / "preprocess.json"
    stages = json.loads(path.read_text())["test"]
    path.write_text(json.dumps({"test": [{"type": "random_erasing"}, *stages]}))
    refused(made.folder, tmp_path, "random_erasing")
    path.write_text(json.dumps({"test": [stages[0], {"type": "resize", "size": [48, 64]}]}))
    refused(made.folder, tmp_path, "preprocess.json")
    path.write_text("{}")
    refused(made.folder, tmp_path, "no stages")


def test_camie_without_its_output_or_with_gaps_is_refused(tmp_path: Path) -> None:
    made = folders.camie(tmp_path / "theirs")
    path = made.folder / "camie-tagger-v2-metadata.json"
    record = json.loads(path.read_text())
    names = record["dataset_info"]["tag_mapping"]["idx_to_tag"]
    names["99"] = names.pop("3")
    path.write_text(json.dumps(record))
    refused(made.folder, tmp_path, "without gaps")


def test_what_is_not_known_is_asked_and_never_guessed(tmp_path: Path) -> None:
    made = folders.wd_onnx(tmp_path / "theirs")
    nodes, weights = folders.body("x", nhwc=False)
    nodes.append(helper.make_node("Gemm", ["features", "w"], ["y"]))
    weights.append(folders.weight("w", 6, len(made.names)))
    folders.save_graph(
        made.folder / "model.onnx", nodes, weights,
        [folders.value("x", "n", 3, 24, 24)], [folders.value("y", "n", len(made.names))],
    )  # fmt: skip
    with pytest.raises(NeedsAnswers, match="--set channels=rgb") as caught:
        inspect(made.folder, {})
    keys = {question.key for question in caught.value.questions}
    assert keys == {"channels", "range", "norm", "fit", "resample"}
    answers = {"channels": "rgb", "range": "1", "norm": "clip", "resample": "bilinear"}
    with pytest.raises(NeedsAnswers, match="fit"):
        inspect(made.folder, answers)
    refused(made.folder, tmp_path, "fit=sideways", **answers, fit="sideways")
    answers |= {"fit": "inside", "pad": "edge"}
    record = bring(inspect(made.folder, answers), tmp_path / "v", answers)
    config = record.config
    assert (config.channels, config.peak, config.fit, config.pad_edge) == ("rgb", 1, "inside", True)
    assert config.mean == pytest.approx(folders.CLIP[0])
    assert config.resample == "bilinear"


def test_a_timm_folder_of_another_maker_is_asked_about(tmp_path: Path) -> None:
    made = folders.wd_timm(tmp_path / "theirs")
    path = made.folder / "selected_tags.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    rows[0][0] = "id"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    with pytest.raises(NeedsAnswers) as caught:
        inspect(made.folder, {})
    assert {question.key for question in caught.value.questions} == {"channels", "fit"}
    found = inspect(made.folder, {"channels": "rgb", "fit": "stretch"})
    assert found.family.key == "timm"
    assert (found.described.config.channels, found.described.config.fit) == ("rgb", "stretch")


def test_what_the_files_say_can_be_overruled(tmp_path: Path) -> None:
    made = folders.wd_timm(tmp_path / "theirs")
    config = inspect(made.folder, {"pad": "1,2,3", "resample": "lanczos"}).described.config
    assert (config.pad_colour, config.resample, config.channels) == ((1, 2, 3), "lanczos", "bgr")
    refused(made.folder, tmp_path, "pad=1,2", pad="1,2")


def test_a_checkpoint_without_a_list_takes_the_collections_tags(tmp_path: Path) -> None:
    made = folders.torchvision_checkpoint(tmp_path / "theirs")
    (made.folder / "tags.txt").unlink()
    inspected = inspect(made.folder, {})
    assert "no list of tags" in dict(inspected.words)["note"]
    refused(made.folder, tmp_path, "names one tag a line")
    bring(inspected, tmp_path / "v", {}, tags=[("hat", 0), ("cat", 0)])
    tagger, record = load_version(tmp_path / "v", CPU)
    assert record.tags == [("hat", 0), ("cat", 0)]
    assert not tagger.head.weight.any()


def test_a_table_of_another_tagger_is_refused(tmp_path: Path) -> None:
    made = folders.wd_onnx(tmp_path / "theirs")
    bring(inspect(made.folder, {}), tmp_path / "v", {})
    (tmp_path / "v" / MAPPING).write_text("own,tag,category\nhat,hat,0\n")
    with pytest.raises(TaggerProblem, match="another tagger"):
        read_record(tmp_path / "v")
    (tmp_path / "v" / MAPPING).write_text("own,category\nhat,0\n")
    with pytest.raises(TaggerProblem, match="damaged"):
        read_record(tmp_path / "v")


def test_outputs_without_a_tag_here_are_left_out_of_a_scan(tmp_path: Path) -> None:
    made = folders.camie(tmp_path / "theirs")
    bring(inspect(made.folder, {}), tmp_path / "v", {})
    whole, record = load_version(tmp_path / "v", CPU)
    lines = [f"{name},{name if name in {'hat', 'smile'} else ''},{c}" for name, c in record.outputs]
    (tmp_path / "v" / MAPPING).write_text("own,tag,category\n" + "\n".join(lines) + "\n")
    kept, record = load_version(tmp_path / "v", CPU)
    assert [name for name, _ in record.tags] == ["smile", "hat"]
    x = torch.rand(2, 3, 32, 32)
    rows = [made.names.index(name) for name in ("smile", "hat")]
    with torch.inference_mode():
        np.testing.assert_array_equal(kept(x)[0].numpy(), whole(x)[0].numpy()[:, rows])


def test_half_precision_weights_are_read(tmp_path: Path) -> None:
    made = folders.wd_timm(tmp_path / "theirs")
    path = made.folder / "model.safetensors"
    save_file({name: part.half() for name, part in load_file(path).items()}, path)
    record = bring(inspect(made.folder, {}), tmp_path / "v", {})
    assert load_version(record.folder, CPU)[0].head.weight.dtype is torch.float32


def test_a_head_as_a_constant_or_turned_is_found(tmp_path: Path) -> None:
    """Exporters write the last product in several ways."""
    from model.networks.onnx_graph import find_head

    matrix = np.random.default_rng(1).standard_normal((6, 4)).astype(np.float32)
    constant = numpy_helper.from_array(matrix.T.copy(), "w")
    nodes = [
        helper.make_node("Constant", [], ["w"], value=constant),
        helper.make_node("Transpose", ["w"], ["turned"], perm=[1, 0]),
        helper.make_node("MatMul", ["x", "turned"], ["product"]),
        helper.make_node("Add", ["bias", "product"], ["sum"]),
        helper.make_node("Reshape", ["sum", "shape"], ["y"]),
        helper.make_node("Sigmoid", ["y"], ["out"]),
    ]
    weights = [
        numpy_helper.from_array(np.arange(4, dtype=np.float32), "bias"),
        numpy_helper.from_array(np.array([-1, 4]), "shape"),
    ]
    graph = helper.make_graph(
        nodes, "g", [folders.value("x", 1, 6)], [folders.value("out", 1, 4)], weights
    )
    head = find_head(graph, "out")
    assert head is not None
    np.testing.assert_array_equal(head.weight, matrix.T)
    np.testing.assert_array_equal(head.bias, np.arange(4))
    assert (head.source, head.pools) == ("x", False)
    graph.node[2].op_type = "Max"
    assert find_head(graph, "out") is None
