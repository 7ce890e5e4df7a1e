"""What several tests of the backend need."""

import pytest

from backend.cached import cached_model
from backend.model import Model
from backend.tokenizer import Tokenizer, load_tokenizer


@pytest.fixture(scope="session")
def minilm() -> Model:
    return cached_model("minilm")


@pytest.fixture(scope="session")
def uncased() -> Tokenizer:
    return load_tokenizer("bert-base-uncased")


@pytest.fixture(scope="session")
def cased() -> Tokenizer:
    return load_tokenizer("bert-base-cased")
