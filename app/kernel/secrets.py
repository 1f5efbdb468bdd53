"""Keys, tokens and other secrets as they look in a text, and the text without them."""

import re

PREFIX = "clearsky_"
WEBHOOK_PREFIX = "whsec_"
CALENDAR_PREFIX = "clearskycal_"
# A key of ours, a webhook's secret, that of a calendar's address, which may have been cut off in
# copying, or a JSON Web Token: three parts of base64url, the first of a JSON object.
_SECRET = re.compile(
    rf"{PREFIX}[A-Za-z0-9_-]{{43}}|{WEBHOOK_PREFIX}[A-Za-z0-9+/_-]{{24,}}=*"
    rf"|{CALENDAR_PREFIX}[A-Za-z0-9_-]+"
    r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[\w-]*"
)
_MASK = "[secret]"


def without_secrets(text: str) -> str:
    """The text, in which a mask stands in the place of each of them."""
    return _SECRET.sub(_MASK, text)
