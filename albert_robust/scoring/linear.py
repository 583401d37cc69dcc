"""Linear layers as fast as the processor allows, with the same float32 numbers, or bfloat16 ones.

On processors with AVX-512 torch multiplies float32 matrices through MKL, which on AMD's Zen 5 reaches less than half of what
oneDNN does with weights packed once (BERTScore of a MiniLM: 2.6 times faster as a whole), on Zen 4 five sixths; bfloat16 ones
go through oneDNN in any case, an eighth faster as a whole where they are packed. With AVX2 alone the two are alike, so nothing
is packed there. The operators are torch's own but not public: without them the layers stay as they are.
"""

from typing import Any

PACKED_CAPABILITY = "AVX512"


def pack(model: Any) -> int:
    """Put packed layers in place of a model's linear ones, where that is faster, and return how many were packed.

    Args:
        model: A torch module in inference mode, float32 or bfloat16, on the processor.
    """
    import torch

    usable = hasattr(torch.ops.mkldnn, "_linear_pointwise") and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    if not usable or torch.backends.cpu.get_cpu_capability() != PACKED_CAPABILITY:
        return 0
    packed = [module for module in model.modules() if type(module) is torch.nn.Linear]
    for module in packed:
        module.forward = _packed_forward(module)  # type: ignore[method-assign]  # the layer stays, its arithmetic changes
    return len(packed)


def _packed_forward(module: Any) -> Any:
    import torch

    weight = torch.ops.mkldnn._reorder_linear_weight(module.weight.detach(), None)
    bias = None if module.bias is None else module.bias.detach()

    def forward(inputs: Any) -> Any:
        return torch.ops.mkldnn._linear_pointwise(inputs, weight, bias, "none", [], "")

    return forward
