"""A version on an engine: which one, its graph written once, what it loses told before that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.errors import TaggerError, UsageError
from reviewer.jobs.engines.judging import judge, judge_once, refuse_loss
from reviewer.jobs.engines.sample import draw_sample, read_sample
from reviewer.jobs.scans.rescoring import embedded_by
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.settings import load as load_settings
from reviewer.store.disk import replacing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from model.engines.engine import Engine
    from model.engines.quality import Quality
    from model.predict import Predictor
    from reviewer.jobs.context import Listener
    from reviewer.jobs.scans.choices import ScanChoices
    from reviewer.store.library import Library


def choose_engine(library: Library, version: str, choices: ScanChoices) -> Engine:
    """The engine for a scan.

    Args:
        library: The collection.
        version: To be scanned with.
        choices: Of the user.

    Raises:
        SourceError: The settings cannot be read.
        UsageError: There is no such engine, the scan was begun with another, or the device is not
            the CPU.
        TaggerError: A version or the device cannot be used.
    """
    from model.engines.engine import Engine

    asked, device = choices.engine, choices.device
    if asked and asked not in set(Engine):
        raise UsageError(f'There is no engine "{asked}"; use {", ".join(Engine)}.')
    begun = begun_with(library, version)
    if begun is not None:
        engine = engine_behind(begun)
        if asked and asked != engine:
            raise UsageError(
                f"Version {version} was scanned with the engine {engine}, and the scores of two "
                f"engines do not mix. Delete {library.workspace.scans / version} to scan it "
                "again, or leave out --engine."
            )
    elif asked:
        engine = Engine(asked)
    else:
        engine = _of_the_parent(library, version) or _usual(device)
    if engine is not Engine.TORCH and device not in {"auto", "cpu"}:
        raise UsageError(f"The engine {engine} runs on the CPU alone; leave out --device.")
    return engine


def begun_with(library: Library, version: str) -> str | None:
    """What stands for the engine in a scan's files; `None` where nothing is scanned yet."""
    files = library.scan(version)
    return files.shape.engine if files is not None and len(files) else None


def engine_behind(identity: str) -> Engine:
    """The engine of what a scan's files say."""
    from model.engines.engine import Engine

    return Engine(identity.partition("-")[0] or Engine.TORCH)


def _of_the_parent(library: Library, version: str) -> Engine | None:
    """The engine of the embeddings that a version shares with the one before."""
    with tagger_errors():
        files = embedded_by(library, version)
    return engine_behind(files.shape.engine) if files is not None else None


def _usual(device: str) -> Engine:
    """The engine of the settings, where no GPU does the work."""
    from model.device import choose_device
    from model.engines.engine import Engine

    usual = Engine(load_settings().engine)
    if usual is Engine.TORCH:
        return usual
    with tagger_errors():
        on_cpu = choose_device(device).kind == "cpu"
    return usual if on_cpu else Engine.TORCH


def open_on(
    library: Library, listener: Listener, version: str, choices: ScanChoices
) -> tuple[Predictor, str]:
    """A version on the engine for its scan, made ready and judged where that was not done yet.

    Args:
        library: The collection.
        listener: Hears of progress, and what the engine loses.
        version: Its name.
        choices: Of the user.

    Returns:
        The version, and what stands for the engine in the scan's files: empty for torch.

    Raises:
        UsageError: As `choose_engine`, or the graph that the scan was begun with is gone.
        TaggerError: The version cannot be used, or the engine loses too much.
        StoreError: The graph cannot be written.
    """
    from model.engines.engine import Engine
    from model.predict import Predictor

    engine, begun = choose_engine(library, version, choices), begun_with(library, version)
    if engine is not Engine.TORCH:
        try:
            return _judged(library, listener, version, engine, choices)
        except TaggerError as problem:
            if choices.engine or begun is not None:
                raise
            # The settings name it for all collections; nobody asked for it here.
            listener.note(f"{problem} This scan runs on torch.")
    with tagger_errors():
        return Predictor.load(library.version_folder(version), choices.device), ""


def _judged(
    library: Library, listener: Listener, version: str, engine: Engine, choices: ScanChoices
) -> tuple[Predictor, str]:
    """A version on an engine that is not torch, and what stands for the engine."""
    from model.engines.engine import Engine, graph_digest

    predictor, graph = _on(library, listener, version, engine)
    begun = begun_with(library, version)
    if not engine.is_exact:
        quality = judge_once(library, listener, predictor, _place(library, version, engine))
        listener.note(f"Engine {engine} beside torch. {quality.words()}")
        if not choices.accept_loss and (begun is None or engine_behind(begun) is not engine):
            refuse_loss(engine, quality)
    identity = f"{engine}-{graph_digest(graph)}" if engine is Engine.INT8 else str(engine)
    if begun is not None and begun != identity:
        raise UsageError(
            f"The graph that {version} was scanned with ({begun}) is not there any more, and the "
            f"one made now says something else. Delete {library.workspace.scans / version} to "
            "scan anew."
        )
    return predictor, identity


def compare_engines(library: Library, listener: Listener, version: str) -> dict[str, Quality | str]:
    """What each engine is worth for a version on this machine; nothing is scanned.

    Args:
        library: The collection.
        listener: Hears of progress.
        version: Its name.

    Returns:
        For each engine but torch what was measured, or why it cannot be used.

    Raises:
        StoreError: A graph cannot be written.
    """
    from model.engines.engine import Engine

    found: dict[str, Quality | str] = {}
    for engine in [engine for engine in Engine if engine is not Engine.TORCH]:
        try:
            predictor, _ = _on(library, listener, version, engine)
            found[engine] = judge(library, listener, predictor)
        except TaggerError as problem:
            found[engine] = str(problem)
    return found


def _on(
    library: Library, listener: Listener, version: str, engine: Engine
) -> tuple[Predictor, Path]:
    """A version on an engine, and the folder of its graph where the engine has one."""
    from model.engines.engine import load_on

    graph = _graph(library, listener, version, engine)
    with tagger_errors():
        return load_on(engine, library.version_folder(version), graph), graph


def _graph(library: Library, listener: Listener, version: str, engine: Engine) -> Path:
    """The folder of a version's graph; made if it is not there."""
    from model.engines.engine import Engine
    from model.engines.graph import write_backbone
    from model.engines.int8 import write_int8
    from model.predict import Predictor

    source, folder = library.version_folder(version), _place(library, version, engine)
    if not engine.needs_graph or (folder / "model.onnx").exists():
        return folder
    with tagger_errors():
        plain = Predictor.load(source, "cpu")
    config = plain.record.config
    if engine is Engine.ONNX:
        if config.network == "onnx":
            return source
        listener.note(f"Version {version} is written as an ONNX graph, once.")
        with replacing(folder) as aside, tagger_errors():
            aside.mkdir()
            write_backbone(plain.tagger.backbone, config, aside)
        return folder
    source = _graph(library, listener, version, Engine.ONNX)
    chosen = draw_sample(library).calibrated
    listener.note(f"The ranges of its values are measured on {len(chosen):,} images, once.")
    with replacing(folder) as aside, tagger_errors():
        aside.mkdir()
        batches = read_sample(library, chosen, config)
        write_int8(source, config, aside, _inputs(plain, (pixels for _, pixels in batches)))
    return folder


def _inputs(plain: Predictor, pictures: Iterator[NDArray[np.uint8]]) -> Iterator[Tensor]:
    """Pictures as the network takes them."""
    from model.data import to_input

    for pixels in pictures:
        yield to_input(pixels, plain.record.config, plain.device.place)


def _place(library: Library, version: str, engine: Engine) -> Path:
    return library.workspace.engines / version / str(engine)
