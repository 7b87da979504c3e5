"""The engine that writes, on the low-level interface of llama.cpp."""
