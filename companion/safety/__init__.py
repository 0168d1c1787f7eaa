"""Red flags: what a person writes that means danger, by rules that a nurse can read and a detector for the rest."""

from companion.safety.detector import NONE, Detector, Guess
from companion.safety.model import Assessment, Hit, RedFlag, RuleFile, Urgency
from companion.safety.rule_file import load_rules
from companion.safety.training import train_detector
from companion.safety.triage import Triage

__all__ = [
    "NONE",
    "Assessment",
    "Detector",
    "Guess",
    "Hit",
    "RedFlag",
    "RuleFile",
    "Triage",
    "Urgency",
    "load_rules",
    "train_detector",
]
