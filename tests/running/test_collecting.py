"""The garbage collector is off while a block is made, on while foreign code runs, and as before in the end."""

import gc

import pytest

from albert_robust.running.collecting import not_collecting


@pytest.mark.parametrize("was_on", [True, False])
def test_the_collector_is_on_only_for_code_that_may_create_cycles_and_then_as_it_was(was_on: bool) -> None:
    before = gc.isenabled()
    (gc.enable if was_on else gc.disable)()
    try:
        with not_collecting() as collecting:
            seen = [gc.isenabled()]
            with collecting():
                seen.append(gc.isenabled())
            seen.append(gc.isenabled())
        assert [*seen, gc.isenabled()] == [False, was_on, False, was_on]
        assert gc.get_freeze_count() == 0
    finally:
        (gc.enable if before else gc.disable)()
