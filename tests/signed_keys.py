"""Signed keys as docs/keys.md tells shops to make them."""

import hmac
from base64 import b64encode
from typing import Any
from urllib.parse import urlencode


def signed(signing_key: str, **restrictions: Any) -> str:
    parameters = urlencode(sorted(restrictions.items()), doseq=True)
    mac = hmac.new(signing_key.encode(), parameters.encode(), "sha256").hexdigest()
    return b64encode((mac + parameters).encode()).decode()
