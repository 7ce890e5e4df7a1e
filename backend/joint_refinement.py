"""Refinements of models on this server: one for all who want the same model and the same table."""

from functools import cache

from backend.cached import cached_model
from backend.fine_tuning import check_size, refine
from backend.labelled_texts import LabelledTexts
from backend.refinement import Refinement, RefineProgress
from backend.shared_trainings import Seat, SharedTrainings
from backend.training_queue import server_queue


def join_refinement(
    model_name: str, table: LabelledTexts, name: str, *, any_size: bool = False
) -> Seat[RefineProgress, Refinement]:
    """A seat at the refinement of a model for a table.

    name: what others in the server's line read
    any_size: whether models may be refined that are too large to share a server with others
    Raises as `load_model` does, TrainingError if the model is too large, QueueFull if too many
    wait already.
    """
    model = cached_model(model_name)
    if not any_size:
        check_size(model)
    return _refinements().join(
        (model_name, table),
        name,
        lambda report, should_stop: refine(model, table, report, should_stop),
    )


@cache
def _refinements() -> SharedTrainings[tuple[str, LabelledTexts], RefineProgress, Refinement]:
    return SharedTrainings(server_queue(), lambda found: found.is_kept)
