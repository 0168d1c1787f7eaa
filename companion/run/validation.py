"""Rasa's own check of the training data: intents, stories and rules that contradict each other."""

from __future__ import annotations

from companion.core.quiet import hush
from companion.settings import ROOT

__all__ = ["validate"]


def validate() -> bool:
    """Whether Rasa finds domain, examples, rules and stories sound together; prints what it does not like."""
    hush()
    from rasa.shared.importers.importer import TrainingDataImporter
    from rasa.validator import Validator

    importer = TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"),
        str(ROOT / "domain.yml"),
        [str(ROOT / "data" / part) for part in ("nlu", "rules", "stories")],
    )
    validator = Validator.from_importer(importer)
    return all(
        (
            validator.verify_domain_validity(),
            # A warning would be an error here but for `other_language`: a component sets it, no example teaches it.
            validator.verify_nlu(ignore_warnings=True),
            validator.verify_utterances_in_stories(ignore_warnings=False),
            validator.verify_actions_in_stories_rules(),
            validator.verify_story_structure(ignore_warnings=False),
        )
    )
