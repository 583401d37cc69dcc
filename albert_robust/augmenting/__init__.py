"""Augment: labelled data with perturbed copies of their rows, to train on."""

from albert_robust.augmenting.augment import Augmented, Made, Originals, Perturbations, augmented

__all__ = ["Augmented", "Made", "Originals", "Perturbations", "augmented"]
