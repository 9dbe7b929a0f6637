"""Safeguarding records over real HTTP: who opens one, what it shows, what is appended, and what leaves the house."""

from __future__ import annotations

import html
import io
import itertools
import json
import re
import unicodedata

import pytest
from pypdf import PdfReader

from dialogs.effects import CaseUrgency
from dialogs.messages import ChannelName
from server.staff.access import Role
from tests.server.console.house import FUZZ, House, Worker, Young
from tests.support.staff_person import StaffPerson

pytestmark = pytest.mark.database

LEAD = Role.SAFEGUARDING_LEAD
URDU = "وہ مجھے مارتا ہے۔ میں گھر نہیں جا سکتی"


def page_of(young: Young) -> str:
    return f"/console/records/{young.record}"


async def first_words(house: House, young: Young) -> str:
    query = "SELECT id FROM safeguarding_entries WHERE record_id = :id AND kind = 'words' ORDER BY place LIMIT 1"
    return f"{page_of(young)}/words/{await house.scalar(query, id=young.record)}"


async def kinds(house: House, young: Young) -> list[str]:
    query = "SELECT kind FROM safeguarding_entries WHERE record_id = :id ORDER BY place"
    return [row[0] for row in await house.rows(query, id=young.record)]


async def reads(house: House, who: Worker) -> list[tuple[str, object]]:
    query = "SELECT what, about_person FROM audit WHERE staff_id = :id ORDER BY number"
    return [(row.what, row.about_person) for row in await house.rows(query, id=who.member.id)]


async def test_the_list_has_no_names_no_words_and_leads_to_the_record(house: House) -> None:
    tom = await house.writes("whats the point im done")
    sal = await house.has(LEAD, name="Sal")
    page = await sal.opens("/console/records")
    number = await house.scalar("SELECT number FROM safeguarding_records WHERE id = :id", id=tom.record)
    assert f'href="/console/records/{tom.record}">R-{number}</a>' in page.text
    assert "Rest" in page.text
    assert "point" not in page.text
    assert str(tom.person) not in page.text
    assert await reads(house, sal) == []


async def test_a_record_shows_the_words_as_they_came_and_the_look_is_noted(house: House) -> None:
    fatima = await house.writes(URDU, CaseUrgency.SAFEGUARDING, language="ur", channel=ChannelName.TELEGRAM)
    sal = await house.has(LEAD, name="Sal")
    page = await sal.opens(page_of(fatima))
    assert f'<blockquote class="words" lang="ur" dir="rtl">{URDU}</blockquote>' in page.text
    assert "Telegram" in page.text
    assert await reads(house, sal) == [("safeguarding_record", fatima.person)]
    assert page.headers["cache-control"] == "no-store"


async def test_a_telephone_number_keeps_its_order_inside_a_line_from_right_to_left(house: House) -> None:
    young = await house.writes(f"{URDU} 07700 900123 {URDU}", language="ur")
    page = await (await house.has(LEAD)).opens(page_of(young))
    assert f'{URDU} <bdi dir="ltr">07700 900123</bdi> {URDU}</blockquote>' in page.text


async def test_words_in_a_script_that_is_not_the_languages_say_so(house: House) -> None:
    young = await house.writes(URDU, language="en")
    sal = await house.has(LEAD)
    assert f'lang="und" dir="rtl">{URDU}' in (await sal.opens(page_of(young))).text


async def test_it_asks_for_a_fresh_code_and_keeps_what_was_typed(house: House) -> None:
    tom = await house.writes("im done")
    sal = await house.has(LEAD, is_fresh=False)
    for path in ("/console/records", page_of(tom), f"{page_of(tom)}/export", await first_words(house, tom)):
        await sal.opens(path)
        assert sal.path == "/console/again"
    page = await sal.posts(f"{page_of(tom)}/add", kind="action", text="Rang the duty team.")
    assert page.status_code == 401
    assert "What you typed is kept." in page.text
    assert await kinds(house, tom) == ["hold", "words"]


@pytest.mark.parametrize("role", [role for role in Role if role is not LEAD])
async def test_nobody_else_sees_that_there_is_a_record(house: House, role: Role) -> None:
    tom = await house.writes("im done")
    who = await house.has(role)
    words = await first_words(house, tom)
    for path in ("/console/records", page_of(tom), f"{page_of(tom)}/export", words):
        assert (await who.opens(path)).status_code == 404
    for path in (f"{page_of(tom)}/add", f"{page_of(tom)}/release", f"{page_of(tom)}/export", words, f"{words}/ask"):
        assert (await who.posts(path, kind="action", text="x")).status_code == 404
    assert await kinds(house, tom) == ["hold", "words"]


async def test_another_area_or_a_bar_closes_it(house: House) -> None:
    tom = await house.writes("im done")
    far, barred = await house.has(LEAD, area="elsewhere"), await house.has(LEAD, name="Barred")
    await house.changes(
        "UPDATE cases SET barred = ARRAY[CAST(:who AS uuid)] WHERE id = :id", who=barred.member.id, id=tom.case
    )
    for who in (far, barred):
        assert str(tom.record) not in (await who.opens("/console/records")).text
        for path in (page_of(tom), f"{page_of(tom)}/export"):
            assert (await who.opens(path)).status_code == 404
        for path in ("add", "release", "export"):
            answer = await who.posts(
                f"{page_of(tom)}/{path}",
                kind="action",
                text="x",
                reason="x",
                purpose="handed_to_system",
                recipient="x",
                format="json",
            )
            assert answer.status_code == 404
    assert await kinds(house, tom) == ["hold", "words"]


@pytest.mark.parametrize(
    ("kind", "title"),
    [("action", "Action taken"), ("decision", "Decision"), ("handover", "Handover"), ("heard", "Words heard")],
)
async def test_staff_append_what_they_did_with_their_name(house: House, kind: str, title: str) -> None:
    tom = await house.writes("im done")
    sal = await house.has(LEAD, name="Sal")
    await sal.opens(page_of(tom))
    page = await sal.sends(f"{page_of(tom)}/add", kind=kind, text="  Rang the duty team.\r\nThey come.  ")
    assert "It is in the record." in page.text
    assert title in page.text
    assert "Rang the duty team.\nThey come." in page.text
    assert "entered by Sal" in page.text


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"kind": "", "text": "x"}, "Choose what it is."),
        ({"kind": "words", "text": "x"}, "Choose what it is."),
        ({"kind": "release", "text": "x"}, "Choose what it is."),
        ({"kind": "action", "text": " \n"}, "Write what happened."),
        ({"kind": "action", "text": "y" * 20_001}, "This is too long."),
    ],
)
async def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    house: House, fields: dict[str, str], text: str
) -> None:
    tom = await house.writes("im done")
    sal = await house.has(LEAD)
    page = await sal.posts(f"{page_of(tom)}/add", fields)
    assert page.status_code == 422
    assert text in page.text
    assert fields["text"].strip() in page.text
    assert await kinds(house, tom) == ["hold", "words"]


async def test_a_translation_stands_beside_the_original_with_who_made_it(house: House) -> None:
    fatima = await house.writes(URDU, CaseUrgency.SAFEGUARDING, language="ur")
    sal, words = await house.has(LEAD, name="Sal"), await first_words(house, fatima)
    page = await sal.opens(words)
    assert URDU in page.text
    fields = {
        "kind": "translation",
        "made_by": "Amira, interpreter",
        "language": "en",
        "text": "He hits me. I cannot go home.",
    }
    page = await sal.sends(words, fields)
    entry = page.text.split('id="entry-2"')[1].split("</li>")[0]
    assert entry.index(URDU) < entry.index("He hits me."), "the original first, and both in one entry"
    assert "by Amira, interpreter" in entry
    assert "entered by Sal" in entry
    assert "do not rely" not in page.text.casefold()
    await sal.posts(words, fields | {"kind": "gist", "made_by": "a machine", "text": "He kills me"})
    page = await sal.opens(page_of(fatima))
    assert "<strong>Rough, by a machine. Do not rely on it.</strong></p><blockquote" in re.sub(
        r"\s*\n\s*", "", page.text
    )


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"kind": "words"}, "Choose what it is."),
        ({"made_by": " "}, "Write who made it"),
        ({"language": "xx"}, "Choose the language"),
        ({"text": ""}, "Write the translation."),
    ],
)
async def test_a_translation_without_its_maker_or_language_is_not_taken(
    house: House, wrong: dict[str, str], text: str
) -> None:
    fatima = await house.writes(URDU, language="ur")
    sal, words = await house.has(LEAD), await first_words(house, fatima)
    fields = {"kind": "translation", "made_by": "Amira", "language": "en", "text": "He hits me."} | wrong
    page = await sal.posts(words, fields)
    assert page.status_code == 422
    assert text in page.text
    assert await kinds(house, fatima) == ["hold", "words"]


async def test_only_words_are_translated_and_only_those_of_this_record(house: House) -> None:
    tom, other = await house.writes("im done"), await house.writes("help")
    sal = await house.has(LEAD)
    hold = await house.scalar(
        "SELECT id FROM safeguarding_entries WHERE record_id = :id AND kind = 'hold'", id=tom.record
    )
    strange = (await first_words(house, other)).rsplit("/", 1)[1]
    fields = {"kind": "translation", "made_by": "Amira", "language": "en", "text": "x"}
    for entry in (hold, strange, tom.record):
        path = f"{page_of(tom)}/words/{entry}"
        assert (await sal.opens(path)).status_code == 404
        assert (await sal.posts(path, fields)).status_code == 404
        assert (await sal.posts(f"{path}/ask", due="1")).status_code == 404


async def test_asking_for_a_translation_makes_a_task_without_the_words(house: House) -> None:
    fatima = await house.writes(URDU, language="ur")
    sal, words = await house.has(LEAD), await first_words(house, fatima)
    await sal.opens(words)
    page = await sal.sends(f"{words}/ask", due="4")
    assert "A task for the translation is made." in page.text
    query = (
        "SELECT kind, language, due_at - created_at > interval '3 hours', case_id FROM case_tasks WHERE case_id = :id"
    )
    assert [tuple(row) for row in await house.rows(query, id=fatima.case)] == [("translate", "ur", True, fatima.case)]


async def test_released_with_a_reason_after_the_newest_words_were_read(house: House) -> None:
    tom = await house.writes("im done")
    sal = await house.has(LEAD, name="Sal")
    page = await sal.opens(page_of(tom))
    seen = re.search(r'name="seen" value="(\d+)"', page.text)
    assert seen
    assert (await sal.posts(f"{page_of(tom)}/release", reason=" ", seen=seen[1])).status_code == 422
    await house.writes("i mean it", person=tom.person)
    page = await sal.posts(f"{page_of(tom)}/release", reason="Spoke to Tom.", seen=seen[1])
    assert page.status_code == 409
    assert "Read the new words first." in page.text
    assert "i mean it" in page.text
    assert "Spoke to Tom.</textarea>" in page.text
    page = await sal.sends(
        f"{page_of(tom)}/release", reason="Spoke to Tom.", seen=re.findall(r'name="seen" value="(\d+)"', page.text)[0]
    )
    assert "Surveys and reminders may go" in page.text
    assert ("release_hold", tom.person) in await reads(house, sal)
    assert "Let them go again" not in page.text
    await sal.posts(f"{page_of(tom)}/release", reason="again", seen=99)
    assert (await kinds(house, tom)).count("release") == 1


async def test_a_page_of_old_entries_releases_nothing(house: House) -> None:
    tom = await house.writes("im done")
    await house.writes("marmalade", person=tom.person)
    sal = await house.has(LEAD)
    page = await sal.opens(f"{page_of(tom)}?before=3")
    assert "marmalade" not in page.text
    assert "Let them go again" not in page.text
    assert "Newest entries" in page.text


async def test_a_long_record_comes_in_pages_and_nothing_is_missing(house: House) -> None:
    tom = await house.writes("first of all")
    sal = await house.has(LEAD)
    await house.changes(
        "INSERT INTO safeguarding_entries (id, record_id, case_id, area, place, kind, body, said_at, written_at)"
        " SELECT gen_random_uuid(), record_id, case_id, area, place + n, kind, body, said_at, written_at"
        " FROM safeguarding_entries, generate_series(1, 450) n WHERE record_id = :id AND place = 2",
        id=tom.record,
    )
    page, places = await sal.opens(page_of(tom)), []
    for _ in range(5):
        places += re.findall(r'id="entry-(\d+)"', page.text)
        older = re.search(r'href="(/console/records/[^"]+\?before=\d+)">Earlier', page.text)
        if not older:
            break
        page = await sal.opens(older[1])
    assert sorted(map(int, places)) == list(range(1, 453))


EXPORT = {"purpose": "handed_to_services", "recipient": "Duty desk, Northshire", "format": "json"}


async def test_handed_on_as_json_with_everything_and_written_down_three_times(house: House) -> None:
    fatima = await house.writes(URDU, CaseUrgency.SAFEGUARDING, language="ur", channel=ChannelName.SMS)
    sal, words = await house.has(LEAD, name="Sal"), await first_words(house, fatima)
    await sal.posts(words, kind="translation", made_by="Amira", language="en", text="He hits me.")
    await sal.opens(f"{page_of(fatima)}/export")
    answer = await sal.sends(f"{page_of(fatima)}/export", EXPORT)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"].startswith('attachment; filename="record-R-')
    assert answer.headers["cache-control"] == "no-store"
    made = json.loads(answer.content)
    assert made["format"] == "connexions.safeguarding-record"
    assert made["handed_on"]["to"] == EXPORT["recipient"]
    assert made["handed_on"]["by"] == "Sal"
    assert made["handed_on"]["reach"] == []
    said = next(entry for entry in made["entries"] if entry["kind"] == "words")
    assert (said["text"], said["language"], said["direction"], said["channel"]) == (URDU, "ur", "rtl", "Text message")
    assert [other["text"] for other in said["translations"]] == ["He hits me."]
    assert made["entries"][-1]["kind"] == "shared"
    row = (
        await house.rows(
            "SELECT about_person, about_case FROM audit WHERE what = 'export_record' AND staff_id = :id",
            id=sal.member.id,
        )
    )[0]
    assert tuple(row) == (fatima.person, fatima.case)
    assert "to Duty desk, Northshire" in (await sal.opens(page_of(fatima))).text


async def test_how_to_reach_them_goes_only_when_ticked_and_never_a_web_session(house: House) -> None:
    sms, web = await house.writes("one"), await house.writes("two", channel=ChannelName.WEBCHAT)
    sal = await house.has(LEAD)
    made = (await sal.posts(f"{page_of(sms)}/export", EXPORT | {"reach": "yes"})).json()
    assert made["handed_on"]["reach"] == [{"channel": "Text message", "address": "+447700900123"}]
    assert ("number", sms.person) in await reads(house, sal)
    made = (await sal.posts(f"{page_of(web)}/export", EXPORT | {"reach": "yes"})).json()
    assert made["handed_on"]["reach"] == []


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"purpose": ""}, "Choose what it is for."),
        ({"purpose": "because"}, "Choose what it is for."),
        ({"recipient": " "}, "Write who gets it"),
        ({"recipient": "x" * 201}, "This is too long."),
        ({"format": "exe"}, "Choose a file."),
    ],
)
async def test_nothing_leaves_without_a_purpose_and_a_recipient(house: House, wrong: dict[str, str], text: str) -> None:
    tom = await house.writes("im done")
    sal = await house.has(LEAD)
    page = await sal.posts(f"{page_of(tom)}/export", EXPORT | wrong)
    assert page.status_code == 422
    assert text in page.text
    assert await kinds(house, tom) == ["hold", "words"]
    assert "export_record" not in [what for what, _ in await reads(house, sal)]


def letters(text: str) -> set[str]:
    """The words of a text, whatever order a reader of files finds them in; joined letters as their plain ones."""
    return set(re.findall(r"[^\W\d_]{2,}", unicodedata.normalize("NFKC", text)))


SCRIPTS = {
    "en": "whats the point im done",
    "cy": "Dw i ddim yn gallu mynd adref, y tŷ, ŵyn",
    "pl": "Zażółć gęślą jaźń",
    "ro": "Nu pot să mă întorc acasă, țipă și șade",
    "ar": "أنا خائف ولا أستطيع العودة إلى البيت",
    "ur": URDU,
    "fa": "من نمی‌توانم به خانه بروم پدر گچپژ",
    "ps": "زه ویریږم کور ته نشم تللی ښځه ځوان",
    "ti": "ሓገዝ የድልየኒ ኣሎ",
    "uk": "Мені страшно йти додому",
}


async def test_the_pdf_holds_every_script_as_text_and_is_the_same_each_time(house: House) -> None:
    young = await house.writes(SCRIPTS["en"])
    for language, words in itertools.islice(SCRIPTS.items(), 1, None):
        await house.writes(words, person=young.person, language=language)
    sal = await house.has(LEAD, name="Sal")
    answer = await sal.posts(f"{page_of(young)}/export", EXPORT | {"format": "pdf"})
    assert answer.headers["content-type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    found = letters("\n".join(page.extract_text() for page in reader.pages))
    missing = {language: letters(words) - found for language, words in SCRIPTS.items() if language != "fa"}
    assert {language: words for language, words in missing.items() if words} == {}
    assert {"پدر", "گچپژ", "خانه"} <= found
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"], "it can be read aloud"
    assert "Duty desk" in reader.pages[0].extract_text()


async def test_what_cannot_be_drawn_is_named_and_what_turns_text_is_shown(house: House) -> None:
    young = await house.writes("😭 我 \u202eevil #set page(fill: red) " + "Ŵ" * 500)
    sal = await house.has(LEAD)
    answer = await sal.posts(f"{page_of(young)}/export", EXPORT | {"format": "pdf"})
    text = "".join(PdfReader(io.BytesIO(answer.content)).pages[0].extract_text().split())  # lines break anywhere
    assert "[U+1F62DLOUDLYCRYINGFACE]" in text
    assert "[U+202ERIGHT-TO-LEFTOVERRIDE]evil#setpage(fill:red)" in text
    assert text.count("Ŵ") == 500, "nothing runs off the page"
    assert "JSONfileofthesamerecord" in text


async def test_nothing_of_a_record_shows_in_the_audit(house: House) -> None:
    tom = await house.writes("marmalade words")
    sal, boss = await house.has(LEAD, name="Sal"), await house.has(Role.MANAGER)
    await sal.posts(f"{page_of(tom)}/add", kind="action", text="rang marmalade")
    await sal.posts(f"{page_of(tom)}/export", EXPORT | {"recipient": "marmalade desk"})
    await sal.posts(f"{page_of(tom)}/release", reason="marmalade is well", seen=99)
    page = await boss.opens("/console/audit")
    assert "marmalade" not in page.text
    assert "Handed on a record" in page.text
    assert "children's or adults' social care" in html.unescape(page.text)


async def test_words_of_young_people_are_text_and_never_run(house: House) -> None:
    young = await house.writes("<script>alert(1)</script><img src=x onerror=alert(1)>")
    sal = await house.has(LEAD)
    for path in (page_of(young), await first_words(house, young)):
        page = await sal.opens(path)
        assert "<script>alert" not in page.text
        assert "<img" not in page.text


@pytest.mark.parametrize("junk", FUZZ, ids=range(len(FUZZ)))
async def test_no_field_breaks_anything(house: House, junk: str) -> None:
    tom = await house.writes("im done")
    sal, words = await house.has(LEAD), await first_words(house, tom)
    forms = {
        f"{page_of(tom)}/add": {"kind": "action", "text": "x"},
        f"{page_of(tom)}/release": {"reason": "x", "seen": "0"},
        words: {"kind": "translation", "made_by": "x", "language": "en", "text": "x"},
        f"{words}/ask": {"due": "1"},
        f"{page_of(tom)}/export": {"purpose": "handed_to_system", "recipient": "x", "format": "pdf", "reach": ""},
    }
    for path, fields in forms.items():
        for name in fields:
            assert (await sal.posts(path, fields | {name: junk})).status_code < 500, (path, name)
    for path in ("/console/records", page_of(tom)):
        for name in ("before", "done"):
            assert (await sal.client.get(path, params={name: junk})).status_code < 500
    page = await sal.opens(page_of(tom))
    assert page.status_code == 200
    assert "<script>alert" not in page.text


async def test_a_stranger_is_shown_the_door(house: House) -> None:
    tom = await house.writes("im done")
    stranger = StaffPerson(house.program, house.program.browser())
    await stranger.opens(page_of(tom))
    assert stranger.path == "/console/sign-in"
