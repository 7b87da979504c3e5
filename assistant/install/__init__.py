"""The set-up: ``python3.11 -m assistant.install``. Runs before anything is installed, so it needs only Python itself.

The order matters. torch comes first and as its CPU build, because on Linux any package that "needs torch" would bring
the CUDA build, which is gigabytes. A second run finds a stamp and contacts nothing.

Every module here must at least start under an older Python, to be able to say which one is needed.
"""
