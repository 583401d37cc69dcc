"""What cannot be scored is told in one line, and what can be scored is, however odd."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pytest
import tokenizers
import transformers
from hypothesis import example, given
from hypothesis import strategies as st

from albert_robust.errors import UsageError
from albert_robust.scoring import matching
from albert_robust.scoring.labs import score
from albert_robust.scoring.load import EMBEDDED_FOLDER, load_encoder
from albert_robust.scoring.profile import FACTS, FOLDER, TABLES, load_profile
from albert_robust.scoring.scorer import Scorer

Tiny = Callable[..., Path]


@pytest.mark.parametrize(
    ("candidates", "references", "message"),
    [
        ("one text", ["one text"], "candidates: expected a list of texts, got str"),
        (["one text"], "one text", "references: expected a list of texts, got str"),
        (b"one text", ["one text"], "candidates: expected a list of texts, got bytes"),
        (None, ["a"], "candidates: expected a list of texts, got NoneType"),
        ({"a"}, ["a"], "candidates: expected a list of texts, got set"),
        (np.float64(1), ["a"], "candidates: expected a list of texts, got float"),
        (["a", "b"], ["a"], "2 candidates for 1 references"),
        (["a"], [None], r"pair 0: expected texts, got \('a', None\)"),
        (["a", None], ["a", "b"], r"pair 1: expected texts, got \(None, 'b'\)"),
        (["a", float("nan")], ["a", "b"], r"pair 1: expected texts, got \(nan, 'b'\)"),
        (["a"], [float("nan")], r"pair 0: expected texts, got \('a', nan\)"),
        (np.array(["a", None], dtype=object), ["a", "b"], r"pair 1: expected texts, got \(None, 'b'\)"),
        (["a"], [3], r"pair 0: expected texts, got \('a', 3\)"),
        (["a"], [[]], r"pair 0: expected texts, got \('a', \[\]\)"),
        (["a"], [["b", None]], r"pair 0: expected texts"),
        (
            ["a", "b", "c"],
            [["d"] * 3, ["e"] * 3],
            r"3 candidates for 2 references: references go by pair, .*zip\(\*references\)\)$",
        ),
        ([b"a"], ["a"], r"pair 0: expected texts"),
    ],
)
@pytest.mark.parametrize("raw", [False, True])
def test_what_are_no_two_lists_of_texts_is_told(candidates: Any, references: Any, message: str, raw: bool) -> None:
    with pytest.raises(UsageError, match=message):
        score(candidates, references, raw=raw)


@pytest.mark.parametrize("encoder", [None, 3, ["builtin"]])
@pytest.mark.parametrize("raw", [False, True])
def test_what_is_no_encoder_is_told(encoder: Any, raw: bool) -> None:
    with pytest.raises(
        UsageError, match=r"encoder: .* is none: name 'builtin', a checkpoint's folder or a hub's model"
    ):
        score(["a"], ["b"], encoder=encoder, raw=raw)


def test_an_encoder_is_held_once_however_its_layer_is_named(tiny_encoder: str) -> None:
    assert load_encoder(tiny_encoder) is load_encoder(
        name=tiny_encoder, layer=2, precision=load_encoder(tiny_encoder).precision
    )


def test_an_encoder_s_folder_may_be_a_path(tiny_encoder: str) -> None:
    by_path, by_name = (score(["a b"], ["a c"], encoder=one, raw=True) for one in (Path(tiny_encoder), tiny_encoder))
    assert by_path.f == by_name.f
    assert Scorer(Path(tiny_encoder), calibration="none").encoder.name == tiny_encoder


@pytest.mark.parametrize(
    ("languages", "message"),
    [
        ("zh-en", "languages: 'zh-en' names two languages: write languages='zh', reference_languages='en'"),
        ("e!", "languages: 'e!' is no language tag: write a BCP 47 tag such as zh"),
        ("English", "languages: 'English' is no language tag: did you mean 'en'?"),
        (["en", "germann"], "languages: 'germann' is no language tag: did you mean 'de'?"),
        (["en", None], "languages: None is no language tag"),
        (
            ["en", ["en", "de"]],
            r"languages: \['en', 'de'\] is no language tag: write one tag a pair, whatever its number",
        ),
        (["en"], "languages: 1 languages for 2 texts"),
        (3, "languages: expected a list of texts, got int"),
    ],
)
def test_what_is_no_language_is_told(tiny_scorer: Scorer, languages: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        tiny_scorer.score(["a", "b"], ["a", "b"], languages=languages)
    with pytest.raises(UsageError, match=f"reference_{message}"):
        tiny_scorer.score(["a", "b"], ["a", "b"], languages="en", reference_languages=languages)


@pytest.mark.parametrize(("clusters", "told"), [(["a"], "1 clusters for 2 pairs"), ("ab", "clusters: expected a list")])
def test_clusters_that_do_not_fit_are_told(tiny_scorer: Scorer, clusters: Any, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        tiny_scorer.score(["a", "b"], ["a", "b"], clusters=clusters)


def test_arrays_and_columns_of_a_data_frame_are_lists_of_texts(tiny_scorer: Scorer) -> None:
    pandas = pytest.importorskip("pandas")
    candidates, references = ["a dog", "tea", "狗"], ["the dog", "coffee", "猫"]
    expected = tiny_scorer.score(candidates, references, languages=["en", "en", "zh"], clusters=["x", "x", "y"])
    kinds: list[Any] = [np.array, pandas.Series, tuple, lambda values: np.array(values, dtype=object)]
    for kind in kinds:
        found = tiny_scorer.score(
            kind(candidates), kind(references), languages=kind(["en", "en", "zh"]), clusters=kind(["x", "x", "y"])
        )
        assert found.as_dict() == expected.as_dict()
    grouped = tiny_scorer.score(candidates, [[one, "no"] for one in references])
    rows = [np.array([one, "no"]) for one in references]
    tables: list[Any] = [np.array(rows), pandas.Series(rows), rows]
    for several in tables:
        assert tiny_scorer.score(candidates, several).as_dict() == grouped.as_dict()
    frame = expected.frame()
    assert frame.columns.tolist() == ["precision", "recall", "f", "raw_f", "winner"]
    assert frame["f"].tolist() == expected.f.tolist()


def test_a_text_of_200_000_characters_is_scored(tiny_scorer: Scorer) -> None:
    long = "the quick brown fox " * 10_000
    assert len(long) == 200_000
    found = tiny_scorer.score([long, long[:3000]], ["a fox", long[1:3001]])
    assert np.isfinite(found.f).all()
    assert found.f[1] > found.f[0]


def test_two_long_texts_are_matched_a_block_at_a_time(tiny_scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    long, other = "the quick brown fox " * 30, "a lazy dog and 3 cats " * 20
    whole = tiny_scorer.score([long], [other])
    monkeypatch.setattr(matching, "BLOCK_CELLS", 1000)
    assert tiny_scorer.score([long], [other]).raw == pytest.approx(whole.raw, abs=1e-6)


def test_pairs_are_encoded_a_block_at_a_time(tiny_scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    candidates, references = [f"text {number}" for number in range(9)], [f"no {number % 4}" for number in range(9)]
    whole = tiny_scorer.score(candidates, references)
    for name, value in (("scorer.BLOCK", 2), ("scorer.BLOCK_CHARACTERS", 15), ("vectors.KEPT_BYTES", 1)):
        monkeypatch.setattr(f"albert_robust.scoring.{name}", value)
        again = Scorer(tiny_scorer.encoder.name, calibration="none").score(candidates, references)
        assert again.raw == pytest.approx(whole.raw, abs=1e-5)


def test_ten_thousand_empty_texts_take_no_time(builtin_scorer: Scorer) -> None:
    started = process_time()
    found = builtin_scorer.score([""] * 10_000, ["", "a"] * 5_000)
    assert process_time() - started < 5
    assert (found.corpus.value, found.empty) == (0.5, 5_000)


def test_texts_of_control_characters_alone_have_a_number(scorer: Scorer) -> None:
    controls = [chr(code) for code in (*range(32), 127, 0x85, 0x200B, 0x2060, 0xFEFF)]
    for texts in (controls, ["".join(controls)] * len(controls)):
        found = scorer.score(texts, ["a"] * len(controls))
        assert np.isfinite(found.f).all()
    assert np.isfinite(scorer.score(controls, controls[::-1]).f).all()


@pytest.mark.parametrize(
    ("name", "layer", "message"),
    [
        ("no/such/folder", None, "cannot load the encoder 'no/such/folder'"),
        ("builtin", 99, r"has layers 0 to .*, got 99"),
        ("builtin", -1, r"has layers 0 to .*, got -1"),
        ("builtin", "1", r"has layers 0 to .*, got '1'"),
        ("builtin", 1.0, r"has layers 0 to .*, got 1\.0"),
        (str(Path(__file__).parent), None, "cannot load the encoder"),
    ],
)
def test_an_encoder_that_cannot_be_loaded_is_told(name: str, layer: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_encoder(name, layer)


def test_an_encoder_without_a_tokenizer_is_told(tiny_encoder: str, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_encoder, tmp_path / "mute")
    for path in folder.glob("*token*"):
        path.unlink()
    with pytest.raises(UsageError, match=r"the encoder '.*mute' has no tokenizer"):
        load_encoder(str(folder))


@pytest.mark.parametrize("break_it", [lambda content: content[:100], lambda content: b"", lambda content: b"x" * 5000])
def test_damaged_weights_are_told(tiny_encoder: str, tmp_path: Path, break_it: Callable[[bytes], bytes]) -> None:
    folder = shutil.copytree(tiny_encoder, tmp_path / "cut")
    path = folder / "model.safetensors"
    path.write_bytes(break_it(path.read_bytes()))
    with pytest.raises(UsageError, match=r"cannot load the encoder .*cut"):
        load_encoder(str(folder))


def test_an_encoder_that_lacks_a_layer_is_refused_rather_than_given_a_random_one(
    tiny_encoder: str, tmp_path: Path
) -> None:
    folder = shutil.copytree(tiny_encoder, tmp_path / "cut")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 3}))
    with pytest.raises(UsageError, match=r"is not whole: it has no weights for encoder\.layer\.2\."):
        load_encoder(str(folder))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_an_encoder_that_computes_no_numbers_is_told(tiny: Tiny, value: float) -> None:
    broken = str(tiny(change=lambda model: model.embeddings.word_embeddings.weight.fill_(value)))
    for raw in (False, True):
        with pytest.raises(UsageError, match="computes numbers that are none"):
            score(["a"], ["b"], encoder=broken, calibration="none", raw=raw)


def test_an_encoder_without_a_profile_is_an_error_and_no_raw_score(tiny_encoder: str, tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"has no profile: make one with `albert-robust calibrate --encoder .* --texts"
    ):
        score(["a"], ["b"], encoder=tiny_encoder)
    folder = shutil.copytree(EMBEDDED_FOLDER, tmp_path / "bare", ignore=shutil.ignore_patterns(FOLDER))
    with pytest.raises(UsageError, match="has no profile"):
        Scorer(str(folder))
    bare, whole = (Scorer(name, calibration="none").score(["a b"], ["b c"]) for name in (str(folder), "builtin"))
    assert "|neut:none|w:1|cal:none|" in bare.signature
    assert "|neut:none|" not in whole.signature


def test_a_profile_goes_with_its_encoder_wherever_the_encoder_goes(builtin_scorer: Scorer, tmp_path: Path) -> None:
    folder = shutil.copytree(EMBEDDED_FOLDER, tmp_path / "builtin")
    moved = Scorer(str(folder)).score(["a cat"], ["a dog"], languages="en")
    assert moved.as_dict() == builtin_scorer.score(["a cat"], ["a dog"], languages="en").as_dict()


def test_a_profile_of_other_weights_is_told(tiny_encoder: str) -> None:
    with pytest.raises(UsageError, match=r"the profile was made for weights \w{8}, the encoder .* has \w{8}"):
        Scorer(tiny_encoder, layer=0, profile=EMBEDDED_FOLDER / FOLDER)


@given(st.text(st.characters(exclude_characters="/"), min_size=1, max_size=8))
@example("two\nlines")
@example("longer than any name " * 20)
def test_a_profile_or_an_encoder_that_is_not_there_is_one_line(name: str) -> None:
    absent: list[dict[str, Any]] = [{"profile": f"no profile/{name}"}, {"encoder": f"no encoder/{name}"}]
    for options in absent:
        with pytest.raises(UsageError) as raised:
            Scorer(**options)
        assert raised.value.args[0].isprintable()


def test_a_profile_without_its_files_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for profile in (tmp_path / "none", tmp_path, tmp_path / "file"):
        with pytest.raises(UsageError, match=r"no profile in .*: make one with `albert-robust calibrate`"):
            Scorer(profile=profile)


@pytest.mark.parametrize(
    ("name", "break_it", "message"),
    [
        (FACTS, lambda content: content[:50], "is damaged"),
        (FACTS, lambda content: b"[]", "is damaged"),
        (FACTS, lambda content: b"\xff\xfe", "is damaged"),
        (FACTS, lambda content: b"{}", "is damaged"),
        (FACTS, lambda content: content.replace(b'"layer"', b'"lair"'), "is damaged"),
        (FACTS, lambda content: content.replace(b'"weighting": "', b'"weighting": "x'), "its digest does not fit its content"),
        (FACTS, lambda content: content.replace(b'"format": ', b'"format": 9'), r"has format 9\d*, this version reads"),
        (TABLES, lambda content: content[:-8], "is damaged"),
        (TABLES, lambda content: b"", "is damaged"),
        (TABLES, lambda content: content[:-4] + b"\0\0\xc0\x7f", "is damaged"),
    ],
    ids=["cut", "a list", "no text", "empty", "no layer", "other weighting", "other format", "cut", "empty", "NaN"],
)  # fmt: skip
def test_a_damaged_profile_is_told(tmp_path: Path, name: str, break_it: Callable[[bytes], bytes], message: str) -> None:
    folder = shutil.copytree(EMBEDDED_FOLDER / FOLDER, tmp_path / FOLDER)
    (folder / name).write_bytes(break_it((folder / name).read_bytes()))
    with pytest.raises(UsageError, match=message) as raised:
        load_profile(folder)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("raw", [False, True])
def test_clusters_that_are_no_names_are_told(raw: bool) -> None:
    with pytest.raises(UsageError, match=r"^clusters: pair 0: expected a text or a number, got \[1\]$"):
        score(["a", "b"], ["a", "b"], clusters=[[1], [2]], raw=raw)  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"calibration": "full"}, "calibration: 'full' is none of none, floor, floor[+]par, damage"),
        ({"weighting": "1"}, "the profile is calibrated for weighting '.*', not '1'"),
        ({"weighting": "often"}, "weighting: 'often' is none of 1, idf, norm, idf[+]norm"),
        ({"precision": "fp16"}, "precision: 'fp16' is none of fp32, bf16"),
        ({"device": "gpu"}, "device: 'gpu' cannot be used here: .*device"),
        ({"batch_size": 0}, "batch_size: 0 is no number of texts: write a whole one, such as 64"),
        ({"batch_size": 1.5}, "batch_size: 1.5 is no number of texts"),
        ({"batch_size": True}, "batch_size: True is no number of texts"),
    ],
)
def test_settings_that_are_none_are_told(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Scorer(**options)


def test_texts_in_a_script_that_the_encoder_cannot_read_are_not_alike(builtin_scorer: Scorer) -> None:
    bengali = ["বিড়ালটি বাগানে ঘুমাচ্ছে।", "আজ লোহার দাম খুব কমেছে।"]
    found = builtin_scorer.score([bengali[0], bengali[0], bengali[0]], [bengali[1], "The cat sleeps.", bengali[0]])
    assert found.f.tolist() == [0, 0, 1]
    assert (found.empty, found.unread) == (2, 2)


def test_a_text_of_which_no_token_is_known_is_compared_by_its_letters(builtin_scorer: Scorer) -> None:
    candidates, references = ["臺灣島", "臺灣", "臺灣", "ບໍ່ມີ", ""], ["臺灣", "臺灣島", "The island.", "The cat.", "臺灣"]
    found = builtin_scorer.score(candidates, references, languages="zh-TW")
    assert found.precision.tolist() == [1 / 2, 1, 0, 0, 0]
    assert found.recall.tolist() == [1, 1 / 2, 0, 0, 0]
    assert found.f.tolist() == pytest.approx([2 / 3, 2 / 3, 0, 0, 0])
    assert (found.unread, found.empty) == (4, 3)
    across = builtin_scorer.score(["臺灣"], ["臺灣島"], languages="zh", reference_languages="ja")
    assert (across.f[0], across.unread, across.empty) == (0, 1, 1)


def test_what_the_tokenizer_does_not_know_is_left_out(builtin_scorer: Scorer) -> None:
    [ids] = builtin_scorer.encoder.ids(["A cat 𓀀𓀁 sleeps."])
    readable = builtin_scorer.encoder.unreadable[ids] == 0
    assert not readable.all()
    [vectors] = builtin_scorer.token_vectors(["A cat 𓀀𓀁 sleeps."], "en")
    assert len(vectors) == readable.sum() > 3


@pytest.mark.parametrize("text", ["I love it 😍😍😍😍", "❤️❤️❤️ I love it", "I love it ✓✓✓✓✓✓"])
def test_symbols_that_the_tokenizer_does_not_know_weigh_nothing(builtin_scorer: Scorer, text: str) -> None:
    found = builtin_scorer.score([text], ["I love it"], languages="en")
    assert found.f[0] > 0.9
    assert found.empty == 0


def test_symbols_alone_are_no_text_to_compare(builtin_scorer: Scorer) -> None:
    found = builtin_scorer.score(["😍", "😍 ✓"], ["👍", "I love it"], languages="en")
    assert found.f.tolist() == [0, 0]
    assert found.empty == found.unread == 2


def test_unknown_letters_are_told_from_symbols_whatever_stands_for_them(builtin_scorer: Scorer) -> None:
    vocabulary = {"[UNK]": 0, "cat": 1}
    words = tokenizers.Tokenizer(tokenizers.models.WordPiece(vocabulary, unk_token="[UNK]"))
    words.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    one_for_all = transformers.PreTrainedTokenizerFast(tokenizer_object=words, unk_token="[UNK]")
    for encoder in (builtin_scorer.encoder, replace(builtin_scorer.encoder, tokenizer=one_for_all)):
        [ids] = encoder.ids(["cat 😍 ລ ❤️"])
        found = encoder.unknown_letters("cat 😍 ລ ❤️", np.array(ids, dtype=np.int32))
        assert (encoder.unreadable[ids] == 1).sum() >= 3
        assert found.sum() == 1
