"""Every code list."""

from app.kernel.codes import CodeList

CODE_LISTS: tuple[CodeList, ...] = ()
