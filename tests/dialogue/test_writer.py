"""What a patient reads: the answer, its sources and date, the disclaimer; figures only where they were asked for."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from companion.content import Library, contact_phrases, render
from companion.content.model import Source
from companion.dialogue.replies import Reply, Writer
from companion.dialogue.subject import Lookup
from companion.safety import load_rules
from companion.settings import ROOT, Settings


def filled(text: str, library: Library, settings: Settings | None = None) -> str:
    """A text of content/ as a patient reads it."""
    return render(text, contact_phrases(library.helplines, settings or Settings()))


def is_cited(source: Source, reply: Reply) -> bool:
    """Whether a reply names the source with publisher, address and the day it was checked."""
    day = f"checked {source.checked.day} {source.checked:%B %Y}"
    parts = (source.title, source.publisher, source.address, day)
    return any(all(part in line for part in parts) for line in reply.text.splitlines())


# -- an answer -------------------------------------------------------------------------------------


def test_every_answer_begins_with_the_answer_itself(library: Library, writer: Writer) -> None:
    for topic, answer in library.answers.items():
        reply = writer.answer(Lookup(topic), first=False)
        assert reply.text.startswith(filled(answer.short, library)), f"{topic} begins with:\n{reply.text[:200]}"


def test_every_answer_says_where_sources_differ(library: Library, writer: Writer) -> None:
    for topic, answer in library.answers.items():
        text = writer.answer(Lookup(topic), first=False).text
        if answer.differs:
            assert filled(answer.differs, library) in text, f"{topic}: the patient is not told that sources differ"


def test_every_answer_names_its_first_sources_and_the_day_they_were_checked(library: Library, writer: Writer) -> None:
    for topic, answer in library.answers.items():
        reply = writer.answer(Lookup(topic), first=False)
        for name in answer.sources[:2]:
            assert is_cited(library.sources[name], reply), f"{topic}: {name} is not cited in full:\n{reply.text}"


def test_the_first_answer_has_the_disclaimer_in_full(library: Library, writer: Writer) -> None:
    full, line = (filled(library.notices[name].text, library) for name in ("disclaimer_full", "disclaimer_line"))
    for topic in library.answers:
        text = writer.answer(Lookup(topic), first=True).text
        assert text.count(full) == 1, f"{topic}: no full disclaimer in the first answer"
        assert line not in text, f"{topic}: two disclaimers in one message"


def test_later_answers_have_one_line(library: Library, writer: Writer) -> None:
    full, line = (filled(library.notices[name].text, library) for name in ("disclaimer_full", "disclaimer_line"))
    for topic in library.answers:
        text = writer.answer(Lookup(topic), first=False).text
        assert text.count(line) == 1, f"{topic}: no disclaimer line"
        assert full not in text, f"{topic}: the full disclaimer comes again"


def test_every_answer_offers_more_its_neighbours_and_a_person(library: Library, writer: Writer) -> None:
    for topic, answer in library.answers.items():
        buttons = writer.answer(Lookup(topic), first=False).buttons
        assert library.buttons["tell_me_more"].text in buttons
        assert buttons[-1] == library.buttons["person"].text
        if not answer.numbers:
            assert [library.answers[name].label for name in answer.related] == list(buttons[1:-1])


def test_a_quick_reply_sends_the_words_it_shows(writer: Writer) -> None:
    for button in writer.answer(Lookup("surgery"), first=False).as_buttons():
        assert button["title"] == button["payload"]


def test_no_quick_reply_comes_twice(library: Library, writer: Writer) -> None:
    for topic in library.answers:
        for reply in (writer.answer(Lookup(topic), first=False), writer.more(topic)):
            assert len(set(reply.buttons)) == len(reply.buttons), f"{topic}: {reply.buttons}"


def test_no_template_is_left_open_in_any_text(library: Library, writer: Writer) -> None:
    replies = [writer.answer(Lookup(topic), first=True) for topic in library.answers]
    replies += [
        writer.answer(Lookup(t, aspect), first=True) for t, a in library.answers.items() for aspect in a.aspects
    ]
    replies += [writer.more(topic) for topic in library.answers]
    replies += [writer.notice(name) for name in library.notices]
    for reply in replies:
        assert not re.search(r"\{\{|\}\}|\{%", reply.text), reply.text


# -- one side of a subject, and medicines ----------------------------------------------------------


def test_a_side_of_a_subject_comes_in_place_of_the_whole_answer(library: Library, writer: Writer) -> None:
    for topic, answer in library.answers.items():
        for aspect, words in answer.aspects.items():
            reply = writer.answer(Lookup(topic, aspect), first=False)
            assert reply.text.startswith(filled(words, library)), f"{topic}, {aspect}:\n{reply.text[:200]}"
            assert filled(answer.short, library) not in reply.text
            assert is_cited(library.sources[answer.sources[0]], reply), f"{topic}, {aspect}: no source"
            assert filled(library.notices["disclaimer_line"].text, library) in reply.text


def test_a_medicine_has_its_own_line_and_source_first(library: Library, writer: Writer) -> None:
    for name, medicine in library.medicines.items():
        reply = writer.answer(Lookup(medicine.topic, None, name), first=False)
        assert reply.text.startswith(filled(medicine.line, library)), f"{name}: {reply.text[:200]}"
        assert filled(library.answers[medicine.topic].short, library) in reply.text
        assert is_cited(library.sources[medicine.sources[0]], reply), f"{name}: its source is not cited"


def test_one_source_is_not_a_list(library: Library) -> None:
    answer = library.answers["surgery"]
    single = answer.copy(update={"sources": answer.sources[:1]})
    text = Writer(replace(library, answers={**library.answers, "surgery": single}), Settings()).more("surgery").text
    assert "Source: " in text
    assert "Sources:" not in text


def test_a_source_shared_by_medicine_and_topic_is_named_once(library: Library, writer: Writer) -> None:
    for name, medicine in library.medicines.items():
        text = writer.answer(Lookup(medicine.topic, None, name), first=False).text
        lines = [line for line in text.splitlines() if "checked" in line and "http" in line]
        assert len(lines) == len(set(lines)), f"{name}: a source comes twice"


def test_telling_more_gives_the_second_layer_and_all_sources(library: Library, writer: Writer) -> None:
    for topic, answer in library.answers.items():
        reply = writer.more(topic)
        assert reply.text.startswith(filled(answer.more, library)), f"{topic}: {reply.text[:200]}"
        for name in answer.sources:
            assert is_cited(library.sources[name], reply), f"{topic}: {name} is not cited"
        assert filled(library.notices["disclaimer_line"].text, library) in reply.text


# -- figures ---------------------------------------------------------------------------------------


def figures_of(library: Library) -> dict[str, set[str]]:
    """The figures that are told on consent only, by topic."""
    found = {t: set(re.findall(r"\d+ in 100", a.numbers.figures)) for t, a in library.answers.items() if a.numbers}
    assert found, "no topic has figures"
    assert all(found.values()), "the figures are written in another way now; adapt this test"
    return found


def test_an_answer_with_figures_asks_and_does_not_tell(library: Library, writer: Writer) -> None:
    for topic, figures in figures_of(library).items():
        numbers = library.answers[topic].numbers
        assert numbers is not None
        reply = writer.answer(Lookup(topic), first=True)
        assert reply.text.endswith(filled(numbers.ask, library)), "the last thing read is the question"
        assert not [one for one in figures if one in reply.text], f"figures are shown unasked:\n{reply.text}"
        assert library.buttons["show_numbers"].text in reply.buttons
        assert library.buttons["no_numbers"].text in reply.buttons


def test_neither_telling_more_nor_declining_tells_figures(library: Library, writer: Writer) -> None:
    for topic, figures in figures_of(library).items():
        for reply in (writer.more(topic), writer.figures_declined(topic)):
            assert not [one for one in figures if one in reply.text], f"figures are shown unasked:\n{reply.text}"


def test_the_figures_stand_nowhere_else(library: Library) -> None:
    for topic, figures in figures_of(library).items():
        for name, answer in library.answers.items():
            texts = [answer.short, answer.more, answer.differs or "", *answer.aspects.values()]
            shown = [one for one in figures if any(one in text for text in texts)]
            assert not shown, f"{name} tells {shown}, which {topic} tells on consent only"


def test_figures_come_with_sources_and_disclaimer(library: Library, writer: Writer) -> None:
    for topic, figures in figures_of(library).items():
        reply = writer.figures(topic)
        assert all(one in reply.text for one in figures)
        assert all(is_cited(library.sources[name], reply) for name in library.answers[topic].sources)
        assert filled(library.notices["disclaimer_line"].text, library) in reply.text


def test_somebody_who_declines_is_told_that_no_numbers_come(library: Library, writer: Writer) -> None:
    for topic in figures_of(library):
        reply = writer.figures_declined(topic)
        assert library.buttons["show_numbers"].text not in reply.buttons, "declined, and offered again at once"
        assert library.buttons["person"].text in reply.buttons


def test_a_topic_without_figures_has_none_to_show(writer: Writer) -> None:
    with pytest.raises(AssertionError, match="no numbers"):
        writer.figures("surgery")


def test_figures_are_offered_only_with_the_question(library: Library, writer: Writer) -> None:
    for topic in figures_of(library):
        numbers = library.answers[topic].numbers
        assert numbers is not None
        reply = writer.more(topic)
        offered = library.buttons["show_numbers"].text in reply.buttons
        assert not offered or filled(numbers.ask, library) in reply.text, "a bare 'ok' to this shows figures unasked"


# -- spelling --------------------------------------------------------------------------------------


def without_sources(text: str) -> str:
    """The words that are ours."""
    return "\n".join(line for line in text.splitlines() if "http" not in line)


def test_american_spelling_reaches_every_text(library: Library, american: Writer) -> None:
    british = re.compile(rf"\b(?:{'|'.join(map(re.escape, library.american))})\b", re.IGNORECASE)
    replies = [american.answer(Lookup(topic), first=True) for topic in library.answers]
    replies += [american.more(topic) for topic in library.answers]
    replies += [american.notice(name) for name in library.notices]
    for reply in replies:
        for text in (without_sources(reply.text), *reply.buttons):
            assert not british.search(text), f"British spelling in the United States: {british.findall(text)}\n{text}"


def test_capitals_are_kept_in_american_spelling(american: Writer) -> None:
    assert "estrogen" in american.answer(Lookup("hormone_therapy"), first=True).text


def test_british_spelling_is_as_written(library: Library, writer: Writer) -> None:
    assert "oestrogen" in writer.answer(Lookup("hormone_therapy"), first=True).text


def test_american_spelling_leaves_addresses_alone(library: Library, american: Writer) -> None:
    for topic, answer in library.answers.items():
        text = american.more(topic).text
        for name in answer.sources:
            address = library.sources[name].address
            assert address in text, f"{topic}: the link to {address} is broken:\n{text}"


def test_every_quick_reply_is_recognised_when_tapped(library: Library, writer: Writer, american: Writer) -> None:
    for one in (writer, american):
        for topic in library.answers:
            for button in one.answer(Lookup(topic), first=False).buttons:
                assert button.lower() in library.typed_buttons, (
                    f"'{button}' is shown, but tapping it is left to guessing"
                )


# -- danger, and other languages -------------------------------------------------------------------


def test_every_level_of_urgency_says_first_whom_to_call(library: Library, writer: Writer) -> None:
    flag = next(iter(library.escalations.red_flags))
    for urgency, level in library.escalations.urgency.items():
        reply = writer.escalation(urgency, flag)
        assert reply.text.startswith(filled(level.first, library)), f"{urgency} begins with:\n{reply.text}"
        offered = "person" if urgency == "support" else "tell_team"
        assert reply.buttons == (library.buttons[offered].text,)


def test_every_red_flag_has_its_own_words_after_whom_to_call(library: Library, writer: Writer) -> None:
    for name, body in library.escalations.red_flags.items():
        text = writer.escalation("urgent", name).text
        for part in (body.seen, body.do, body.call_emergency_if):
            assert not part or filled(part, library) in text, f"{name}: '{part}' is missing"


def test_every_red_flag_that_can_be_found_has_its_words(library: Library) -> None:
    missing = {flag.id for flag in load_rules(ROOT).rules} - set(library.escalations.red_flags)
    assert not missing, f"danger is found and the patient told of trouble on our side: {missing}"


def test_lesser_signs_that_are_urgent_together_have_words_of_their_own(library: Library, writer: Writer) -> None:
    text = writer.escalation("urgent", None).text
    assert text.startswith(filled(library.escalations.urgency["urgent"].first, library))
    assert filled(library.escalations.combination.seen, library) in text


def test_a_second_mention_gets_the_short_form(library: Library, writer: Writer) -> None:
    flag = next(iter(library.escalations.red_flags))
    for urgency, level in library.escalations.urgency.items():
        assert writer.escalation(urgency, flag, again=True).text == filled(level.again, library)


def test_every_language_gets_its_sentence_and_the_numbers(library: Library, writer: Writer) -> None:
    phrases = contact_phrases(library.helplines, Settings())
    for code, sentence in library.languages.items():
        text = writer.other_language(code).text
        assert text.startswith(sentence)
        for number in ("emergency", "cancer_support_line", "crisis_line"):
            assert phrases[number] in text, f"{code}: {number} is missing"


# -- taken apart, for channels that show structure -------------------------------------------------


def test_the_parts_of_an_answer_are_all_of_it(library: Library, writer: Writer) -> None:
    for topic, answer in library.answers.items():
        reply = writer.answer(Lookup(topic), first=True)
        assert reply.topic == topic
        assert reply.parts is not None
        body, disclaimer, ask = (reply.parts[name] for name in ("body", "disclaimer", "ask"))
        assert reply.text.startswith(f"{body}\n\nSource")
        assert reply.text.endswith(f"{disclaimer}\n\n{ask}" if answer.numbers else disclaimer)
        assert (ask is None) == (answer.numbers is None)
        for shown, name in zip(reply.parts["sources"], answer.sources, strict=False):
            source = library.sources[name]
            assert shown == {
                "title": source.title,
                "publisher": source.publisher,
                "address": source.address,
                "checked": source.checked.isoformat(),
            }


def test_a_notice_has_no_parts(writer: Writer) -> None:
    assert writer.notice("greet").parts is None
    assert writer.notice("greet").topic is None


# -- asking for a person ---------------------------------------------------------------------------


def test_a_text_of_the_hand_off_is_filled_in_with_what_is_known(writer: Writer) -> None:
    assert "Thank you, Ann." in writer.hand_off("ask_contact", {"name": "Ann"}).text
    assert "Thank you" not in writer.hand_off("ask_contact", {}).text


def test_what_a_person_wrote_is_not_respelt(american: Writer) -> None:
    text = american.hand_off("ask_reason_more", {"reason": "my tumour and my diarrhoea"}).text
    assert "my tumour and my diarrhoea" in text
