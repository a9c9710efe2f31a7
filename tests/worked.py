"""Hand-worked values against computed ones, feature by feature."""

from collections.abc import Mapping, Sequence

import numpy as np

from ranking.features.feature import Group
from ranking.features.inputs import Inputs

Worked = Mapping[str, Sequence[float] | float]


def check_group(group: Group, inputs: Inputs, worked: Worked, *, all_of_it: bool = True) -> None:
    """worked: by feature, the values of all candidates, or the one that all of them have.

    all_of_it: every feature of the group must be there.
    """
    found = group.values(inputs)
    assert found.keys() >= worked.keys()
    if all_of_it:
        assert found.keys() == worked.keys(), "every feature of a group is worked by hand"
    for name, wanted in worked.items():
        expected = np.broadcast_to(np.array(wanted, dtype=np.float64), (len(inputs),))
        np.testing.assert_allclose(found[name], expected, rtol=2e-6, atol=1e-6, err_msg=name)
