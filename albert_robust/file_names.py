"""What files are called that users write and that runs look for."""

SUITE, MISNAMED_SUITE = ".robust.yaml", ".robust.yml"  # endings
BASELINE = ".baseline.jsonl"
VARIANTS, CONTRASTS = ".variants.jsonl", ".contrasts.jsonl"
PACK = "perturbations"  # a folder beside a suite
APART = "::"  # between a file and the name of one of its models, as in pytest's ids
