"""Background text from disk."""

import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from albert_robust.calibrating.background import read_background
from albert_robust.errors import InputError, UsageError

Write = Callable[..., Path]


def lines(language: str, count: int = 60) -> str:
    return "".join(f"{language} text number {number}\n" for number in range(count))


def test_a_file_a_language_and_a_folder_a_language_are_read(write: Write) -> None:
    folder = write(
        en_dot_txt=lines("en"),
        de__news_dot_txt=lines("de news"),
        de__talk_dot_txt_dot_xz=lzma.compress(lines("de talk").encode()),
    ).parent.parent
    found = read_background(folder, [])
    assert found.languages == ("de", "en")
    assert {tag: sorted(sources) for tag, sources in found.texts.items()} == {"de": ["news", "talk"], "en": ["en"]}
    assert len(found.texts["de"]["talk"]) == 60


def test_parallel_files_are_joined_on_the_first_text(write: Write) -> None:
    rows = "".join(f"en\t{tag}\thouse {number}\t{tag} {number}\n" for tag in ("de", "fr") for number in range(60))
    path = write(pairs_dot_tsv=rows)
    found = read_background(None, [str(path)])
    assert found.languages == ("de", "en", "fr")
    assert len(found.translations) == 60
    assert {"en": "house 0", "de": "de 0", "fr": "fr 0"} in [dict(group.texts) for group in found.translations]


def test_bad_lines_are_named_and_left_out(write: Write) -> None:
    path = write(en_dot_txt=lines("en").encode() + b"caf\xe9\n")
    assert read_background(path.parent, []).bad_lines == ["en.txt:61: not UTF-8 text"]


def test_a_row_of_no_language_is_a_bad_line(write: Write) -> None:
    rows = "".join(f"en\tde\thouse {number}\tHaus {number}\n" for number in range(60))
    path = write(pairs_dot_tsv=f"src_lang\ttgt_lang\tsource\ttarget\nEnglish\tde\ta\tb\n{rows}")
    found = read_background(None, [str(path)])
    assert found.languages == ("de", "en")
    assert found.bad_lines == [
        "pairs.tsv:1: 'src_lang' is no language tag: write a BCP 47 tag such as en",
        "pairs.tsv:2: 'English' is no language tag: write a BCP 47 tag such as en",
    ]


def test_what_takes_no_part_is_told(write: Write) -> None:
    write(en_dot_txt=lines("en"))
    write(german_dot_txt=lines("de"))
    write(README_dot_txt=lines("de"))
    folder = write(fr_dot_txt=lines("fr", 10)).parent
    assert read_background(folder, []).left_out == [
        "README.txt: its name is no language tag",
        "german.txt: its name is no language tag: did you mean de?",
        "fr: 10 texts, a language needs 50",
    ]


def test_the_sample_depends_on_the_seed_alone(write: Write) -> None:
    folder = write(en_dot_txt=lines("en", 5000)).parent
    samples = [read_background(folder, [], seed=seed).texts["en"]["en"] for seed in (0, 0, 1)]
    assert samples[0] == samples[1] != samples[2]
    assert len(samples[0]) == 4000


def test_a_language_with_too_little_text_is_left_out(write: Write) -> None:
    write(en_dot_txt=lines("en"))
    assert read_background(write(de_dot_txt=lines("de", 49)).parent, []).languages == ("en",)


def test_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no background text: a language needs 50 texts"):
        read_background(tmp_path, [])
    with pytest.raises(UsageError, match="no folder"):
        read_background(tmp_path / "nowhere", [])


def test_ceilings_come_from_the_translations_that_are_named(write: Write) -> None:
    rows = "".join(f"en\tde\thouse {number}\tHaus {number}\n" for number in range(60))
    good, bad = write(good_dot_tsv=rows), write(bad_dot_tsv=rows.replace("house", "hut"))
    found = read_background(None, [str(bad)], [str(good)])
    assert {group.source for group in found.translations} == {"good"}
    assert set(found.texts["en"]) == {"good", "bad"}


def test_a_pattern_may_be_absolute_at_any_depth(write: Write) -> None:
    path = write(one__pairs_dot_tsv="".join(f"en\tde\thouse {number}\tHaus {number}\n" for number in range(60)))
    assert read_background(None, [str(path.parent.parent / "*" / "pairs.tsv")]).languages == ("de", "en")


@pytest.mark.parametrize("pattern", ["nowhere/*.tsv", "", ".", "a**.tsv"])
def test_a_pattern_that_names_no_file_is_told(write: Write, pattern: str) -> None:
    with pytest.raises(FileNotFoundError, match="no file matches"):
        read_background(write(en_dot_txt=lines("en")).parent, [pattern])


def test_lines_as_windows_writes_them_are_the_same_lines(write: Write) -> None:
    rows = "".join(f"en\tde\thouse {number}\tHaus {number}\r\n" for number in range(60))
    found = read_background(None, [str(write(pairs_dot_tsv=b"\xef\xbb\xbf" + rows.encode()))])
    assert found.languages == ("de", "en")
    assert len(found.texts["en"]["pairs"]) == 60
    assert not any(text.endswith("\r") for text in found.texts["de"]["pairs"])


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"no xz file", 1), (b"", 1), (lzma.compress(lines("en").encode())[:-20], 61)],
    ids=["another format", "empty", "cut short"],
)
def test_a_damaged_xz_file_is_named(write: Write, content: bytes, line: int) -> None:
    with pytest.raises(InputError, match=rf"en\.txt\.xz:{line}:1: damaged: "):
        read_background(write(en_dot_txt_dot_xz=content).parent, [])
