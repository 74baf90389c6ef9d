"""PDFs are opened one at a time."""

import io
import threading

import pypdfium2
import pytest
from pypdf import PdfWriter

from core.documents import pdfium


def blank():
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def test_whoever_opens_a_pdf_waits_for_the_one_before():
    entered = threading.Event()

    def other():
        with pdfium.opened(blank()):
            entered.set()

    thread = threading.Thread(target=other)
    with pdfium.opened(blank()) as document:
        thread.start()
        assert len(document) == 1 and not entered.is_set()
    thread.join()
    assert entered.is_set()


def test_a_broken_one_keeps_nobody_waiting():
    with pytest.raises(pypdfium2.PdfiumError), pdfium.opened(b"%PDF-1.7 broken"):
        pass
    with pdfium.opened(blank()) as document:
        assert len(document) == 1
