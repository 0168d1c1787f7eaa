"""Messages that were once misunderstood, in the trained model."""

from __future__ import annotations

import pytest

from tests.conftest import Chat


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("wot is the diffrence between a met and the primery", {"what_is_mbc", "recurrence_vs_new_de_novo"}),
        ("wat happns wen tretment stops werking", {"treatment_resistance"}),
        ("how do u no if its in yor brane", {"symptoms_brain"}),
        ("can you book me a taxi to clinic", {"out_of_scope"}),
        ("my car needs a new exhaust", {"out_of_scope"}),
        ("so do I take tonights palbo or leave it, I was sick", {"personal_medical_advice"}),
        ("torn between the two plans, tell me which one to go for", {"personal_medical_advice"}),
    ],
)
def test_it_is_understood(chat: Chat, text: str, intents: set[str]) -> None:
    assert chat.understand(text)["intent"]["name"] in intents
