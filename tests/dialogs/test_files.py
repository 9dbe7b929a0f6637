"""Pictures, recordings and files: kept only for a person, and what becomes of them is said truthfully."""

import pytest

from dialogs.effects import AddToCase, KeepFiles, OpenCase
from dialogs.facts import OpenCase as CaseOpen
from dialogs.messages import MOST_FILE_BYTES, MessageKind, SentFile, clean_file_name
from tests.support.fakes_dialogs import NOW, OPEN, Story

WAITING = CaseOpen(NOW, is_crisis=False)
WITH_JO = CaseOpen(NOW, is_crisis=False, adviser="Jo")
PHOTO = SentFile("f1", "", 2000)
PASSED_ON = "I can not open that. I have passed it on to a person."
NOT_KEPT = "I can not look at that. A person has to. We did not keep it."
KINDS = (MessageKind.PHOTO, MessageKind.VOICE, MessageKind.FILE)


@pytest.mark.parametrize("kind", KINDS)
def test_with_nobody_asked_it_is_not_kept_and_that_is_said(kind):
    story = Story(desk=OPEN)
    assert story.says("", kind, files=(PHOTO,)).effects == ()
    assert (
        "We did not keep it. 9 gets a person. People are here now, until 5pm. Ask first, then send it again."
        in story.last.text
    )
    assert [type(effect) for effect in story.says("9").effects] == [OpenCase]


@pytest.mark.parametrize("kind", KINDS)
def test_with_a_case_open_it_is_kept_and_the_talk_goes_on_where_it_was(kind):
    story = Story(desk=OPEN)
    story.says("9")
    story.meanwhile(case=WAITING)
    before = story.state
    turn = story.says("", kind, files=(PHOTO,))
    assert turn.effects == (KeepFiles((PHOTO,)),)
    assert story.last.text == f"{PASSED_ON} People are here now, until 5pm."
    assert (story.state.topic, story.state.step) == (before.topic, before.step)
    assert story.says("my landlord").effects == (AddToCase(),)


def test_while_a_person_is_there_the_computer_is_quiet():
    story = Story(case=WITH_JO)
    turn = story.says("", MessageKind.PHOTO, files=(PHOTO,))
    assert (turn.replies, turn.effects) == ((), (KeepFiles((PHOTO,)), AddToCase()))
    turn = story.says("look at this", MessageKind.PHOTO, files=(PHOTO,))
    assert (turn.replies, turn.effects) == ((), (AddToCase(), KeepFiles((PHOTO,))))


def test_danger_under_a_picture_is_answered_first_and_the_picture_is_kept():
    story = Story()
    turn = story.says("i took these pills, i want to die", MessageKind.PHOTO, files=(PHOTO,))
    assert [type(effect) for effect in turn.effects] == [OpenCase, KeepFiles]
    assert turn.outcome.name.startswith("crisis")
    assert all(PASSED_ON not in reply.text for reply in turn.replies)


def test_words_under_a_picture_are_answered_and_the_picture_is_said_to_be_gone():
    story = Story()
    turn = story.says("need cscs", MessageKind.PHOTO, files=(PHOTO,))
    assert (turn.outcome.name, turn.effects) == ("answer", ())
    assert turn.replies[0].text == NOT_KEPT


def test_asking_for_a_person_under_a_picture_keeps_it():
    story = Story()
    turn = story.says("person", MessageKind.PHOTO, files=(PHOTO,))
    assert [type(effect) for effect in turn.effects] == [OpenCase, KeepFiles]
    assert turn.replies[0].text == PASSED_ON


def test_words_under_a_kept_picture_go_with_it():
    story = Story(case=WAITING)
    turn = story.says("need cscs", MessageKind.PHOTO, files=(PHOTO,))
    assert turn.effects == (AddToCase(), KeepFiles((PHOTO,)))
    assert [turn.replies[0].text, turn.outcome.name] == [PASSED_ON, "answer"]


@pytest.mark.parametrize("case", [WAITING, WITH_JO])
@pytest.mark.parametrize(
    ("size", "left", "said"),
    [
        (MOST_FILE_BYTES + 1, 20, "That is too big for us. Send less than 10 MB. We did not keep it."),
        (0, 20, "We can not take that. We did not keep it. You can write it in words."),
        (2000, 0, "We can not take that. We did not keep it. You can write it in words."),
    ],
)
def test_what_is_not_kept_is_said_also_beside_a_person(case, size, left, said):
    story = Story(case=case, files_left=left)
    turn = story.says("", MessageKind.FILE, files=(SentFile("f1", "", size),))
    assert (KeepFiles in map(type, turn.effects), story.last.text) == (False, said)
    turn = story.says("need cscs", MessageKind.FILE, files=(SentFile("f1", "", size),))
    assert KeepFiles not in map(type, turn.effects)
    assert said in [reply.text for reply in turn.replies]


@pytest.mark.parametrize("size", [MOST_FILE_BYTES, 1, None])
def test_as_large_as_may_be(size):
    file = SentFile("f1", "", size)
    assert KeepFiles((file,)) in Story(case=WAITING).says("", MessageKind.FILE, files=(file,)).effects


def test_of_several_those_that_fit():
    files = tuple(SentFile(f"f{n}", "", 5) for n in range(4))
    story = Story(case=WAITING, files_left=3)
    assert story.says("", MessageKind.PHOTO, files=files).effects == (KeepFiles(files[:3]),)
    assert story.last.text.startswith("We can not take that. We did not keep it. You can write it in words. I can not")


def test_danger_with_a_file_too_big_says_so_after_the_help():
    turn = Story().says("i want to die", MessageKind.FILE, files=(SentFile("f", "", MOST_FILE_BYTES + 1),))
    assert turn.replies[-1].text.startswith("That is too big for us.")
    assert turn.replies[0].lines


def test_a_poll_is_nothing_to_keep():
    story = Story(case=WAITING)
    assert story.says("", MessageKind.FILE).effects == ()
    assert story.last.text == "I can not open that. A person has to. We did not keep it."


def test_a_stickers_emoji_reaches_the_person_and_nobody_else_reads_it():
    story = Story(case=WITH_JO)
    turn = story.says("😭", MessageKind.STICKER)
    assert (turn.replies, turn.effects) == ((), (AddToCase(),))
    story = Story()
    story.says("😭", MessageKind.STICKER)
    assert story.last.text == "I can not look at that. You can write it in words."


def test_an_album_that_comes_at_once_is_kept_whatever_the_pace():
    story = Story(case=WAITING, recent_messages=30)
    story.says("", MessageKind.PHOTO, files=(PHOTO,))
    turn = story.says("", MessageKind.PHOTO, files=(PHOTO,))
    assert (turn.replies, turn.effects) == ((), (AddToCase(), KeepFiles((PHOTO,))))


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("letter.pdf", "letter.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\sam\\me.jpg", "me.jpg"),
        ("gpj.\u202eexe.harmless", "gpj.exe.harmless"),
        ("a\u200bb\x00c\nd.png", "abcd.png"),
        ("صورة.jpg", "صورة.jpg"),
        ("." * 30, ""),
        ("x" * 500 + ".png", "x" * 96 + ".png"),
        ("", ""),
    ],
)
def test_names_are_for_eyes_only(raw, clean):
    assert clean_file_name(raw) == clean
