"""pytest with an item a case: a parametrized test. A session of one empty test comes first and counts as start-up.

pip install pytest==9.2.0
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, sys.argv[1])

import pytest
from work import COPIES, tell, texts

CASES = """\
from random import Random
import pytest
from work import COPIES, label, swapped, texts

@pytest.mark.parametrize("copy", range(COPIES))
@pytest.mark.parametrize("place,text", list(enumerate(texts())))
def test_same_label(place, text, copy):
    variant = swapped(text, Random(f"{copy} {place}"))
    assert label(variant) == label(text)
"""
folder = Path(sys.argv[1])
(folder / "test_empty.py").write_text("def test_empty():\n    pass\n")
(folder / "test_cases.py").write_text(CASES)
pytest.main(["-q", "-p", "no:cacheprovider", str(folder / "test_empty.py")])
started = time.process_time()
assert pytest.main(["-q", "-p", "no:cacheprovider", str(folder / "test_cases.py")]) == 0
tell("pytest", started, COPIES * len(texts()))
