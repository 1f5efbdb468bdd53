"""Where the disk has no room for what is kept beside the database, a write is to come again."""

from dataclasses import fields

import pytest

from app.kernel.problems import Unavailable
from app.kernel.setting_aside import Aside, SetAside
from app.kernel.transactions import available


def test_what_is_set_aside_without_room_is_to_come_again() -> None:
    aside = Aside()
    aside._store.execute("PRAGMA max_page_count = 1")
    change = SetAside(**{field.name: "x" * 9_999 for field in fields(SetAside)})
    with pytest.raises(Unavailable) as told, available():
        aside.put(change)
    assert told.value.headers == {"Retry-After": "60"}
    aside.close()
