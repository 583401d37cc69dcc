"""A model behind an endpoint: asked over HTTP, some requests at a time; no server can harm a run or learn to speak our key."""

import json
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from chatting import KEY, Answer, Reply, Time, chat, saying
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.asking.ask import Asker, Limits
from albert_robust.errors import UsageError
from albert_robust.models import Usage, load_model, transport
from albert_robust.models.chat_format import seconds_of, tokens_of
from albert_robust.models.client import load_endpoint
from albert_robust.models.prompt import fields_of, filled, is_local, turns_of
from albert_robust.suite.schema import ModelSpec
from albert_robust.tasks import TASKS, Prediction

LABELS = ["positive", "negative"]
TEXTS = [{"text": f"Review {number}."} for number in range(20)]


class Model:
    """A model behind an endpoint, asked as a run asks it; waits are noted, and not waited."""

    def __init__(self, url: str, task: str = "text-classification", **more: Any) -> None:
        labels = {"labels": LABELS} if task == "text-classification" else {}
        spec = spec_of(endpoint=url, **{**labels, **more})
        self.usage = Usage()
        self.model = load_endpoint(spec, TASKS[task], self.usage)
        self.time = Time()
        self.model.pace.sleep, self.model.pace.clock = self.time.sleep, self.time.clock
        self.asker = Asker(self.model, TASKS[task], Limits(retries=0))

    def ask(self, *batch: dict[str, str]) -> list[Any]:
        """Return outputs, and the messages of failures."""
        made = dict(self.asker.stream(self.model.stream, batch))
        found = [made[place] for place in range(len(batch))]
        return [one.output if isinstance(one, Prediction) else one.message for one in found]


def spec_of(**given: Any) -> ModelSpec:
    return ModelSpec(**{"endpoint": "https://a.example/chat", "model": "m", "prompt": "{text}", **given})


def identity_of(spec: ModelSpec) -> str | None:
    return load_model(spec, Path(), TASKS["text-classification"], Path()).identity


def said(answer: Answer, **more: Any) -> Any:
    """What becomes of one input."""
    with chat(answer) as server:
        return Model(server.url, **more).ask(TEXTS[0])[0]


def test_what_is_sent_is_the_prompt_the_settings_and_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", f"{KEY}\n")
    with chat(lambda text: "positive") as server:
        more: dict[str, Any] = {
            "system": "You judge.",
            "settings": {"temperature": 0, "stop": ["."]},
            "key_env": "MY_KEY",
        }
        Model(server.url, model="small-1", prompt="Good or bad? {text}", **more).ask({"text": "It's {text}: é"})
    messages = [{"role": "system", "content": "You judge."}, {"role": "user", "content": "Good or bad? It's {text}: é"}]
    assert server.bodies == [{"model": "small-1", "messages": messages, "temperature": 0, "stop": ["."]}]
    assert server.keys == [f"Bearer {KEY}"]


def test_what_was_said_before_comes_before_the_prompt_and_a_perturbed_system_s_text_in_its_place() -> None:
    before = [{"role": "user", "content": "Hi {text}."}, {"role": "assistant", "content": "Hello."}]
    inputs = {"prompt": "And why?", "topic": "rain", "before": json.dumps(before), "system": "Taklk of {topic}."}
    with chat(lambda text: "Because.") as server:
        Model(server.url, task="text-generation", system="Talk of {topic}.", prompt="{prompt}").ask(inputs)
    system, prompt = {"role": "system", "content": "Taklk of rain."}, {"role": "user", "content": "And why?"}
    assert server.bodies[0]["messages"] == [system, *before, prompt]


def test_a_key_goes_in_the_header_that_a_suite_names_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    with chat(lambda text: "positive") as server:
        url = f"{server.url}?api-version=2024-10-21"
        assert Model(url, key_env="MY_KEY", key_header="api-key").ask(TEXTS[0]) == ["positive"]
    assert [(sent["api-key"], sent["Authorization"]) for sent in server.headers] == [(KEY, None)]


@given(st.text(), st.text())
def test_braces_in_a_field_mean_nothing(context: str, question: str) -> None:
    template = 'In {context} find {question}, as {"json": 1}'
    expected = "In " + context + " find " + question + ', as {"json": 1}'
    assert filled(template, {"context": context, "question": question}) == expected


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("Put a {{name}} for names: {text}", "Put a {name} for names: It's {{x}}."),
        ('Say {"a": {"b": 1}}, {{}} or {{{text}', """Say {"a": {"b": 1}}, {{}} or {{It's {{x}}."""),
        ('{"review": {text}}', """{"review": It's {{x}}.}"""),
    ],
)
def test_braces_that_hold_no_field_stand_as_they_are_and_a_name_in_two_has_one(template: str, told: str) -> None:
    assert fields_of(template) == {"text"}
    assert filled(template, {"text": "It's {{x}}."}) == told


@pytest.mark.parametrize("reply", ["positive", " Positive.\n", "**POSITIVE**", "It is positive."])
def test_a_label_is_read_in_what_is_said(reply: str) -> None:
    assert said(lambda text: reply) == "positive"


@pytest.mark.parametrize(
    ("task", "reply", "found"),
    [
        ("text-classification", "**Positive**", Prediction("positive")),
        ("text-classification", "It is positive.", Prediction("positive", said="It is positive.")),
        ("text-classification", "It is mixed.", Prediction("It is mixed.")),
        ("sentence-similarity", "1", Prediction("1.0")),
        ("sentence-similarity", "4 of 5: 80%", Prediction("0.8", said="4 of 5: 80%")),
    ],
)
def test_what_was_said_is_kept_beside_what_was_read_in_it(task: str, reply: str, found: Prediction) -> None:
    with chat(lambda text: reply) as server:
        assert list(Model(server.url, task=task).asker.ask([TEXTS[0]])) == [found]


def test_what_is_none_of_the_labels_is_the_answer_as_it_stands() -> None:
    assert said(lambda text: " It is mixed, I think. ") == "It is mixed, I think."


@pytest.mark.parametrize(
    ("task", "reply", "output"),
    [
        ("summarization", " It rains.\n", "It rains."),
        ("question-answering", "", ""),
        ("sentence-similarity", "I'd say 0.75.", "0.75"),
        ("sentence-similarity", "-1", "-1.0"),
    ],
)
def test_other_tasks_get_a_text_or_a_number(task: str, reply: str, output: str) -> None:
    assert said(lambda text: reply, task=task) == output


def test_a_similarity_that_is_no_number_is_an_error_of_its_example() -> None:
    assert "returned 'rather alike', expected a number" in said(lambda text: "rather alike", task="sentence-similarity")


def test_requests_are_made_at_once_and_answers_come_in_order() -> None:
    met, all_here = [], Event()

    def answer(text: str) -> str:
        met.append(text)
        if len(met) == 4:
            all_here.set()
        return text.upper() if all_here.wait(60) else "alone"

    with chat(answer) as server:
        found = Model(server.url, task="summarization", at_once=4).ask(*TEXTS)
    assert found == [one["text"].upper() for one in TEXTS]


def once(first: Reply) -> Answer:
    """Return a server that says something else the first time."""
    replies = [first]
    return lambda text: replies.pop() if replies else "positive"


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 503, 529])
def test_what_passes_is_waited_out(status: int) -> None:
    assert said(once(Reply("busy", status))) == "positive"


def test_a_server_is_given_the_time_that_it_asks_for_and_only_what_failed_is_asked_again() -> None:
    with chat(once(Reply("slowly", 429, {"Retry-After": "17"}))) as server:
        model = Model(server.url)
        assert model.ask(*TEXTS) == ["positive"] * 20
    assert model.time.waits == [17]
    assert len(server.asked) == 21


@pytest.mark.parametrize(("header", "seconds"), [
    ("17", 17), (" 1.5 ", 1.5), ("Thu, 01 Jan 1970 00:01:40 GMT", 40), ("Thu, 01 Jan 1970 00:00:10 GMT", 0),
    ("", None), ("soon", None), ("-5", None), ("nan", None), ("Thu, 01 Jan 99999 00:00:00 GMT", None), ("٣", None),
])  # fmt: skip
def test_a_time_to_wait_is_seconds_or_a_date(header: str, seconds: float | None) -> None:
    assert seconds_of(header, now=60) == seconds


def test_a_server_that_is_down_for_good_is_soon_left_alone() -> None:
    with chat(lambda text: Reply("<html>Oh\x1b[31m no</html>", 500)) as server:
        model = Model(server.url, retries=1, at_once=2)
        found = model.ask(*TEXTS)
    what = (
        "the model raises TransientError: the endpoint says 500: <html>Oh<U+001B>[31m no</html>, after 1 of 1 retries"
    )
    assert what in found
    assert found.count("not asked: the endpoint had stopped answering") >= 15
    assert len(server.asked) <= 8


def test_an_input_that_is_refused_for_good_costs_no_other_its_answer() -> None:
    with chat(lambda text: Reply("oh no", 500) if text == "Review 3." else "positive") as server:
        found = Model(server.url, at_once=1).ask(*TEXTS)
    assert found.pop(3).endswith("the endpoint says 500: oh no, after 3 of 3 retries")
    assert found == ["positive"] * 19


@pytest.mark.parametrize("at_once", [1, 2, 8])
def test_inputs_that_are_larger_than_a_limit_cost_no_other_its_answer(at_once: int) -> None:
    large = {f"Review {number}." for number in (2, 3, 11)}
    with chat(lambda text: Reply("too large", 429) if text in large else "positive") as server:
        found = Model(server.url, at_once=at_once).ask(*TEXTS)
    assert found.count("positive") == 17


def test_a_limit_of_requests_costs_time_and_no_answer() -> None:
    def limited(text: str) -> str | Reply:
        second = int(model.time.now)
        answered[second] += 1
        return "positive" if answered[second] <= 2 else Reply("too many", 429, {"Retry-After": "1"})

    answered: Counter[int] = Counter()
    with chat(limited) as server:
        model = Model(server.url)
        assert model.ask(*TEXTS) == ["positive"] * 20
    assert len(server.asked) < 20 + 30


def test_a_quota_that_is_used_up_ends_in_a_few_pauses_of_growing_length() -> None:
    with chat(lambda text: Reply("quota", 429)) as server:
        model = Model(server.url, at_once=1)
        found = model.ask(*TEXTS)
    assert model.time.waits == [1, 1, 2, 4, *[1, 2, 4] * 2]
    assert set(found[:3]) == {
        "the model raises BusyError: the endpoint says 429: quota, after 3 pauses without an answer"
    }
    assert set(found[3:]) == {"not asked: the endpoint had stopped answering"}
    assert len(server.asked) == 13


def test_a_refusal_is_the_error_of_its_example_alone_and_told_in_short() -> None:
    with chat(lambda text: Reply("too long\n" * 10_000, 400) if text == "Review 3." else "positive") as server:
        found = Model(server.url).ask(*TEXTS)
    told = found.pop(3)
    assert told.startswith("the model raises ValueError: the endpoint says 400: too long too long ")
    assert len(told) < 300
    assert found == ["positive"] * 19


@pytest.mark.parametrize("status", [401, 402, 404, 405])
def test_what_nobody_is_answered_ends_the_suite_and_blames_no_example(status: int) -> None:
    with pytest.raises(UsageError, match=rf"^the endpoint says {status}: no such thing$"):
        said(lambda text: Reply("no such thing", status))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    with chat(lambda text: "positive") as other:
        moved = Reply("", status, {"Location": other.url})
        with pytest.raises(UsageError, match=f"says {status}: it is at {other.url}, and no redirect is followed"):
            said(lambda text: moved)
    assert other.asked == []


@pytest.mark.parametrize("reply", [
    Reply("<!doctype html><p>Welcome to the portal"), Reply('{"choices": ['), Reply('{"choices": []}'), Reply("[1, 2]"),
    Reply('{"error": "overloaded"}'), Reply("[" * 100_000), Reply(b"\xff\xfe"), Reply(""), saying(None),
    saying([{"type": "text"}]), saying(["a"]),
])  # fmt: skip
def test_a_reply_without_an_answer_is_an_error_of_its_example(reply: Reply) -> None:
    told = said(lambda text: reply)
    assert told.startswith("the model raises ValueError: no text at choices[0].message.content of the reply:")
    assert len(told) < 330


@pytest.mark.parametrize("content", ["", None, "<think>Well ...</think>"])
def test_a_model_that_only_thought_is_an_error_and_not_an_empty_answer(content: str | None) -> None:
    told = said(lambda text: saying(content, finish_reason="length"))
    assert told.endswith("it came to the limit of its tokens before it said anything")


def test_tokens_are_counted_as_a_server_tells_them_also_of_what_failed() -> None:
    told = iter([("positive", 10, 1), ("", 12, 500)])

    def answer(text: str) -> Reply:
        content, asked, answered = next(told)
        usage = {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}
        return saying(content, usage=usage, finish_reason="length")

    with chat(answer) as server:
        model = Model(server.url, at_once=1)
        model.ask(*TEXTS[:2])
    assert (model.usage.prompt, model.usage.completion) == (22, 501)


@pytest.mark.parametrize(
    "usage", [None, {}, {"prompt_tokens": 5}, [1], {"prompt_tokens": -5, "completion_tokens": 1e400}]
)
def test_tokens_that_cannot_be_are_none(usage: Any) -> None:
    assert tokens_of(json.dumps({"usage": usage})) == (0, 0)


@pytest.mark.parametrize("reply", ["<think>\nGood?\n</think>\n\nPositive.", "Hm, good.</think> positive"])
def test_what_a_model_thinks_is_no_part_of_its_answer(reply: str) -> None:
    assert said(lambda text: reply) == "positive"


def test_thoughts_may_come_in_parts_of_their_own() -> None:
    thoughts = {"type": "thinking", "thinking": [{"type": "text", "text": "Good?"}]}
    assert said(lambda text: saying([thoughts, {"type": "text", "text": "Positive."}])) == "positive"


def test_thoughts_without_an_end_are_an_error() -> None:
    told = said(lambda text: "<think>\nWell, positive")
    assert told.endswith("it was still thinking when its tokens came to an end")


def test_a_reply_is_read_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST", 100_000)
    assert said(lambda text: "a" * 99_000, task="summarization") == "a" * 99_000
    assert said(lambda text: "a" * 101_000).endswith("the reply has more than 100,000 bytes")


def test_a_reply_that_breaks_off_is_asked_for_again() -> None:
    assert said(once(Reply('{"choices"', headers={"Content-Length": "5000"}))) == "positive"


def test_a_slow_answer_is_no_answer_and_counted_as_a_time_out() -> None:
    gone = Event()

    def answer(text: str) -> str:
        gone.wait(60)
        return "positive"

    with chat(answer) as server:
        model = Model(server.url, timeout=0.1, retries=1)
        assert model.ask(TEXTS[0])[0].endswith("no answer within 0.1 s, after 1 of 1 retries")
        gone.set()
    assert model.asker.cost.timeouts + model.usage.timeouts == 2


def dripping(begins: bytes, drop: bytes) -> Iterator[str]:
    """Serve what sends a drop now and then, and comes to no end; return its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                connection, _ = listening.accept()
                with connection:
                    connection.sendall(begins)
                    while True:
                        connection.sendall(drop)
                        time.sleep(0.02)

        Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1/chat/completions"


@pytest.mark.parametrize(("begins", "drop"), [
    (b"HTTP/1.1 200 OK\r\n\r\n", b" "),
    (b"HTTP/1.1 200 OK\r\nX-A: ", b"a"),
    (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
], ids=["a body", "headers", "a beginning without end"])  # fmt: skip
def test_a_server_that_sends_a_little_now_and_then_buys_no_time(begins: bytes, drop: bytes) -> None:
    begun = time.monotonic()
    with contextmanager(dripping)(begins, drop) as url:
        assert Model(url, timeout=0.3, retries=0).ask(TEXTS[0])[0].endswith("no answer within 0.3 s")
    assert time.monotonic() - begun < 60  # and does not wait for the end, which never comes


def test_a_server_that_is_not_there_passes_maybe() -> None:
    with chat(lambda text: "positive") as server:
        pass
    model = Model(server.url, retries=2)
    assert f"the model raises ConnectionError: {server.url}: " in model.ask(TEXTS[0])[0]
    assert len(model.time.waits) == 2


ESCAPED = "".join(f"\\u{ord(character):04x}" for character in KEY)


@pytest.mark.parametrize("reply", [
    Reply(f"not {KEY}!", 400),
    Reply(json.dumps({"error": KEY}).replace(KEY, ESCAPED), 400),
    Reply("", 307, {"Location": f"https://b.example/?k={KEY}"}),
    saying(f"Bearer {KEY}"),
    Reply(saying("KEY").body.replace("KEY", ESCAPED)),  # type: ignore[arg-type]  # a text
    Reply(json.dumps({"choices": KEY}).replace(KEY, ESCAPED)),
    saying(None, tool_calls=[]),
    Reply(json.dumps({"choices": [{"message": {"content": None, "refusal": KEY}}]})),
], ids=["refused", "escaped", "elsewhere", "said", "said with escapes", "no answer", "nothing", "a refusal"])  # fmt: skip
def test_a_key_that_a_server_repeats_is_in_no_message_and_no_answer(
    monkeypatch: pytest.MonkeyPatch, reply: Reply
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    try:
        found = said(lambda text: reply, key_env="MY_KEY")
    except UsageError as error:
        found = str(error)
    assert KEY not in found


def test_a_key_in_what_is_no_http_is_in_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    with contextmanager(dripping)(f"HTTX {KEY}\r\n".encode(), b"") as url:
        found = Model(url, retries=0, key_env="MY_KEY").ask(TEXTS[0])[0]
    assert "HTTX (the key)" in found


def test_what_a_model_refuses_to_say_is_its_answer() -> None:
    message = {"role": "assistant", "content": None, "refusal": "I cannot."}
    assert (
        said(lambda text: Reply(json.dumps({"choices": [{"message": message}]})), task="summarization") == "I cannot."
    )


def test_an_answer_that_a_filter_took_out_is_an_error() -> None:
    told = said(lambda text: saying("", finish_reason="content_filter"))
    assert told.endswith("a filter of the endpoint took out what it said")


@pytest.mark.parametrize("held", ["", " \n", "sk-\nX-Other: 1", "sk-ключ"])
def test_a_key_that_is_none_is_told_before_anything_is_asked_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    monkeypatch.setenv("MY_KEY", held)
    with chat(lambda text: "positive") as server, pytest.raises(UsageError, match="MY_KEY") as caught:
        Model(server.url, key_env="MY_KEY").ask(TEXTS[0])
    assert "sk-" not in str(caught.value)
    assert server.asked == []


def test_a_model_does_not_show_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    assert KEY not in repr(load_endpoint(spec_of(key_env="MY_KEY"), TASKS["summarization"], Usage()))


@pytest.mark.parametrize("change", [
    {"endpoint": "https://b.example/chat"}, {"model": "n"}, {"prompt": "Now: {text}"}, {"system": "Be good."},
    {"settings": {"seed": 1}}, {"labels": ["a", "b"]}, {"version": "2"}, {"range": (1, 5)},
])  # fmt: skip
def test_what_shapes_an_answer_makes_another_model(change: dict[str, Any]) -> None:
    assert identity_of(spec_of(**change)) != identity_of(spec_of())


def test_how_it_is_asked_makes_no_other_model() -> None:
    asked = spec_of(key_env="MY_KEY", key_header="api-key", at_once=2, timeout=9, retries=0, batch=2)
    assert identity_of(asked) == identity_of(spec_of())


@pytest.mark.parametrize(("host", "local"), [
    ("localhost", True), ("127.0.0.1:8000", True), ("[::1]:80", True), ("127.9.9.9", True), ("me.localhost", True),
    ("example.org", False), ("localhost.example.org", False), ("10.0.0.1", False), ("0x7f.1", False),
])  # fmt: skip
def test_what_stays_on_this_machine_is_told_by_its_host(host: str, local: bool) -> None:
    assert is_local(f"http://{host}/v1") is local


def test_an_endpoint_of_this_machine_is_asked_past_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert said(lambda text: "positive") == "positive"


def test_a_proxy_is_used_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    with chat(lambda text: "negative") as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.removesuffix("/v1/chat/completions"))
        assert Model("http://far.example/chat").ask(TEXTS[0]) == ["negative"]


BEFORE = [{"role": role, "content": role} for role in ("system", "user", "assistant")]


def test_what_was_said_before_is_sent_before_the_prompt() -> None:
    inputs = {"text": "Why?", "before": json.dumps(BEFORE)}
    assert turns_of(spec_of(), inputs) == [*BEFORE, {"role": "user", "content": "Why?"}]


def test_the_suite_s_text_for_the_system_takes_the_place_of_a_conversation_s() -> None:
    first, *rest = turns_of(spec_of(system="Be short."), {"text": "Why?", "before": json.dumps(BEFORE)})
    assert (first["content"], [turn["role"] for turn in rest]) == ("Be short.", ["user", "assistant", "user"])


def test_a_perturbed_text_for_the_system_is_what_is_sent() -> None:
    first, _ = turns_of(spec_of(system="Be short."), {"text": "Why?", "system": "Eb short."})
    assert first["content"] == "Eb short."


def test_an_empty_text_for_the_system_is_not_sent() -> None:
    spec = spec_of(system="{told}")
    sent = [turns_of(spec, {"text": "Why?", "told": told})[0]["role"] for told in ("", "Be short.")]
    assert sent == ["user", "system"]


def test_an_empty_cell_leaves_no_blank_lines_in_a_prompt() -> None:
    spec = spec_of(prompt="{text}\n\n{about}")
    sent = [turns_of(spec, {"text": "Why? ", "about": about})[0]["content"] for about in ("", "Rain ")]
    assert sent == ["Why?", "Why? \n\nRain "]


def calling(*calls: tuple[str, Any]) -> Reply:
    """Return the reply of a model that calls tools, and says nothing."""
    made = [{"type": "function", "function": {"name": name, "arguments": said}} for name, said in calls]
    return Reply(json.dumps({"choices": [{"message": {"content": None, "tool_calls": made}}]}))


@pytest.mark.parametrize(("reply", "answer"), [
    (calling(("pay", '{"to": "Anna"}')), {"name": "pay", "arguments": {"to": "Anna"}}),
    (calling(("pay", "{"), ("wait", {})), [{"name": "pay", "arguments": "{"}, {"name": "wait", "arguments": {}}]),
])  # fmt: skip
def test_tools_that_are_called_are_the_answer_where_nothing_is_said(reply: Reply, answer: Any) -> None:
    found = said(lambda text: reply, task="text-generation")
    assert json.loads(found) == answer


def test_a_tool_s_name_may_be_a_label() -> None:
    assert said(lambda text: calling(("positive", "{}"))) == "positive"


def test_calls_that_are_none_are_an_error() -> None:
    reply = Reply('{"choices": [{"message": {"content": null, "tool_calls": [{"name": "pay"}]}}]}')
    assert "no text at choices[0].message.content" in str(said(lambda text: reply))
