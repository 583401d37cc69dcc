"""Opens packs, which are folders of perturbations, by path. The built-in pack is opened just as a user's is."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from types import ModuleType

from albert_robust.builtin import PACKAGE, builtin
from albert_robust.errors import Complaint, InputError, Mistake, Place, complaint_at, installed, need, reading
from albert_robust.file_names import PACK, VARIANTS
from albert_robust.foreign import raise_if_ending, raised
from albert_robust.imports import module_at
from albert_robust.perturbing.given import FAMILY, awaited, given_in
from albert_robust.perturbing.other_names import hint
from albert_robust.perturbing.perturbation import Perturbation
from albert_robust.perturbing.spec import DEFAULT_SEVERITY, Spec, Step, parse_spec
from albert_robust.shown import shown_path, suggest

ENGINE = (PACKAGE / "perturbing", PACKAGE / "text")


@dataclass(frozen=True)
class Registry:
    """The perturbations of some packs, by name, in alphabetical order.

    Attributes:
        perturbations: By name.
        awaits_variants: Whether files of variants may be named that are not there yet, by what makes them.
    """

    perturbations: dict[str, Perturbation]
    awaits_variants: bool = False

    def __iter__(self) -> Iterator[Perturbation]:
        return iter(self.perturbations.values())

    def __reduce__(self) -> tuple[Callable[[Iterable[Path]], "Registry"], tuple[list[Path]]]:
        """Let another process open the packs anew: a function from a file without an importable name cannot be sent."""
        return open_packs, (sorted({item.path.parent for item in self}),)

    def get(self, name: str) -> Perturbation:
        """Return a perturbation.

        Raises:
            Mistake: No perturbation has that name; the advice suggests one.
        """
        given = name.startswith(f"{FAMILY}.")
        if given and self.awaits_variants and name not in self.perturbations:
            return awaited(name)
        if name not in self.perturbations:
            hint = suggest(name, list(self.perturbations)) + " `albert-robust list perturbations` shows all "
            hint = f"{hint.strip()} {len(self.perturbations)}."
            if given:
                file = f"{name.removeprefix(f'{FAMILY}.')}{VARIANTS}"
                hint = f"no {file} is in a folder {PACK}/ here or beside the suite: write it, or have a model do so, "
                hint += f"`albert-robust reword SUITE --by FILE --out {PACK}/{file}`"
            raise Mistake(f"unknown perturbation {name!r}", hint)
        return self.perturbations[name]

    def ready(self, name: str) -> Perturbation:
        """Return a perturbation that can be applied here.

        Raises:
            Mistake: No perturbation has that name.
            MissingExtraError: The perturbation runs on a module that is not installed.
        """
        found = self.get(name)
        if found.needs:
            need(found.needs, found.extra or found.needs, found.name)
        return found

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all that shapes a variant: the packs' files and the engine's own."""
        packs = sorted({item.path.parent for item in self})
        digest = hashlib.sha256()
        for folder in (*packs, *ENGINE):
            for path in sorted(folder.rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts:
                    digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def expand(self, written: str, severity: int | None = None) -> list[Spec]:
        """Return the specs that a string stands for. A glob stands alone, not in a chain.

        Args:
            written: Such as `typos.keyboard@2`, `typos.*`, `typos.swap | case.lower`.
            severity: The severity of steps that say none; None for the default.

        Raises:
            Mistake: The string is malformed, or names an unknown perturbation or severity. For a perturbation with one severity,
                `severity` and the severity of a glob are ignored.
        """
        word = written.strip()
        if word.isidentifier() or hint(word):
            raise Mistake(f"{written!r} is no perturbation", hint(word) or self._meant(word))
        spec = parse_spec(written)
        globs = [step for step in spec.steps if step.is_glob]
        if not globs:
            return [Spec(tuple(self._named(step, severity) for step in spec.steps))]
        if len(spec.steps) > 1:
            raise Mistake(f"{written!r}: a glob stands alone", "name the perturbations of a chain one by one")
        names = [name for name in self.perturbations if globs[0].matches(name)]
        if not names:
            raise Mistake(f"no perturbation matches {written!r}", self._meant(globs[0].name.partition(".")[0]))
        return [Spec((self._settled(replace(globs[0], name=name), severity),)) for name in names]

    def _named(self, step: Step, severity: int | None) -> Step:
        """Return a step that is no glob, with its severity; a perturbation with one severity gets none."""
        settled = self._settled(step, severity)
        if settled.severity is None and step.severity not in {None, 1}:
            raise Mistake(f"{step.name} has one severity, and not {step.severity}", f"write {step.name!r}")
        return settled

    def _meant(self, word: str) -> str:
        """Return advice about a word without a dot, which may be meant as a family or as the second half of a name."""
        halves = {name.partition(".")[2]: name for name in self.perturbations}
        meant = halves | {name.partition(".")[0]: f"{name.partition('.')[0]}.*" for name in self.perturbations}
        near = get_close_matches(word, list(meant), n=1)
        return f"did you mean {meant[near[0]]!r}?" if near else "`albert-robust list perturbations` shows all"

    def _settled(self, step: Step, severity: int | None) -> Step:
        found = self.get(step.name)
        if found.severities == 1:
            return Step(step.name)
        level = step.severity or severity or DEFAULT_SEVERITY
        if level > found.severities:
            raise Mistake(f"{step.name} has severities 1 to {found.severities}, and not {level}")
        return Step(step.name, level)

    def applies(self, spec: Spec, language: str) -> bool:
        """Return whether every step of a spec works in a language."""
        return all(self.get(step.name).applies(language) for step in spec.steps)

    def alters(self, spec: Spec) -> tuple[str, ...]:
        """Return the aspects that the steps of a spec alter, such as `polarity`; none if all steps preserve something."""
        altered = [self.get(step.name).alters for step in spec.steps]
        return tuple(dict.fromkeys(what for what in altered if what))

    def contract(self, spec: Spec) -> str:
        """Return the contract of a spec, such as `preserves meaning`; a spec alters what any of its steps alters."""
        altered = self.alters(spec)
        return f"alters {' and '.join(altered)}" if altered else f"preserves {self.get(spec.steps[0].name).preserves}"


def open_packs(folders: Iterable[Path] = (), *, awaits_variants: bool = False) -> Registry:
    """Return the built-in perturbations and those of the folders named `perturbations` that exist among `folders`.

    Args:
        folders: Those of a user.
        awaits_variants: As `Registry` has it.

    Raises:
        InputError: A file of a pack cannot be imported, a name is defined twice, or an example of a user's perturbation does not
            come out as it is written.
    """
    found: dict[str, Perturbation] = {}
    seen: set[Path] = set()
    for folder in (builtin(PACK), *folders):
        resolved = folder.resolve()
        if resolved in seen or not resolved.is_dir():
            continue
        seen.add(resolved)
        for item in _perturbations(resolved):
            if item.name in found:
                first = shown_path(found[item.name].path)
                raise complaint_at(item.path, f"{item.name} is defined twice", f"it is also in {first}: rename one")
            found[item.name] = item
    _check_examples(item for item in found.values() if item.path.parent != builtin(PACK).resolve())
    return Registry(dict(sorted(found.items())), awaits_variants)


def _check_examples(own: Iterable[Perturbation]) -> None:
    """Complain of broken examples of users' perturbations; those of the built-in ones are checked by tests of ours."""
    complaints = [
        Complaint(shown_path(item.path), Place(item.line), f"{item.name}: {what}")
        for item in own
        if not item.needs or installed(item.needs)
        for what in item.broken
    ]
    if complaints:
        raise InputError(complaints)


def _perturbations(folder: Path) -> Iterator[Perturbation]:
    for path in sorted(folder.glob("*.py")):
        with reading(path):
            source = path.read_text(encoding="utf-8", errors="replace")
        # A folder that merely has our name may hold anything: only files that use this package are run.
        if "albert_robust" not in source:
            continue
        for value in vars(_import(path)).values():
            if isinstance(value, Perturbation) and Path(value.path) == path:
                yield value
    yield from given_in(folder)


def _import(path: Path) -> ModuleType:
    try:
        return module_at(path)
    except InputError:
        raise
    except SyntaxError as error:
        raise complaint_at(
            path, f"not Python: {error.msg}", line=error.lineno or 1, column=max(error.offset or 1, 1)
        ) from None
    except BaseException as error:
        raise_if_ending(error)
        raise complaint_at(path, f"the file raises {raised(error)}", line=_line_in(error, path)) from error


def _line_in(error: BaseException, path: Path) -> int:
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
