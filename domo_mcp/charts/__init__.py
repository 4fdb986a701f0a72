"""Rows as a chart: which columns, which kind, a Vega-Lite specification, a picture, the same in words and characters.

Pure but for `png`, which draws in a process of its own. Rows come from anybody: their texts are data and literal
titles in the specification, never names of fields, never expressions; nothing is loaded from anywhere.
"""

from domo_mcp.charts.choosing import TYPES, Encoding, Wish, choose
from domo_mcp.charts.columns import Told, shown_as
from domo_mcp.charts.drawing import Drawing, draw
from domo_mcp.charts.outcome import CannotChart, NoPicture, UnknownColumn
from domo_mcp.charts.picture import png
from domo_mcp.charts.spec import specification
from domo_mcp.charts.text import text_chart
from domo_mcp.charts.words import in_words

__all__ = [
    "TYPES",
    "CannotChart",
    "Drawing",
    "Encoding",
    "NoPicture",
    "Told",
    "UnknownColumn",
    "Wish",
    "choose",
    "draw",
    "in_words",
    "png",
    "shown_as",
    "specification",
    "text_chart",
]
