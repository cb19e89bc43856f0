"""What the bot remembers."""

import sys

# sqlite-utils imports NumPy where it is installed, to store arrays. We store none, and it would take 16 MB at rest.
_absent = "numpy" not in sys.modules
if _absent:
    sys.modules["numpy"] = None  # type: ignore[assignment]
import sqlite_utils  # noqa: E402, F401

if _absent:
    del sys.modules["numpy"]
