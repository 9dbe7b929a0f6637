"""A chat desk in memory that answers from a small script, and page wording with a little Arabic: for pages and pictures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dialogs.messages import ButtonPress, Choice, LineCard, Link, Reply, ReplyKind, SentFile, Urgency
from server.errors import TryAgain
from server.webhooks.chatdesk import Thread, ThreadItem

ZONE = ZoneInfo("Europe/London")
PERSON = {"en": "Talk to a person", "cy": "Siarad â pherson", "ar": "التحدث مع شخص"}
MENU = {"en": "Menu", "cy": "Dewislen", "ar": "القائمة"}
GROUPS = {
    "en": ("Home and family", "Money", "School and work", "Health and feelings", "Your rights"),
    "cy": ("Cartref a theulu", "Arian", "Ysgol a gwaith", "Iechyd a theimladau", "Dy hawliau"),
    "ar": ("البيت والعائلة", "المال", "المدرسة والعمل", "الصحة والمشاعر", "حقوقك"),
}
LANGUAGE = {"en": "Language", "cy": "Iaith", "ar": "اللغة"}
GREETING = {
    "en": (
        "Hi. I am a computer, not a person.",
        (
            "You can ask me about money, home, work, school, health or your rights. It is private and free.\n\n"
            "If you may be badly hurt, a person must know."
        ),
    ),
    "cy": (
        "Helo. Cyfrifiadur ydw i, nid person.",
        "Fe gei di ofyn am arian, cartref, gwaith, ysgol, iechyd neu dy hawliau. Mae'n breifat ac am ddim.",
    ),
    "ar": (
        "مرحبًا. أنا حاسوب، ولست إنسانًا.",
        (
            "يمكنك أن تسألني عن المال أو البيت أو العمل أو المدرسة أو الصحة أو حقوقك. الأمر خاص ومجاني.\n\n"
            "إذا كان هناك خطر كبير عليك، يجب أن يعرف شخص ما."
        ),
    ),
}
CHILDLINE = LineCard("line.childline", "Childline", "0800 1111", note="Free, day and night. Not on the phone bill.")
SHOUT = LineCard("line.shout", "Shout", text_to="85258", note="Free texts, day and night.")
EMERGENCY = LineCard(
    "line.999", "Police, ambulance, fire", "999", note="If you cannot speak, cough or tap, then press 55."
)
SHELTER = LineCard(
    "line.shelter",
    "Shelter",
    "0808 800 4444",
    web="https://england.shelter.org.uk",
    note="Free. Monday to Friday, 8am to 6pm.",
)


def always(language: str = "en") -> tuple[Choice, ...]:
    """The menu and the person."""
    return (Choice(0, "menu", MENU[language]), Choice(9, "person", PERSON[language]))


def menu(language: str = "en") -> Reply:
    """Five groups and the language."""
    choices = tuple(Choice(n, f"group:{n}", label) for n, label in enumerate(GROUPS[language], 1))
    choices = (*choices, Choice(6, "language", LANGUAGE[language]), *always(language))
    text = {"en": "What is it about?", "cy": "Am beth mae hyn?", "ar": "عمّ تريد أن تسأل؟"}[language]
    return Reply(language=language, text=text, choices=choices, menu_id=1)


def greeting(language: str = "en") -> Reply:
    """The first message."""
    lead, text = GREETING[language]
    return replace(menu(language), lead=lead, text=text)


def answer() -> Reply:
    """An answer with everything an answer can have."""
    return Reply(
        language="en",
        kind=ReplyKind.ANSWER,
        lead="You have rights. We can help you today.",
        text="If you are under 18, the council must help you find somewhere safe. If you are 18 or over, they must listen.",
        steps=(
            "Do not move out yet if you are safe there.",
            "Write down what was said, and the date.",
            "Go to the council's housing desk. Bring ID if you have it. Go even if you have none.",
        ),
        lines=(SHELTER,),
        choices=(Choice(1, "person", "I have to go today"), Choice(2, "more", "Tell me more"), *always()),
        menu_id=2,
        links=(Link("Housing: your rights (gov.uk)", "https://www.gov.uk/browse/housing-local-services"),),
        source="Checked 3 June 2026 · gov.uk",
    )


def crisis() -> Reply:
    """The crisis card."""
    return Reply(
        language="en",
        kind=ReplyKind.CRISIS,
        urgency=Urgency.CRISIS,
        lead="That sounds very hard. I am glad you told us.",
        text="A person will read this now. These people can talk to you right away.\n\nAre you safe right now?",
        lines=(CHILDLINE, EMERGENCY, SHOUT),
        choices=(Choice(1, "yes", "Yes"), Choice(2, "no", "No"), Choice(3, "unsure", "Not sure")),
        menu_id=3,
    )


def arabic() -> Reply:
    """An answer in Arabic with a number and a Latin name in it."""
    return Reply(
        language="ar",
        kind=ReplyKind.ANSWER,
        lead="لديك حقوق. يمكننا مساعدتك اليوم.",
        text="إذا كان عمرك أقل من 18 سنة، يجب على المجلس أن يساعدك في إيجاد مكان آمن.",
        steps=("لا تغادر البيت الآن إذا كنت آمنًا فيه.", "اكتب ما قيل لك والتاريخ.", "اذهب إلى مكتب السكن في المجلس."),
        lines=(replace(CHILDLINE, note="مجاني، ليلًا ونهارًا."),),
        choices=(Choice(1, "today", "يجب أن أغادر اليوم"), Choice(2, "more", "أخبرني المزيد"), *always("ar")),
        menu_id=4,
        links=(Link("GOV.UK", "https://www.gov.uk/browse/housing-local-services"),),
        source="تم التحقق في 3 يونيو 2026 · gov.uk",
    )


def long() -> Reply:
    """A reply of several screens, with a word that does not fit a line."""
    part = "You can take your time. Read one part, then the next. Come back to it when you want to. "
    url = "https://example.org/" + "a-very-long-address-without-any-break-" * 4
    return Reply(language="en", text="\n\n".join([part * 3] * 8 + [url]), choices=always(), menu_id=5)


SCRIPT = {
    "0": menu(),
    "told to leave home": answer(),
    "whats the point im done": crisis(),
    "long": long(),
    "عربي": arabic(),
}


@dataclass
class _Session:
    """One conversation."""

    language: str
    items: list[ThreadItem] = field(default_factory=list)
    message_ids: set[str] = field(default_factory=set)
    watchers: set[asyncio.Event] = field(default_factory=set)
    typing: str = ""
    notice: str = ""


class FakeChatDesk:
    """Keeps threads in memory. `is_down` makes every message fail as a database away would; `delay_seconds` makes it slow."""

    def __init__(self) -> None:
        self.sessions: dict[str, _Session] = {}
        self.said: list[tuple[str, ButtonPress | None, str]] = []
        self.files: list[tuple[str, SentFile]] = []
        self.reset()

    def reset(self) -> None:
        """As new."""
        self.sessions.clear()
        self.said.clear()
        self.typed: list[str] = []
        self.files.clear()
        self.is_down = False
        self.delay_seconds = 0.0

    async def open(self, session: str, language: str | None, now: datetime) -> None:
        """Greets a new session."""
        if session in self.sessions:
            return
        known = self.sessions[session] = _Session(language or "en")
        self._add(known, now, reply=greeting(known.language))

    async def say(self, session: str, text: str, press: ButtonPress | None, message_id: str, now: datetime) -> None:
        """Stores the message and answers from the script, with the menu for anything else."""
        await asyncio.sleep(self.delay_seconds)
        if self.is_down:
            raise TryAgain("the database is away")
        known = self.sessions[session]
        if message_id in known.message_ids:
            return
        known.message_ids.add(message_id)
        self.said.append((text, press, message_id))
        self._add(known, now, text=text or self._label(known, press))
        self._add(known, now, reply=self._answer(known, text, press))

    async def send_file(self, session: str, text: str, file: SentFile, message_id: str, now: datetime) -> None:
        """Stores the words and says how large the file was."""
        if self.is_down:
            raise TryAgain("the database is away")
        known = self.sessions[session]
        if message_id in known.message_ids:
            return
        known.message_ids.add(message_id)
        self.files.append((text, file))
        self._add(known, now, text=text, has_file=True)
        self._add(known, now, reply=Reply(language=known.language, text=f"{file.name}: {file.size_bytes} bytes"))

    async def speak(self, session: str, language: str, now: datetime) -> None:
        """Switches the language and says hello in it."""
        known = self.sessions[session]
        if known.language != language:
            known.language = language
            self._add(known, now, reply=menu(language))

    async def types(self, session: str) -> None:
        self.typed.append(session)

    async def thread(self, session: str, after: int) -> Thread | None:
        """The items after a cursor."""
        known = self.sessions.get(session)
        if known is None:
            return None
        items = tuple(item for item in known.items if item.cursor > after)
        last = known.items[-1].cursor if known.items else 0
        return Thread(items, known.language, last, known.typing, known.notice)

    async def leave(self, session: str) -> None:
        """Forgets the session."""
        if known := self.sessions.pop(session, None):
            self._tell(known)

    async def changes(self, session: str) -> AsyncIterator[None]:
        """Yields after every change."""
        known, event = self.sessions[session], asyncio.Event()
        known.watchers.add(event)
        try:
            while True:
                await event.wait()
                event.clear()
                yield
        finally:
            known.watchers.discard(event)

    def advise(self, text: str, author: str, now: datetime, session: str | None = None) -> None:
        """A person of ours writes into a session (None: the newest)."""
        known = self._pick(session)
        self._add(known, now, reply=Reply(language="en", kind=ReplyKind.ADVISER, text=text), author=author)

    def show(self, reply: Reply, now: datetime) -> None:
        """Any reply, into the newest session."""
        self._add(self._pick(None), now, reply=reply)

    def set_state(self, *, typing: str = "", notice: str = "") -> None:
        """Who is writing, and what is true right now, in the newest session."""
        known = self._pick(None)
        known.typing, known.notice = typing, notice
        self._tell(known)

    def _pick(self, session: str | None) -> _Session:
        return self.sessions[session or list(self.sessions)[-1]]

    def _answer(self, known: _Session, text: str, press: ButtonPress | None) -> Reply:
        if press is not None:
            return answer() if known.language == "en" else menu(known.language)
        if text == "cymraeg":
            known.language = "cy"
        if text == "9":
            return Reply(language=known.language, text="A person will write to you here by 2:30pm today.")
        return SCRIPT.get(text) or menu(known.language)

    def _label(self, known: _Session, press: ButtonPress | None) -> str:
        """What the pressed button said; its bare number when the menu is not in the thread."""
        replies = [item.reply for item in reversed(known.items) if item.reply]
        for reply in replies:
            for choice in reply.choices:
                if press and (reply.menu_id, choice.number) == (press.menu_id, press.number):
                    return choice.label
        return str(press.number) if press else ""

    def _add(
        self,
        known: _Session,
        now: datetime,
        *,
        text: str = "",
        reply: Reply | None = None,
        author: str = "",
        has_file: bool = False,
    ) -> None:
        cursor = known.items[-1].cursor + 1 if known.items else 1
        known.items.append(ThreadItem(cursor, now.astimezone(ZONE), reply is None, text, reply, author, has_file))
        self._tell(known)

    def _tell(self, known: _Session) -> None:
        for event in known.watchers:
            event.set()


ARABIC = {
    "Chat": "دردشة", "Leave fast": "خروج سريع", "Text and colours": "الخط والألوان", "Write here…": "اكتب هنا…",
    "Send": "إرسال", "Call": "اتصل", "Text": "رسالة", "a person": "إنسان", "Read aloud": "اقرأ بصوت عالٍ",
    "Talk to a person": "التحدث مع شخص", "Menu": "القائمة", "Messages": "الرسائل", "You:": "أنت:", "Computer:": "حاسوب:",
    "Text size": "حجم الخط", "Normal": "عادي", "Letters": "الحروف", "Colours": "الألوان", "Contrast": "التباين",
    "Big": "كبير", "Bigger": "أكبر", "Biggest": "الأكبر", "Light": "فاتح", "Dark": "داكن", "Strong": "قوي",
    "Like my phone": "مثل هاتفي", "More space, cream page": "مسافة أكبر، صفحة كريمية", "Save": "حفظ",
    "Picture or file": "صورة أو ملف", "File": "ملف",
    "Only a person can open it. Ask for a person first (9). Up to 10 MB.": "لا يفتحه إلا شخص. اطلب شخصا أولا (9). حتى 10 ميغابايت.",
    "is writing…": "يكتب…", "Look for new messages": "ابحث عن رسائل جديدة", "New message": "رسالة جديدة",
}  # fmt: skip
NAMES = {"en": "English", "cy": "Cymraeg", "ar": "العربية"}


class FakePageWording:
    """English as written, a few Arabic texts, plain dates and times."""

    def say(self, language: str, english: str) -> str:
        """The text, translated where the fake knows it."""
        return ARABIC.get(english, english) if language == "ar" else english

    def day(self, language: str, day: date) -> str:
        """ "Tuesday 9 June"."""
        return f"{day:%A} {day.day} {day:%B}"

    def clock(self, language: str, at: datetime) -> str:
        """ "2:14pm"."""
        return f"{at.hour % 12 or 12}:{at:%M}{'am' if at.hour < 12 else 'pm'}"

    def language_name(self, language: str) -> str:
        """The language's own name."""
        return NAMES[language]
