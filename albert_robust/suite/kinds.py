"""What a model of a kind can have: one table, by which a model is checked and takes over what several models share."""

from collections.abc import Mapping

WITH_PROMPT = ("endpoint", "transformers")
OF_PROMPT = ("system", "labels")
OF_KINDS = {  # the keys that only models of some kinds have
    **dict.fromkeys(("model", "key_env", "key_header", "at_once"), ("endpoint",)),
    **dict.fromkeys(("device", "dtype", "max_input_tokens", "src_lang", "tgt_lang"), ("transformers",)),
    **dict.fromkeys(("prompt", "settings", *OF_PROMPT), WITH_PROMPT),
    "documents": ("encoder",),
    "timeout": ("python", "endpoint"),
}


def why_not(kind: str, key: str, written: Mapping[str, object]) -> str:
    """Return why a model of a kind cannot have a key, and on a second line how to mend it; empty where it can.

    Args:
        kind: As suites write it.
        key: One of those that are written.
        written: What the suite says of the model.
    """
    kinds = OF_KINDS.get(key, (kind,))
    if kind not in kinds:
        return f"only {' or '.join(f'`{one}:`' for one in kinds)} has {key!r}\ntake it out"
    if kind == "endpoint":
        return ""
    if key in OF_PROMPT and not written.get("prompt"):
        return f"{key!r} without a prompt\nadd `prompt:`, or take it out"
    if key == "price" and not isinstance(written[key], int | float | None):
        return "only an endpoint tells its tokens\nwrite what an input costs: `price: 0.002`"
    return ""
