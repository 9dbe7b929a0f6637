"""What people write on the way to a meeting, in every language offered, with the real catalogue and phrases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialogs import router
from dialogs.around import FindMeetingNow
from dialogs.messages import ChannelName
from dialogs.state import Settings
from dialogs.topics.on_the_way import WORDS
from server.answers.content import Content
from server.answers.phrasebook import ContentPhrasebook
from server.answers.wire import known_words
from tests.content.test_talk_sms import LANGUAGES, wording
from tests.support.fakes_dialogs import Story, ports


@pytest.fixture(scope="module")
def phrases(content: Content) -> ContentPhrasebook:
    return ContentPhrasebook(content.phrases, known_words(content))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("purpose", "phrase"), [(purpose, one) for purpose, some in WORDS.items() for one in some])
def test_each_is_understood_and_is_no_command(
    phrases: ContentPhrasebook, language: str, purpose: str, phrase: str
) -> None:
    written = wording().say(language, phrase)
    assert phrases.command(written) not in router.COMMANDS, written
    story = Story(ChannelName.SMS, ports_=replace(ports(), wording=wording(), phrases=phrases))
    story.state = replace(story.state, settings=Settings(language=language))
    effects = story.says(written).effects
    assert [type(effect) for effect in effects] == [FindMeetingNow], written
    assert effects[0].purpose == purpose, written
