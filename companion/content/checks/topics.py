"""Every topic has an answer, an intent, a rule, training examples and a test question."""

from __future__ import annotations

from collections.abc import Iterator

from companion.content.checks.project import QUESTIONS, Project
from companion.content.problems import Problem
from companion.dialogue.subject import FOLLOW_UP, PERSONAL_ADVICE

__all__ = ["CONTRACT_TOPICS", "answers_and_intents", "contract_topics", "test_questions", "training_examples"]

#: The topics that other people's tools rely on. There may be more; none of these may disappear.
CONTRACT_TOPICS = (
    *("what_is_mbc", "where_it_spreads", "recurrence_vs_new_de_novo", "symptoms_general", "symptoms_bone"),
    *("symptoms_lung", "symptoms_liver", "symptoms_brain", "diagnosis_tests", "biopsy_biomarkers", "treatment_goals"),
    *("treatment_options", "treatment_choice_factors", "hormone_therapy", "cdk46_inhibitors", "chemotherapy"),
    *("targeted_therapy", "her2_targeted_therapy", "triple_negative_immunotherapy", "radiation", "surgery"),
    *("bone_strengthening", "side_effects", "treatment_resistance", "monitoring", "clinical_trial_what"),
    *("clinical_trial_pros", "clinical_trial_cons", "clinical_trial_join", "emerging_research"),
    *("prognosis_life_expectancy", "is_it_curable", "quality_of_life", "pain_management", "nutrition"),
    *("mental_health_support", "support_for_family", "finance_insurance", "care_team", "treatment_providers"),
    "second_opinion_providers",
)

_ANSWER = "action_answer"
#: Fewer examples than this and a topic is often missed, or taken for its neighbour.
_LEAST_EXAMPLES = 40


def contract_topics(project: Project) -> Iterator[Problem]:
    """A topic of the public contract without an answer."""
    for topic in CONTRACT_TOPICS:
        if topic not in project.library.answers:
            message = "there is no such file; every topic of the contract has an answer, so bring it back"
            yield Problem(f"content/answers/{topic}.yml", 0, message)


def answers_and_intents(project: Project) -> Iterator[Problem]:
    """An answer nobody is led to, and an intent that is led to an answer that does not exist."""
    answered = {intent for intent, actions in project.actions.items() if _ANSWER in actions}
    intents = project.domain.intent_names
    for topic in project.library.answers:
        file = project.answer_file(topic)
        if topic not in intents:
            yield file.problem(f"the topic '{topic}' is no intent; add it to 'intents' in domain.yml")
        if topic not in answered:
            yield file.problem(f"no rule leads to '{topic}'; add one with action_answer to data/rules/answers.yml")
    for number, intent in enumerate(intents):
        if intent in answered - {FOLLOW_UP, PERSONAL_ADVICE} and intent not in project.library.answers:
            message = f"the intent '{intent}' is led to an answer; write content/answers/{intent}.yml"
            yield project.domain_file.problem(message, "intents", number)


def training_examples(project: Project) -> Iterator[Problem]:
    """A topic with too few examples to be recognised by."""
    for topic in project.library.answers:
        found = len(project.examples.get(topic, ()))
        if found < _LEAST_EXAMPLES:
            message = f"{found} different training examples of '{topic}'; at least {_LEAST_EXAMPLES} are needed"
            yield Problem(f"data/nlu/{topic}.yml", 0, message)


def test_questions(project: Project) -> Iterator[Problem]:
    """A topic without a question that tests it."""
    for topic in project.library.answers:
        if topic not in project.questions:
            yield Problem(QUESTIONS, 0, f"no test question has the label '{topic}'; add one as a patient would ask it")
