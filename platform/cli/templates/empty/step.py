"""Counts the letters of a word: `python step.py WORD FILE`."""

import sys
from pathlib import Path

word, file = sys.argv[1], Path(sys.argv[2])
file.parent.mkdir(parents=True, exist_ok=True)
file.write_text(str(len(word)))
