"""The set-up: ``python3.11 -m tools.setup``. Runs before anything is installed, so it needs only Python itself.

Every version is the one in ``locked/``, with the checksum of each file. torch alone has none there: it comes as its CPU
build, from another index than the rest, because on Linux the usual one is gigabytes of CUDA. A second run finds a stamp
and contacts nothing.

Every module here must at least start under an older Python, to be able to say which one is needed.
"""
