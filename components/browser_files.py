"""The scripts and style sheets beside this file, as the browser gets them."""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent


def script_of(*names: str) -> str:
    """The scripts of these names as one module, in this order."""
    return _joined(names, "js")


def style_of(*names: str) -> str:
    """The style sheets of these names as one, in this order."""
    return _joined(names, "css")


def policy_of(scripts: Iterable[str], styles: Iterable[str]) -> str:
    """A page's policy: nothing but these may run, and nothing is fetched or sent."""
    return (
        f"default-src 'none'; script-src {_hashes(scripts)}; style-src {_hashes(styles)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hashes(texts: Iterable[str]) -> str:
    digests = (b64encode(sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(f"'sha256-{digest}'" for digest in digests)


def _joined(names: tuple[str, ...], ending: str) -> str:
    return "\n".join((_HERE / f"{name}.{ending}").read_text(encoding="utf-8") for name in names)
