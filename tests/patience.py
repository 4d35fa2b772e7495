"""How long tests wait for what should come at once."""

from typing import Final

PATIENCE: Final = 120.0  # seconds until what hangs fails its test; a busy machine is no fault
