"""What is compiled in this process."""

import sys

from numba.core.dispatcher import Dispatcher


def signatures() -> set[str]:
    """Every compiled specialisation of every kernel."""
    found = set()
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in {"indexing", "ranking"}:
            for kernel in vars(module).values():
                if isinstance(kernel, Dispatcher):
                    place = f"{kernel.__module__}.{kernel.__name__}"
                    found |= {f"{place}{signature}" for signature in kernel.signatures}
    return found
