"""PDFs by PDFium, one at a time.

PDFium is not made for threads: two that use it at once end the process, with all that it answers. Whoever
reads or paints a PDF opens it here.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def opened(contents: bytes) -> Iterator[Any]:
    """The document, while nobody else has one. Raises pypdfium2.PdfiumError where it can't be read."""
    # A tenth of a second, which only those who read a PDF shall wait for.
    import pypdfium2

    with _ONE_AT_A_TIME, pypdfium2.PdfDocument(contents) as document:
        yield document
