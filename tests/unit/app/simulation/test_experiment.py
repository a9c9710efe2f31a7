"""The simulated shop obeys the experiment that it decides."""

import pytest

from app.simulation.experiment import obey


@pytest.mark.parametrize(
    ("winner", "model", "activated"),
    [
        ("shipped", "m-1", ["shipped"]),
        ("shipped", None, []),  # it is in force
        ("own", "m-1", []),
        (None, "m-1", []),
    ],
)
def test_the_winner_is_put_in_force(
    winner: str | None, model: str | None, activated: list[str]
) -> None:
    ran: list[tuple[str, ...]] = []
    obey({"verdict": {"winner": winner}}, model, lambda *told: ran.append(told))
    assert ran == [("winner", "models", "activate", each) for each in activated]
