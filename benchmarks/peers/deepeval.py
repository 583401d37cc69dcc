"""DeepEval: a test case a variant, a metric that compares two labels, `evaluate` without its display and its cache.

pip install deepeval==4.3.1
"""

import sys
import time
from random import Random

sys.path.insert(0, sys.argv[1])

from deepeval import evaluate
from deepeval.evaluate import AsyncConfig, CacheConfig, DisplayConfig
from deepeval.metrics import BaseMetric
from deepeval.test_case import LLMTestCase
from work import COPIES, label, swapped, tell, texts


class SameLabel(BaseMetric):
    """1 where the output is the expected one."""

    threshold = 1.0
    async_mode = False

    def measure(self, test_case: LLMTestCase, *args: object, **kwargs: object) -> float:
        """Return and keep the score."""
        self.score = float(test_case.actual_output == test_case.expected_output)
        self.success = self.score >= self.threshold
        return self.score

    async def a_measure(self, test_case: LLMTestCase, *args: object, **kwargs: object) -> float:
        """Return and keep the score."""
        return self.measure(test_case)

    def is_successful(self) -> bool:
        """Return whether the last case passed."""
        return self.success


started = time.process_time()
cases = []
for copy in range(COPIES):
    for place, text in enumerate(texts()):
        variant = swapped(text, Random(f"{copy} {place}"))
        cases.append(LLMTestCase(input=variant, actual_output=label(variant), expected_output=label(text)))
found = evaluate(
    cases,
    [SameLabel()],
    async_config=AsyncConfig(run_async=False),
    display_config=DisplayConfig(print_results=False, show_indicator=False),
    cache_config=CacheConfig(write_cache=False),
)
tell("deepeval", started, len(found.test_results))
