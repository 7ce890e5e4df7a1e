"""The scripts and style sheets beside this file, as the browser gets them."""

from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent


def script_of(*names: str) -> str:
    """The scripts of these names as one module, in this order."""
    return "\n".join((_HERE / f"{name}.js").read_text(encoding="utf-8") for name in names)


def style_of(name: str) -> str:
    """The style sheet of this name."""
    return (_HERE / f"{name}.css").read_text(encoding="utf-8")
