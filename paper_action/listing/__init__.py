"""One topic's list in a folder: its table, its archive, its data file."""

from .data_file import record as record
from .revision import State as State
from .revision import listed as listed
from .revision import revise as revise
from .table import cells as cells
