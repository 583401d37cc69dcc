"""What a row of the cache costs: CPU microseconds of a key, of a put and of a get, and bytes in the file.

    python benchmarks/cache.py --rows 1000000

A row is the prediction of a classifier of two labels. The processor's own pace that day stands beside the figures: the
microseconds in which Python's json writes one such value. Other programs on the machine slow both down alike.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from albert_robust.asking.cache import Cache, key

VALUE = {"output": "positive", "scores": {"negative": 0.123456, "positive": 0.876544}}


def cost(step: Callable[[], object], rows: int) -> float:
    """Return the CPU microseconds a row that a step takes."""
    started = time.process_time()
    step()
    return 1e6 * (time.process_time() - started) / rows


def pace() -> float:
    """Return the CPU microseconds in which json writes the value."""
    return min(cost(lambda: [json.dumps(VALUE) for _ in range(2000)], 2000) for _ in range(5))


def names(rows: int) -> list[str]:
    """Return the keys of as many inputs."""
    text = '{{"text": "the weather in town {} was lovely"}}'
    return [key("prediction", "model@1", "text-classification", text.format(row)) for row in range(rows)]


def parts(rows: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Yield the keys in chunks."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def measured(path: Path, rows: int, chunk: int) -> dict[str, object]:
    """Return the figures of a new file at a path."""
    keys: list[str] = []
    made = cost(lambda: keys.extend(names(rows)), rows)
    cache, paces, puts, gets = Cache(path, 2**40), [pace()], [], []
    for part in parts(keys, chunk):
        puts.append(cost(partial(cache.put, [(name, VALUE) for name in part]), len(part)))
    paces.append(pace())
    closed = cost(cache.close, rows)
    cache = Cache(path, 2**40)
    for part in parts(keys, chunk):
        gets.append(cost(partial(cache.get, part), len(part)))
    cache.close()
    paces.append(pace())
    return {
        "rows": rows,
        "chunk": chunk,
        "key": round(made, 2),
        "put": round((sum(puts) / len(puts)), 2),
        "put_of_the_last_tenth": round(median(puts[-max(1, len(puts) // 10) :]), 2),
        "close": round(closed, 2),
        "get": round(sum(gets) / len(gets), 2),
        "bytes_a_row": round(path.stat().st_size / rows, 1),
        "json_dumps": [round(one, 2) for one in paces],
    }


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--chunk", type=int, default=10_000, help="rows a put and a get")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        print(json.dumps(measured(Path(folder) / "cache.sqlite", options.rows, options.chunk), indent=1))


if __name__ == "__main__":
    main()
