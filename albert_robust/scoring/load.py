"""Load an encoder: any transformers checkpoint with safetensors weights, by path or name."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from albert_robust.errors import UsageError
from albert_robust.foreign import first_line
from albert_robust.scoring.encoder import Encoder, Precision

EMBEDDED = "builtin"
EMBEDDED_FOLDER = Path(__file__).resolve().parent.parent / "encoder"
NEED_A_LAYER = ("deberta", "deberta-v2", "modernbert")  # these fail without any, so one more runs than layer 0 needs


def encoder_name(encoder: str | Path) -> str:
    """Return an encoder's name as a string.

    Raises:
        UsageError: It is neither a name nor a path.
    """
    if not isinstance(encoder, str | Path):
        raise UsageError(f"encoder: {encoder!r} is none: name {EMBEDDED!r}, a checkpoint's folder or a hub's model")
    return str(encoder)


def encoder_path(name: str) -> str:
    """Return what transformers should load for an encoder's name: `builtin` is the embedded one."""
    return str(EMBEDDED_FOLDER) if name == EMBEDDED else name


def load_encoder(
    name: str = EMBEDDED,
    layer: int | None = None,
    allow_network: bool = False,
    precision: Precision | None = None,
    device: str | None = None,
) -> Encoder:
    """Return an encoder, kept in memory for later calls.

    Args:
        name: `builtin`, a checkpoint folder, or a hub name.
        layer: Which hidden state; None for the checkpoint's own `labs_layer`, else its last.
        allow_network: Whether a hub may be asked.
        precision: `fp32` or `bf16`; None for bf16 on a GPU of NVIDIA's and fp32 elsewhere.
        device: As torch names it, such as `cpu` or `cuda:1`; None for `cuda` where there is one.

    Raises:
        UsageError: There is no such checkpoint, it has no safetensors weights or no tokenizer, or no such layer, or this
            machine lacks the device.
    """
    chosen = _chosen_layer(name, _config(name, allow_network), layer)
    return _kept(name, chosen, allow_network, *_hardware(precision, device))


def read_encoder(
    name: str,
    layer: int | None = None,
    allow_network: bool = False,
    precision: Precision | None = None,
    device: str | None = None,
) -> Encoder:
    """Return an encoder as it lies on disk now; `load_encoder` has the arguments, and what is raised."""
    from transformers import AutoTokenizer

    path, options, config = encoder_path(name), _options(allow_network), _config(name, allow_network)
    precision, device = _hardware(precision, device)
    layers, chosen = int(config.num_hidden_layers), _chosen_layer(name, config, layer)
    config.num_hidden_layers = max(chosen, 1) if config.model_type in NEED_A_LAYER else chosen
    with _loading(name):
        model, loading = _auto_class(config).from_pretrained(
            path, config=config, use_safetensors=True, dtype="float32", output_loading_info=True, **options
        )
        tokenizer = AutoTokenizer.from_pretrained(path, **options)
    _check_tokenizer(name, tokenizer)
    drawn = _drawn(name, loading["missing_keys"])
    hashes = (_weights_hash(model, drawn), _tokenizer_hash(tokenizer))
    try:
        model = _ready(model.eval(), precision, device)
    except Exception as error:  # torch's own, of several types
        raise UsageError(f"device: {device!r} cannot be used here: {first_line(error)}") from None
    return Encoder(name, model, tokenizer, chosen, layers, precision, *hashes)


_kept = cache(read_encoder)


def _config(name: str, allow_network: bool) -> Any:
    from transformers import AutoConfig

    quiet_transformers()
    path = encoder_path(name)
    if not (allow_network or os.path.isdir(path) or _is_fetched(path)):
        what = "there is no such folder, and a hub is asked only if you allow the network"
        raise UsageError(f"cannot load the encoder {name!r}: {what}")
    if any(Path(path).glob("*.onnx")) and not any(Path(path).glob("*.safetensors")):
        mend = "name the encoder that it was made from, or an export with `--format safetensors`"
        raise UsageError(f"cannot load the encoder {name!r}: it is an export to ONNX, for other runtimes; {mend}")
    with _loading(name):
        return AutoConfig.from_pretrained(path, **_options(allow_network))


def _hardware(precision: Precision | None, device: str | None) -> tuple[Precision, str]:
    import torch

    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    return precision or ("bf16" if device.startswith("cuda") else "fp32"), device


def _options(allow_network: bool) -> dict[str, Any]:
    return {"local_files_only": not allow_network, "trust_remote_code": False}


@contextmanager
def _loading(name: str) -> Iterator[None]:
    """Tell that an encoder cannot be loaded, whatever transformers raises: for a broken folder it has no common type."""
    try:
        yield
    except Exception as error:
        raise UsageError(f"cannot load the encoder {name!r}: {first_line(error)}") from None


def quiet_transformers() -> None:
    """Keep transformers from printing advice and progress."""
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()


def _chosen_layer(name: str, config: Any, layer: int | None) -> int:
    layers = int(config.num_hidden_layers)
    chosen = int(getattr(config, "labs_layer", layers)) if layer is None else layer
    if type(chosen) is not int or not 0 <= chosen <= layers:
        raise UsageError(f"encoder {name!r} has layers 0 to {layers}, got {chosen!r}")
    return chosen


def has_vocabulary(tokenizer: Any) -> bool:
    """Return whether a tokenizer knows words. Where a folder has none, transformers makes one to which all texts are alike."""
    return len(tokenizer) > len(tokenizer.all_special_tokens)


def _check_tokenizer(name: str, tokenizer: Any) -> None:
    """Refuse a tokenizer that would read all texts alike; keep any other from cutting or padding texts."""
    if tokenizer.is_fast:  # some files ask for that
        tokenizer.backend_tokenizer.no_truncation()
        tokenizer.backend_tokenizer.no_padding()
    if not has_vocabulary(tokenizer):
        raise UsageError(f"the encoder {name!r} has no tokenizer")


def _drawn(name: str, missing: Iterable[str]) -> set[str]:
    """Return the weights that a checkpoint lacks, which transformers draws at random; only a pooler's, which no score reads."""
    drawn = set(missing)
    if any(not key.startswith("pooler.") for key in drawn):
        raise UsageError(f"the encoder {name!r} is not whole: it has no weights for {min(drawn)}")
    return drawn


def _is_fetched(name: str) -> bool:
    """Whether a hub's model was fetched before."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        return isinstance(try_to_load_from_cache(name, "config.json"), str)
    except HFValidationError:  # the name of a folder, not of a model
        return False


def _auto_class(config: Any) -> Any:
    """The class that loads the encoder alone, also of a model that has a decoder (T5)."""
    from transformers import AutoModel, AutoModelForTextEncoding

    known = type(config) in AutoModelForTextEncoding._model_mapping
    return AutoModelForTextEncoding if known else AutoModel


def _ready(model: Any, precision: Precision, device: str) -> Any:
    import torch

    from albert_robust.scoring.linear import pack

    model = model.to(device, torch.bfloat16 if precision == "bf16" else torch.float32)
    if device == "cpu":
        pack(model)
    return model


def _weights_hash(model: Any, drawn: set[str]) -> str:
    digest = hashlib.sha256()
    for key, value in sorted(model.state_dict().items()):
        if key not in drawn:
            digest.update(key.encode())
            digest.update(value.contiguous().numpy().tobytes())
    return digest.hexdigest()[:8]


def _tokenizer_hash(tokenizer: Any) -> str:
    backend = getattr(tokenizer, "backend_tokenizer", None)
    content = backend.to_str() if backend is not None else json.dumps(tokenizer.get_vocab(), sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:8]
