"""How what a language model says is read: tables of replies, and laws for all of them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.models.reply import after_thoughts, label_of, number_of, read_reply
from albert_robust.models.reply.sentences import LONG
from albert_robust.models.reply.thoughts import THOUGHTS
from albert_robust.tasks.text_regression import within

SENTIMENT = ["positive", "negative"]
INFERENCE = ["entailment", "not_entailment"]
LETTERS = ["A", "B", "C"]
BRACKETED = ["(A)", "(B)", "(C)"]
ANSWERS = ["yes", "no"]
CHINESE = ["正面", "负面"]
HINDI = ["सकारात्मक", "नकारात्मक"]
JAPANESE = ["ポジティブ", "ネガティブ"]


@pytest.mark.parametrize(("labels", "reply", "label"), [
    (SENTIMENT, "Positive.", "positive"),
    (SENTIMENT, "**Positive**", "positive"),
    (SENTIMENT, r"\boxed{positive}", "positive"),
    (SENTIMENT, "ＰＯＳＩＴＩＶＥ！", "positive"),
    (["+", "-", "C", "C++"], "c++", "C++"),
    (["+", "-", "C", "C++"], "c", "C"),
    (["!", "?"], "!", "!"),
    (["❤️", "👎"], "👎", "👎"),
    # an object
    (SENTIMENT, '{"label": "Positive"}', "positive"),
    (SENTIMENT, 'Here it is:\n```json\n{"label": "positive", "why": "nothing negative"}\n```', "positive"),
    (SENTIMENT, '{"answer": {"sentiment": "negative", "score": 0.9}}', "negative"),
    (["true", "false"], '{"toxic": false}', "false"),
    # a line or a sentence
    (SENTIMENT, "Label: positive", "positive"),
    (SENTIMENT, "**Sentiment:** Positive\n\n**Why:** there is nothing negative in it.", "positive"),
    (SENTIMENT, "Positive. The reviewer has nothing negative to say.", "positive"),
    (SENTIMENT, "The food is not negative, nor is it all positive.\n\nAnswer: negative", "negative"),
    (ANSWERS, "No. It says nothing of the kind.", "no"),
    (["1", "2", "3"], "Rating: 2\nIt has 3 good sides.", "2"),
    (CHINESE, "情感：正面。", "正面"),
    # a word
    (SENTIMENT, "The sentiment is positive.", "positive"),
    (SENTIMENT, "Sentiment: negative because the soup wasn't hot", "negative"),
    (SENTIMENT, "It is `negative`: the soup was cold.", "negative"),
    (SENTIMENT, "<label>positive</label>", "positive"),
    (SENTIMENT, "positive or negative? I would say positive", "positive"),
    (INFERENCE, "This is entailment.", "entailment"),
    (INFERENCE, "This is not entailment.", "not_entailment"),
    (["positive", "very positive"], "I find it very positive!", "very positive"),
    (["1 star", "5 stars"], "I would give it 5 stars.", "5 stars"),
    (["straße", "weg"], "Es ist eine STRASSE.", "straße"),
    (["Lieferung", "Lob"], "Lieferung (das Paket ist nicht da)", "Lieferung"),
    (["Lieferung", "Lob"], "Lieferung – das Paket ist nicht da", "Lieferung"),
    (ANSWERS, "Yes, it is toxic.", "yes"),
    (ANSWERS, "No, it is fine.", "no"),
    (ANSWERS, "I would say no.", "no"),
    (ANSWERS, "Answer: No, it is fine.", "no"),
    (["1", "2", "tie"], "Answer 2 is better. It says why.", "2"),
    (["1", "2", "tie"], "I would call it a tie.", "tie"),
    (["1", "2", "tie"], "The first response is better. The second response is vague.", "1"),
    (["1", "2", "tie"], "I prefer the second one.", "2"),
    (["1", "2"], "The second is better.", "2"),
    (LETTERS, "The first response is better.", "A"),
    (LETTERS, "The better answer is the second answer.", "B"),
    (LETTERS, "I pick C", "C"),
    (LETTERS, "The answer is B.", "B"),
    (LETTERS, "B. Paris is the capital.", "B"),
    (LETTERS, "**B)** Paris", "B"),
    (LETTERS, "Answer: (B) Paris", "B"),
    (LETTERS, "The correct answer is **B) Paris**.", "B"),
    (LETTERS, "A) Rome\nB) Paris\nThe answer is B.", "B"),
    (LETTERS, "It is B) Paris.", "B"),
    (LETTERS, "The correct answer is B. Paris.", "B"),
    (LETTERS, "The correct answer is **B. Paris**.", "B"),
    (LETTERS, "The correct option is B: Paris.", "B"),
    (LETTERS, "<answer>B</answer>", "B"),
    (LETTERS, "答案是B。", "B"),
    (LETTERS, "正解はBです。", "B"),
    (LETTERS, "정답은 B입니다.", "B"),
    (LETTERS, "सही उत्तर B है।", "B"),
    (LETTERS, "Option B is correct.", "B"),
    (LETTERS, "B is the right answer.", "B"),
    (LETTERS, "La respuesta B es correcta.", "B"),
    (LETTERS, "选择B：巴黎", "B"),
    (LETTERS, "Option A is not in France, nor is C. So B and C are left.\n\nThe answer is (B).", "B"),
    (LETTERS, "A and C are wrong. Therefore, the correct answer is **B**.", "B"),
    (BRACKETED, "The answer is B.", "(B)"),
    (BRACKETED, "(B) Paris", "(B)"),
    (BRACKETED, "b", "(B)"),
    (["(A)", "A"], "(A)", "(A)"),
    (CHINESE, "这条评论是正面的。", "正面"),
    (CHINESE, "负面，因为味道不好。", "负面"),
    (SENTIMENT, "情感是positive的", "positive"),
    (HINDI, "यह सकारात्मक है।", "सकारात्मक"),
    (JAPANESE, "これはポジティブです。", "ポジティブ"),
])  # fmt: skip
def test_a_label_is_read_as_a_reader_would_take_it(labels: list[str], reply: str, label: str) -> None:
    assert label_of(reply, labels) == label


@pytest.mark.parametrize(("labels", "reply"), [
    # two labels
    (SENTIMENT, "positive and negative"),
    (SENTIMENT, "positive/negative"),
    (SENTIMENT, "Food: positive\nService: negative\nOverall: negative"),
    (SENTIMENT, "I will call it positive, negative, or neutral."),
    (SENTIMENT, '{"food": "positive", "service": "negative"}'),
    (LETTERS, "It is either A or B."),
    (LETTERS, "A. Paris\nB. Rome"),
    (ANSWERS, "There is (no) doubt."),
    (LETTERS, "f(A) is large."),
    (LETTERS, "The answer is A. B. is wrong."),
    (LETTERS, "It is not B. Paris."),
    (LETTERS, "A is wrong. It is B or C."),
    (LETTERS, "Both A and B are cities. It is not B."),
    (LETTERS, "They live in the U.S.A. It is large."),
    (LETTERS, "They live in the U.S.A."),
    (LETTERS, "这是维生素B。"),
    (LETTERS, "Neither A nor B is correct."),
    (LETTERS, "Option B is not correct."),
    (LETTERS, "B is a city."),
    (LETTERS, "Bでした事"),
    (["C", "c"], "It is C."),
    # denied, or asked
    (SENTIMENT, "not positive"),
    (SENTIMENT, "It isn’t really positive."),
    (SENTIMENT, "I cannot say whether this is positive."),
    (SENTIMENT, "This is far from positive."),
    (SENTIMENT, "The label is not: positive"),
    (SENTIMENT, "Is the sentiment positive? Hard to tell."),
    (["positiv", "negativ"], "Das ist nicht positiv."),
    (["positif", "négatif"], "L'avis n'est pas positif."),
    (["положительный", "отрицательный"], "Отзыв не положительный."),
    (["إيجابي", "سلبي"], "هذا ليس إيجابي."),
    (CHINESE, "这不是正面的。"),
    (HINDI, "यह सकारात्मक नहीं है।"),
    (JAPANESE, "ポジティブではありません。"),
    (["긍정", "부정"], "긍정 아닙니다."),
    (LETTERS, "A) is wrong"),
    (SENTIMENT, "The label positive would be wrong here."),
    (["positiv", "negativ"], "Das Etikett positiv ist falsch."),
    (CHINESE, "正面是错误的。"),
    (["да", "нет"], "Ответ да неверный."),
    (["긍정", "부정"], "긍정(positive)이 아닙니다."),
    # another word, or a word of any text
    (SENTIMENT, "non-positive"),
    (SENTIMENT, "positively"),
    (ANSWERS, "There is no doubt."),
    (LETTERS, "A review like this is hard to judge."),
    (LETTERS, "Paris (and not, say, A) is a city."),
    (LETTERS, "The city (unlike vitamin A) is large."),
    (["好", "坏"], "你好。"),
    (["1", "2", "3", "4", "5"], "I would give it 4 out of 5."),
    (["1", "2", "tie"], "Answer 2 is not better."),
    (["1", "2", "tie"], "The first response is not better."),
    (["1", "2", "tie"], "The first response is worse."),
    (["1", "2", "tie"], "The first response is better than the second."),
    (["1", "2", "tie"], "The second is better than the first response."),
    (["1", "2", "tie"], "I prefer the second over the first one."),
    (["1", "2", "tie"], "Wait a second."),
    (["1", "2", "tie"], "At first sight, in the first place, for the second time."),
    (["1", "2", "3", "4", "5"], "I like the first answer."),
    (SENTIMENT, "The first answer is better."),
    (LETTERS, "The first response is better than B."),
    (["1", "2", "tie"], "Answer 2 is better than answer 1."),
    (["❤️", "x"], "👎️"),
    # an object that says something else
    (SENTIMENT, '{"positive": false}'),
    (SENTIMENT, '{"positive": 0.1, "nega'),
    (SENTIMENT, "{'positive': 0.1}"),
    (SENTIMENT, ""),
    (SENTIMENT, "positive, " + "well, " * LONG),
])  # fmt: skip
def test_a_reply_that_names_several_labels_or_denies_one_says_none(labels: list[str], reply: str) -> None:
    assert label_of(reply, labels) == reply


@pytest.mark.parametrize(("reply", "number"), [
    ("0.8", 0.8), ("-0.3", -0.3), ("1", 1), (".5", 0.5), ("1e-1", 0.1),
    ("**0.8**", 0.8), ("0.8!", 0.8), ("−0.3", -0.3), ("0,8", 0.8), ("０．８", 0.8), ("٠٫٨", 0.8), ("०.८", 0.8),
    ("0.8/1", 0.8), ("4/5", 0.8), ("4 out of 5", 0.8), ("80%", 0.8), ("80 ٪", 0.8),
    ("Rating: 1 star.", 1), ("0.8 Punkte", 0.8), ("1分", 1),
    ('{"score": 0.8}', 0.8), ('```json\n{"similarity": "0.8", "why": "2 of 3 words"}\n```', 0.8),
    ("Score: 0.8", 0.8), ("Similarity: 1\n\nThe 2 sentences say the same.", 1), ("相似度：0.8", 0.8),
    ("I'd say 0.8.", 0.8), ("On a scale from 0 to 1, I'd say 0.8.", 0.8), ("The 2 sentences are 80% alike.", 0.8),
    ("I'd give it a 4.", 4), ("Score: 4 (on a scale from 1 to 5)", 4), ("On a scale of 1 to 5, I would rate this a 4.", 4),
    ("Auf einer Skala von 1 bis 5: 4", 4), ("I rate the 2 texts 0.8.", 0.8), ("我给4分。", 4),
    ("相似度为0.8。", 0.8), ("Score: 1. The text is good.", 1), ("**Score:** 1. It is good.", 1),
])  # fmt: skip
def test_a_number_is_read_as_a_reader_would_take_it(reply: str, number: float) -> None:
    assert number_of(reply) == pytest.approx(number)


@pytest.mark.parametrize("reply", [
    "rather alike", "", "about 0.7 or 0.8", "0.7-0.8", "not 0.8", "<0.5", "1,000", "5/4", "v0.8", "0.8.2024",
    "The first names 1 cat.", "I rate it 4 or 5.", "I'd give it to 2 people.",
    '{"score": 0.8, "sure": 0.9}', '{"score": true}', "Is it 0.8?",
])  # fmt: skip
def test_a_reply_that_says_no_number_is_returned_as_it_is(reply: str) -> None:
    assert number_of(reply) == reply


around = st.text(st.characters(categories=["P", "S", "Z"]), max_size=5)
words = st.text(st.characters(categories=["L", "N", "P", "S", "Z"], exclude_characters="<[◁"), max_size=60)


@given(around, st.sampled_from(SENTIMENT + HINDI + CHINESE), st.sampled_from([str.upper, str.lower, str.title]), around)
def test_a_label_in_any_case_and_punctuation_is_read(before: str, label: str, case: type[str], after: str) -> None:
    assert label_of(before + case(label) + after, [*SENTIMENT, *HINDI, *CHINESE]) == label


@given(words, st.lists(st.text(min_size=1, max_size=8), min_size=2, max_size=4))
def test_no_label_is_read_that_does_not_occur(reply: str, labels: list[str]) -> None:
    found = label_of(reply, labels)
    folded = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", reply).casefold()))
    wanted = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", found).casefold()))
    assert found == reply or (found in labels and wanted in folded)


@given(st.text(st.sampled_from('not positive negative.?!:,{}"\n'), max_size=40))
def test_a_reply_that_is_read_says_one_label_and_not_the_other_alone(reply: str) -> None:
    found = label_of(reply, SENTIMENT)
    assert found == reply or found in reply


@pytest.mark.parametrize(("said", "answer"), [
    ("positive", "positive"),
    ("Hm, good.</think> positive", "positive"),  # the prompt opened it
    ("<think>a</think>\n<think>b</think> positive", "positive"),
    ("<think>Should I write `</think>`? Yes.\n</think>\n\nWrite `</think>`.", "Write `</think>`."),
    ("<think>Easy.</think>It ends with </think>, I think.", "It ends with </think>, I think."),
    ("Put it between <think> and </think>.", "Put it between <think> and </think>."),
    ("<|channel|>final<|message|>positive<|return|>", "positive"),
    ("<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>positive", "positive"),
])  # fmt: skip
def test_thoughts_go_to_their_end_and_what_is_spoken_of_is_none(said: str, answer: str) -> None:
    assert after_thoughts(said) == answer


@pytest.mark.parametrize(("opens", "closes"), THOUGHTS.items())
@given(words, words)
def test_thoughts_of_every_spelling_are_cut(opens: str, closes: str, thoughts: str, answer: str) -> None:
    assert after_thoughts(f" {opens}{thoughts}\n{closes}{answer}") == answer.strip()


@pytest.mark.parametrize("opens", THOUGHTS)
def test_thoughts_of_every_spelling_need_an_end(opens: str) -> None:
    with pytest.raises(ValueError, match="it was still thinking"):
        after_thoughts(f"{opens}Well, `{THOUGHTS[opens]}` ...")


@given(st.text(st.characters(exclude_characters="<[◁")))
def test_what_has_no_mark_is_all_answer(said: str) -> None:
    assert after_thoughts(said) == said.strip()


def test_a_number_that_is_no_score_is_no_answer() -> None:
    task = within(1, 5)
    assert read_reply("Score: 4", task, ())["score"] == 4
    with pytest.raises(ValueError, match="it said 7, and scores are from 1 to 5"):
        read_reply("7", task, ())
