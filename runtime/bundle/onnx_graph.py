"""An ONNX file before any runtime reads it: one file, nothing outside of it, finite weights."""

import json
from typing import Any

import numpy as np


def onnx_faults(data: bytes) -> tuple[Any, str]:
    """Return the contract embedded in a model, and why the model may not be used; empty for a good one."""
    import onnx
    from onnx import numpy_helper

    try:
        model = onnx.load_model_from_string(data)
        onnx.checker.check_model(model)
    except Exception as reason:  # protobuf and the checker raise classes of their own
        return None, f"is no ONNX model: {' '.join(str(reason).split())[:120]}"
    tensors = [*model.graph.initializer]
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g") or attribute.graphs:
                return (
                    None,
                    f"the node {node.name or node.op_type!r} holds a graph of its own",
                )
            tensors += [*([attribute.t] if attribute.HasField("t") else []), *attribute.tensors]
    for tensor in tensors:
        if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
            return None, f"the tensor {tensor.name!r:.60} lies outside of the file"
    domains = {node.domain for node in model.graph.node} - {"", "ai.onnx"}
    if domains or model.functions:
        return None, f"uses operators of its own: {', '.join(sorted(domains))[:60] or 'functions'}"
    for tensor in tensors:
        values = np.asarray(numpy_helper.to_array(tensor))
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            return None, f"the tensor {tensor.name!r:.60} holds weights that are not finite"
    text = next((p.value for p in model.metadata_props if p.key == "contract"), "")
    try:
        return json.loads(text), ""
    except (ValueError, RecursionError):
        return None, ""
