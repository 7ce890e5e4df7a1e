"""What the browser is sent of a figure."""

import base64
import json
from typing import Any

import numpy as np
import plotly.graph_objects as go
import plotly.io
import pytest

from components import plot
from tests.figures import checked


def sent(**properties: Any) -> dict[str, Any]:
    """The one trace of a figure, as JSON brings it to the browser."""
    figure = plot.Drawn(plot.Figure([plot.scatter(**properties)], {"height": 100}))
    spec = json.loads(plotly.io.to_json(figure.to_dict(), validate=False))
    assert spec["layout"]["height"] == 100
    trace: dict[str, Any] = spec["data"][0]
    return trace


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int8, np.int64, np.uint8])
def test_numbers_travel_as_bytes_with_their_kind_and_shape(kind: type[np.generic]) -> None:
    values = np.arange(6).reshape(2, 3).astype(kind)
    z = sent(z=values)["z"]
    read = np.frombuffer(base64.b64decode(z["bdata"]), np.dtype(z["dtype"]))
    np.testing.assert_array_equal(read.reshape(2, 3), values)
    assert z["shape"] == "2, 3"


def test_what_is_no_number_travels_as_it_is_and_nothing_is_left_out() -> None:
    trace = sent(
        x=range(3),
        y=[1.5, np.float32(2), float("nan")],
        text=np.array([["a", "<b>"]], dtype=object),
        line={"color": None, "width": np.int64(2)},
        name=None,
        ids=np.array([]),
    )
    assert trace == {
        "type": "scatter",
        "x": [0, 1, 2],
        "y": [1.5, 2, None],
        "text": [["a", "<b>"]],
        "line": {"width": 2},
        "ids": [],
    }


def test_the_colours_of_streamlit_come_with_it() -> None:
    drawn = plot.Drawn(plot.Figure()).to_dict()
    assert drawn["layout"]["template"] == go.Figure().to_dict()["layout"]["template"]


def test_plotly_knows_every_name_or_says_so() -> None:
    with pytest.raises(ValueError, match="colour"):
        checked(plot.Figure([plot.scatter(x=[1], marker={"colour": "red"})]))
    with pytest.raises(ValueError, match="tital"):
        checked(plot.Figure([], {"tital": "x"}))
