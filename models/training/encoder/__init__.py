"""The encoders of the shipped scorer: their texts, their tokens, how they are trained and written as ONNX."""
