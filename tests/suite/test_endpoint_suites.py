"""What a suite says about a model behind an endpoint: few keys, and a mistake is told with its place before anything is asked."""

from collections.abc import Callable
from pathlib import Path

import pytest

from albert_robust.data import read_examples
from albert_robust.errors import InputError
from albert_robust.models.prompt import turns_of
from albert_robust.suite.load import load_suite
from albert_robust.suite.suite import Suite

SUITE = """
task: text-classification
model:
  endpoint: https://api.example.org/v1/chat/completions
  model: small-1
  prompt: 'Is this good or bad? {text} {"answer": 1}'
  labels: [good, bad]
  key_env: MY_KEY
  settings: {temperature: 0, stop: ["\\n"], logit_bias: {"50256": -100}}
datasets: {d: {path: d.jsonl, language: en}}
checks: [{expect: invariance, perturbations: [typos.swap]}]
""".lstrip()
QUESTIONS = (("text-classification", "question-answering"), ("  labels: [good, bad]\n", ""))
Change = tuple[str, str]


@pytest.fixture
def load(write: Callable[..., Path]) -> Callable[..., Suite]:
    """Return a function that loads the suite with parts replaced."""

    def load_changed(*changes: Change) -> Suite:
        text = SUITE
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        return load_suite(write(d_dot_jsonl='{"text": "It rains."}', s_dot_robust_dot_yaml=text))

    return load_changed


def test_what_else_a_prompt_names_is_a_column(load: Callable[..., Suite]) -> None:
    suite = load(("{text}", "{premise} {text}"), ("[typos.swap]", "[typos.swap], fields: [premise]"))
    assert suite.task.inputs == ("text", "premise")
    assert suite.checks[0].fields == ("premise",)


def test_a_column_that_a_prompt_names_may_have_digits_and_letters_of_any_script(load: Callable[..., Suite]) -> None:
    suite = load(("{text}", "{text} {choice1} {选项2} {2} {a b}"))
    assert suite.task.inputs == ("text", "choice1", "选项2")


def test_the_system_s_text_may_be_perturbed_and_keeps_its_labels(load: Callable[..., Suite]) -> None:
    system = ("  labels", "  system: Say good or bad.\n  labels")
    suite = load(system, ("[typos.swap]", "[typos.swap], fields: [system]"))
    (example,) = read_examples(suite.datasets["d"], suite.task.inputs, suite.task.reference)
    assert example.fields == {"text": "It rains.", "system": "Say good or bad."}
    assert suite.task.protect(example, "system") == ("good", "bad")
    assert suite.task.protect(example, "text") == ()


def test_the_prompt_s_text_may_be_perturbed_and_keeps_its_labels_and_fields(load: Callable[..., Suite]) -> None:
    suite = load(("[typos.swap]", "[typos.swap], fields: [template]"))
    (example,) = read_examples(suite.datasets["d"], suite.task.inputs, suite.task.reference)
    template = 'Is this good or bad? {text} {"answer": 1}'
    assert example.fields == {"text": "It rains.", "template": template}
    assert suite.task.protect(example, "template") == ("good", "bad")
    worded = dict(example.fields) | {"template": template.replace("Is", "Say whether") + " {text}"}
    assert turns_of(suite.model, worded)[-1]["content"] == (
        'Say whether this good or bad? It rains. {"answer": 1} It rains.'
    )


def test_a_suite_may_name_an_endpoint(load: Callable[..., Suite]) -> None:
    model = load().model
    assert (model.model, model.labels, model.at_once) == ("small-1", ["good", "bad"], 8)
    assert model.settings == {"temperature": 0, "stop": ["\n"], "logit_bias": {"50256": -100}}


MISTAKES: dict[str, tuple[tuple[Change, ...], str]] = {
    "the right answer": ((("{text}", "{text} {label}"),), r":5:3: unknown field 'label'\n  known: text$"),
    "a field with a typo": (
        (("{text}", "{txt}"),),
        r":5:3: .* \{text\}, which .*\n  write \{text\} where it says \{txt\}$",
    ),
    "a key as other tools write it": (
        (("key_env: MY_KEY", "api_key: abc"),),
        r"^[^\n]*:7:3: unknown key 'api_key'\n  name the variable that .*: `key_env: OPENAI_API_KEY`$",
    ),
    "a setting outside of the settings": (
        (("key_env: MY_KEY", "max_tokens: 5"),),
        r"^[^\n]*:7:3: unknown key 'max_tokens'\n  .* stands in `settings: \{max_tokens: 50\}`$",
    ),
    "headers": (
        (("key_env: MY_KEY", "headers: {a: b}"),),
        r"^[^\n]*:7:3: unknown key 'headers'\n  only the header of the key can be named: `key_header: api-key`$",
    ),
    "the right answer for the system": (
        (("  labels", "  system: 'You read {label}.'\n  labels"),),
        r":6:3: unknown field 'label'",
    ),
    "the system's text in itself": (
        (("  labels", "  system: 'You are {system}.'\n  labels"),),
        r":6:3: \{system\} is no field\n  map the column to another name",
    ),
    "the prompt's text in itself": (
        (("{text}", "{text} {template}"),),
        r":5:3: \{template\} is no field\n  map the column to another name",
    ),
    "a perturbed text of the system that there is not": (
        (("[typos.swap]", "[typos.swap], fields: [system]"),),
        r"^[^\n]*robust\.yaml:10:69: unknown field 'system'\n  known: text$",
    ),
    "no field at all": (((" {text}", ""),), r":5:3: the prompt does not hold \{text\}, which is perturbed"),
    "another field than the one that is perturbed": (
        (*QUESTIONS, ("{text}", "{context}")),
        r":5:3: the prompt does not hold \{question\}, which is perturbed",
    ),
    "fields in two braces": ((("{text}", "{{text}}"),), r":5:3: \{\{text\}\} has a brace too many\n  write \{text\}"),
    "no prompt": ((("  prompt:", "  system:"),), r":2:1: an endpoint needs `model` and `prompt`"),
    "no labels": ((("  labels: [good, bad]\n", ""),), r":3:3: a chat model that classifies needs labels"),
    "one label": ((("[good, bad]", "[good]"),), r":6:3: \['good'\]: "),
    "labels of a task that has none": (
        (QUESTIONS[0], ("{text}", "{question}")),
        r":6:3: question-answering has no labels",
    ),
    "retrieval": ((("text-classification", "retrieval"),), r":3:3: a chat model cannot do retrieval"),
    "the base of an API": (
        (("/chat/completions", ""),),
        r":3:3: https://api\.example\.org/v1 is where an API begins\n  write `https://api\.example\.org/v1/chat/completions`",
    ),
    "a format of Ollama's own": (
        (("/v1/chat/completions", "/api/chat"),),
        r":3:3: https://api\.example\.org/api/chat speaks another format.*\n  write `https://api\.example\.org/v1/chat/compl",
    ),
    "a key over plain http": (
        (("https:", "http:"),),
        r":3:3: the key would go over the network as it is\n  write `https://`, or take out `key_env`",
    ),
    "settings that are no settings": ((("{temperature: 0", "{stream: true"),), r":8:3: 'stream' is no setting"),
    "a prompt without an endpoint": (
        (("endpoint: https://api.example.org/v1/chat/completions", 'python: "m:f"'),),
        r":4:3: only `endpoint:` has 'model'",
    ),
    "a prompt for a function": (
        (
            ("endpoint: https://api.example.org/v1/chat/completions", 'python: "m:f"'),
            ("  model: small-1\n", ""),
            ("  key_env: MY_KEY\n", ""),
        ),
        r":4:3: only `transformers:` or `endpoint:` has 'prompt'",
    ),
    "labels without a prompt": (
        (
            ("endpoint: https://api.example.org/v1/chat/completions", "transformers: small"),
            ("  model: small-1\n", ""),
            ("  key_env: MY_KEY\n", ""),
            ("  prompt: ", "  system: "),
        ),
        r":4:3: 'system' without a prompt\n  add `prompt:`",
    ),
    "a header without a key": ((("key_env: MY_KEY", "key_header: api-key"),), r":2:1: 'key_header' without a key"),
    "a header that there cannot be": (
        (("key_env: MY_KEY", "key_env: MY_KEY\n  key_header: 'api key'"),),
        r":8:3: 'api key': ",
    ),
    "none at once": ((("key_env: MY_KEY", "at_once: 0"),), r":7:3: 0: input should be greater than or equal to 1"),
}


@pytest.mark.parametrize(("changes", "message"), list(MISTAKES.values()), ids=list(MISTAKES))
def test_a_mistake_is_told_with_its_place(
    load: Callable[..., Suite], changes: tuple[Change, ...], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        load(*changes)


@pytest.mark.parametrize(
    "change",
    [
        ("key_env: MY_KEY", "key_env: sk-proj-abc123"),
        ("https://api", "https://user:sk-proj-abc123@api"),
        ("completions", "completions?key=sk-proj-abc123"),
    ],
    ids=["in place of its variable", "in the URL as a password", "in the URL as a query"],
)
def test_a_key_in_a_suite_is_refused_and_not_repeated(load: Callable[..., Suite], change: Change) -> None:
    with pytest.raises(InputError, match=r":[37]:3: not (an endpoint's URL|the name of a variable)") as caught:
        load(change)
    assert "abc123" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["ftp://a.example/v1", "//a.example/v1", "https://a.example", "https:///v1", "file:///etc"]
)
def test_what_is_no_endpoint_s_url_is_refused(load: Callable[..., Suite], url: str) -> None:
    with pytest.raises(InputError, match=r":3:3: not an endpoint's URL\n  write `https://host/v1/chat/completions`"):
        load(("https://api.example.org/v1/chat/completions", url))


@pytest.mark.parametrize("host", ["[::1", "a]", "localhost:http", "localhost:80000", ":80"])
def test_an_endpoint_has_a_host_and_a_port_that_there_can_be(load: Callable[..., Suite], host: str) -> None:
    with pytest.raises(InputError, match=":3:3: not an endpoint's URL"):
        load(("https://api.example.org", f"http://{host}"))


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_a_key_may_go_over_plain_http_to_this_machine(load: Callable[..., Suite], host: str) -> None:
    assert load(("https://api.example.org", f"http://{host}")).model.key_env == "MY_KEY"


def test_without_a_key_a_server_nearby_may_be_asked_over_plain_http(load: Callable[..., Suite]) -> None:
    assert load(("https://api.example.org", "http://vllm:8000"), ("  key_env: MY_KEY\n", "")).model.key_env is None


def test_what_is_perturbed_may_stand_in_the_system_s_text(load: Callable[..., Suite]) -> None:
    assert load((" {text}", ""), ("  labels", "  system: 'The review: {text}'\n  labels")).model.system
