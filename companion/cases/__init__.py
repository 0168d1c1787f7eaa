"""Cases: a person is wanted. From the request to the outcome, with nothing lost. No Rasa import."""

from companion.cases.model import OPEN, Case, CaseConflictError, CaseRequest, CaseState, Staff, UnknownCaseError
from companion.cases.store import Cases

__all__ = ["OPEN", "Case", "CaseConflictError", "CaseRequest", "CaseState", "Cases", "Staff", "UnknownCaseError"]
