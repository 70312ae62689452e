"""Other ways to run a version on a CPU: ONNX Runtime, short floats, bytes; and what they lose."""
