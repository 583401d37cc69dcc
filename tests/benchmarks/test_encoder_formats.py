"""benchmarks/encoder_formats.py runs on any encoder, and its verdict follows from its numbers."""

import json
import lzma
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "encoder_formats.py"
WAYS = {"torch fp32", "torch int8", "onnx fp32", "onnx int8", "fp16", "fp16 in fp16", "fp8"}


def test_every_format_is_measured_at_every_depth(tmp_path: Path, tiny_encoder: str) -> None:
    rows = "".join(f"deu\t{number}\tSatz {number}\tsentence {number}\n" for number in range(5))
    (tmp_path / "tatoeba").mkdir()
    with lzma.open(tmp_path / "tatoeba" / "tatoeba.dev.tsv.xz", "wt", encoding="utf-8") as file:
        file.write(f"lang\tidx\ttext\teng\n{rows}")
    few = ["--layers", "0", "2", "--sentences", "20", "--rounds", "1", "--data", str(tmp_path)]
    made = subprocess.run(
        [sys.executable, str(SCRIPT), "--encoder", tiny_encoder, *few], capture_output=True, check=True, text=True
    )
    depths = json.loads(made.stdout)["layers"]
    assert set(depths) == {"0", "2"}
    for depth in depths.values():
        found, verdict = depth["ways"], depth["verdict"]
        assert set(found) >= WAYS - {"torch int8"}  # a later torch has dropped it
        assert found["onnx fp32"]["worst_cosine"] > 0.9999 > found["fp8"]["worst_cosine"]
        assert found["fp8"]["megabytes"] < found["fp16"]["megabytes"] < found["torch fp32"]["megabytes"]
        best, plain = found[verdict["faster_int8"]], found[verdict["faster_fp32"]]
        assert verdict["int8_speed"] == round(best["sentences_a_second"] / plain["sentences_a_second"], 2)
        assert verdict["int8_tatoeba_lost"] == round(plain["tatoeba"] - best["tatoeba"], 4)
