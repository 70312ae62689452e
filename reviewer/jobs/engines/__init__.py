"""Engines of a scan: which one, its graph made ready, and what it loses on the user's images.

    <workspace>/engines/<version>/<engine>/   model.onnx    the backbone (onnx, int8)
                                              quality.json  what was measured (int8, bf16)

Graphs of bytes are kept with the collection and not in its cache: their ranges were measured on
the images of a day, and a scan that goes on must go on with the same ones.
"""
