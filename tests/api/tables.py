"""Tables that were answered, read back."""

import csv
import io

import httpx
import openpyxl


def rows_of(answer: httpx.Response) -> list[list[str]]:
    """The cells of a table as text, the headings first."""
    if answer.headers["content-type"].startswith("text/csv"):
        return list(csv.reader(io.StringIO(answer.content.decode(), newline="")))
    (sheet,) = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
