"""From arrays to tensors and back, wherever a model's weights are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from backend.encoder_layers import encoder_layers

if TYPE_CHECKING:
    import torch


def array_of(tensor: torch.Tensor) -> NDArray[Any]:
    """A tensor's numbers: its own memory where that is the processor's, else a copy."""
    array: NDArray[Any] = tensor.detach().cpu().numpy()
    return array


def tensor_beside(module: Any, array: NDArray[Any]) -> torch.Tensor:
    """The numbers where the weights of an encoder are; a copy, which may be written to."""
    import torch

    return torch.tensor(array, device=next(encoder_layers(module)).query.weight.device)
