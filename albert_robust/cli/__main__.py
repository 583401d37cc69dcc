"""`python -m albert_robust.cli`: the same commands where torchrun needs a module."""

import sys

from albert_robust.cli import main

sys.exit(main())
