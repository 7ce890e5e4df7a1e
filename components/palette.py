"""The colours of every figure: one sequential scale for weights, one diverging scale for
differences and signed values, one qualitative set for heads; each for a light and a dark page.

The scales run through one hue (or two that stay apart under red-green blindness), so that
their order survives every common form of colour blindness. Heads carry their numbers too:
twelve colours cannot all be told apart by everyone.
"""

from typing import Final, Literal

Theme = Literal["light", "dark"]
Scale = tuple[str, ...]

PAGE: Final[dict[Theme, str]] = {"light": "#ffffff", "dark": "#0e1117"}
"""The page's background; `.streamlit/config.toml` sets the same."""

INK: Final[dict[Theme, str]] = {"light": "#1f2430", "dark": "#f2f4f8"}
"""The page's text; `.streamlit/config.toml` sets the same."""

SEQUENTIAL: Final[dict[Theme, Scale]] = {
    "light": ("#ffffff", "#d6e6f4", "#9ecae1", "#4f9bcb", "#1f6fb2", "#0b4a8f", "#082a5c"),
    "dark": ("#0e1117", "#10294a", "#114a83", "#1c70b8", "#4c9adb", "#96c8f0", "#eaf5ff"),
}
"""From no weight (the page's background) to all of it."""

DIVERGING: Final[dict[Theme, Scale]] = {
    "light": ("#7f3b08", "#c9701c", "#f3b877", "#ffffff", "#a9b8dc", "#5a6fb3", "#2d2a7a"),
    "dark": ("#ffcf99", "#e08a35", "#8a4f16", "#0e1117", "#36437d", "#7286d6", "#cdd5ff"),
}
"""From the lowest value through zero (the page's background) to the highest."""

HEADS: Final[dict[Theme, Scale]] = {
    "light": (
        "#0b62a4", "#c2410c", "#00795c", "#a3195b", "#6d4fc4", "#7a5c00",
        "#007a99", "#d1242f", "#4d7c0f", "#b0309f", "#475569", "#8a4b2a",
    ),
    "dark": (
        "#58a6ff", "#ff9b5e", "#3dd6a8", "#ff7eb6", "#b79cff", "#e3c341",
        "#5fd3f0", "#ff7b72", "#a6d854", "#f29bea", "#b4c0d0", "#d9a583",
    ),
}  # fmt: skip
"""One colour a head, by its number modulo twelve; at least 4.5:1 on white, 7:1 on the dark page."""
