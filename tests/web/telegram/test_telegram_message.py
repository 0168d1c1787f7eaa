"""A message in a private chat."""

from __future__ import annotations

from tests.platforms.events import CHAT, CONVERSATION, message
from tests.platforms.world import World


def test_it_is_answered_in_its_chat(world: World) -> None:
    assert world.update(message=message("what is hormone therapy?")).status_code == 200
    world.settle()
    assert [sent["chat_id"] for sent in world.telegram.made("sendMessage")] == [CHAT]
    assert world.telegram.made("sendMessage")[0]["text"] == "You wrote: what is hormone therapy?"
    assert world.texts(CONVERSATION, "patient") == ["what is hormone therapy?"]


def test_telegram_shows_at_once_that_an_answer_is_being_written(world: World) -> None:
    world.update(message=message("hello"))
    assert world.telegram.made("sendChatAction") == [{"chat_id": CHAT, "action": "typing"}]
    world.settle()


def test_two_people_have_two_chats(world: World) -> None:
    other = message("what about me?")
    other["chat"] = {**other["chat"], "id": CHAT + 1}
    world.update(message=message("hello"))
    world.update(message=other)
    world.settle()
    assert world.texts(CONVERSATION, "patient") == ["hello"]
    assert world.texts(f"telegram-{CHAT + 1}", "patient") == ["what about me?"]
    assert sorted((sent["chat_id"], sent["text"]) for sent in world.telegram.made("sendMessage")) == [
        (CHAT, "You wrote: hello"),
        (CHAT + 1, "You wrote: what about me?"),
    ]


def test_a_command_is_the_sentence_it_stands_for(world: World) -> None:
    for number, command in enumerate(["/start", "/help@our_bot", "/STOP", "/delete", "/start from_a_link"]):
        world.update(message=message(command, message_id=number))
        world.settle()
    assert world.heard == ["Hello", "What can you do?", "Stop", "Delete my data", "Hello"]


def test_words_after_a_command_are_not_lost(world: World) -> None:
    world.update(message=message("/stop taking tamoxifen because of a fever?"))
    world.update(message=message("/nonsense", message_id=8))
    world.settle()
    assert world.heard == ["/stop taking tamoxifen because of a fever?", "/nonsense"], "the gate takes the slash off"


def test_while_a_person_holds_the_chat_nobody_seems_to_be_writing(world: World, monkeypatch) -> None:
    monkeypatch.setattr(type(world.journal), "holder", lambda self, conversation: object())
    world.update(message=message("are you there?"))
    world.settle()
    assert world.telegram.made("sendChatAction") == []


def test_what_a_nurse_writes_comes_under_her_name(world: World) -> None:
    world.update(message=message("hello"))
    world.settle()
    world.journal.say(CONVERSATION, "person", "How are you now?", name="Anna, breast care nurse", send=True)
    world.settle()
    sent = world.telegram.made("sendMessage")[-1]
    assert sent["text"] == "Anna, breast care nurse:\n\nHow are you now?"
    assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 24}]
