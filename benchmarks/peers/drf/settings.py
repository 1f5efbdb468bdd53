"""Settings of the Django peer: no more than an API on existing tables needs."""

import os
from typing import Any

from psycopg import IsolationLevel
from psycopg.conninfo import conninfo_to_dict

_address = conninfo_to_dict(os.environ["DATABASE_URL"])


def _database(**options: Any) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _address["dbname"],
        "USER": _address.get("user", ""),
        "PASSWORD": _address.get("password", ""),
        "HOST": _address.get("host", ""),
        "PORT": _address.get("port", ""),
        "CONN_MAX_AGE": None,
        # Statements are bound by the server, and prepared when they come a second time.
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 1, **options},
    }


DATABASES = {
    "default": _database(),
    # For answers that must be of one state throughout.
    "snapshot": _database(isolation_level=IsolationLevel.REPEATABLE_READ),
}
SECRET_KEY = "nothing is signed"  # noqa: S105
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
INSTALLED_APPS = ["rest_framework", "benchmarks.peers.drf"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "benchmarks.peers.drf.urls"
USE_TZ = True
TIME_ZONE = "UTC"
APPEND_SLASH = False
LOGGING_CONFIG = None
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": None,
}
