"""Fetch the lesson's models ahead, for a machine that will have no network:

    python -m backend.fetch

It tells the terminal how far it is; what is on this computer already is left as it is. It ends
with 1, and a sentence, where a model cannot be had.
"""

import sys
from typing import Final, TextIO

from backend.errors import ExplorerError
from backend.hub import Progress
from backend.memory import megabytes
from backend.model_files import fetched_folder, model_folder

LESSON: Final = ("bert-base-uncased", "bert-base-cased", "distilbert-base-uncased")


def fetch(names: tuple[str, ...] = LESSON, out: TextIO = sys.stdout) -> int:
    """0 once all of these models are on this computer, else 1; what happens is written to `out`."""
    for name in names:
        if fetched_folder(name):
            print(f"{name} is on this computer already.", file=out)
            continue
        try:
            model_folder(name, _teller(name, out))
        except ExplorerError as error:
            print(f"\n{error}", file=out)
            return 1
        print(f"\n{name} is on this computer now.", file=out)
    return 0


def _teller(name: str, out: TextIO) -> Progress:
    """Keeps one line of a terminal up to date."""

    def tell(done: int, total: int) -> None:
        if total:
            print(f"\r{name}: {megabytes(done)} of {megabytes(total)}   ", end="", file=out)
            out.flush()

    return tell


if __name__ == "__main__":
    sys.exit(fetch())
