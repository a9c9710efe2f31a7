"""A key that is asked for, read where no HTTP framework checks it."""

from typing import Any

from pydantic import ValidationError

from app.errors import Fault, InvalidRequestError
from app.keys.key import NewKey


def read_new_key(given: dict[str, Any]) -> NewKey:
    """Raises InvalidRequestError."""
    try:
        return NewKey.model_validate(given)
    except ValidationError as error:
        faults = [
            Fault(".".join(map(str, each["loc"])) or "key", each["msg"], "Send what fits.")
            for each in error.errors()
        ]
        told = "; ".join(f"{fault.where}: {fault.what}" for fault in faults)
        raise InvalidRequestError(told, faults) from None
