"""The models: the catalogue, the download, and the one door to llama.cpp."""
