"""Keys and tokens as they look in a text, and the text without them."""

import re

PREFIX = "clearsky_"
# A key of ours, or a JSON Web Token: three parts of base64url, the first of a JSON object.
_SECRET = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}|eyJ[A-Za-z0-9_-]{{8,}}\.[A-Za-z0-9_-]+\.[\w-]*")
_MASK = "[secret]"


def without_secrets(text: str) -> str:
    """The text, in which a mask stands in the place of each key or token."""
    return _SECRET.sub(_MASK, text)
