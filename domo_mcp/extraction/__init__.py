"""The text of files: PDF, DOCX, XLSX, HTML, and what is text already. Pure: bytes in, text out; knows nothing of Domo.

Files come from anybody: sizes, depths and times are bounded, nothing a file refers to is followed.
"""

from domo_mcp.extraction.extracting import extract
from domo_mcp.extraction.outcome import Damaged, Extracted, NoText

__all__ = ["Damaged", "Extracted", "NoText", "extract"]
