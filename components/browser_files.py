"""The scripts and style sheets beside this file, as the browser gets them."""

from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent


def script_of(*names: str) -> str:
    """The scripts of these names as one module, in this order."""
    return _joined(names, "js")


def style_of(*names: str) -> str:
    """The style sheets of these names as one, in this order."""
    return _joined(names, "css")


def _joined(names: tuple[str, ...], ending: str) -> str:
    return "\n".join((_HERE / f"{name}.{ending}").read_text(encoding="utf-8") for name in names)
