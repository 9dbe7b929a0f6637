"""Made-up young people who wait for a person: all urgencies, all languages, from seconds to hours."""

from __future__ import annotations

from typing import Final

from server.cli.demo.script import SMS, TELEGRAM, WEB, Does, Step, Story, says, takes, waits, writes

ALARMS: Final = (
    Story("kestrel", TELEGRAM, "en", (says(4, "i want to end my life"), says(3, "nobody would even notice"))),
    Story("finch", SMS, "ar", (Step(1.5, Does.PICKS), says(1, "بدي موت"))),
)
"""About danger, and nobody has seen to it."""

SAFETY: Final = (
    Story("moth", WEB, "en", (says(27, "whats the point of anything"), says(26, "cant sleep cant eat"))),
    Story("heron", TELEGRAM, "en", (says(14, "i dont feel safe with my bf"), says(13, "he checks my phone"))),
    Story("newt", SMS, "en", (says(6, "whats the point of anything any more"),)),
)

COMPLAINTS: Final = (
    Story(
        "otter",
        WEB,
        "en",
        (
            says(190, "9"),
            says(189, "my hostel wants me out"),
            takes(186, "Robin"),
            writes(185, "Robin", "Hi, I'm Robin, a person. Did they put it in writing?"),
            says(183, "yes but you sound like you dont believe me"),
            Step(120, Does.CLOSES, "They left the chat.", "Robin", "no_reply"),
            says(74, "complain"),
            says(73, "robin was rude to me"),
            Step(72, Does.MUST_NOT, by="Robin"),
        ),
    ),
    Story("vole", SMS, "en", (says(31, "complain"), says(30, "you sent me to the wrong office"))),
)

ACCESS: Final = (
    Story(
        "saluki",
        TELEGRAM,
        "ti",
        (
            Step(96, Does.PICKS),
            says(95, "9"),
            Step(94, Does.HAS_TO, "Tigrinya, in writing and for a call", more="interpreter"),
        ),
    ),
    Story(
        "lapwing",
        WEB,
        "en",
        (says(55, "bsl"), says(54, "9"), Step(53, Does.HAS_TO, "BSL, by video", more="access")),
    ),
    Story(
        "tern", TELEGRAM, "en", (says(41, "українська"), says(40, "9"), Step(39, Does.HAS_TO, "", more="interpreter"))
    ),
)

ADVICE: Final = (
    waits("linnet", TELEGRAM, "en", 240, "can i leave school at 16", "my mum wants me to work and i dont"),
    waits("siskin", SMS, "en", 151, "how do i get universal credit", "they closed my claim and i dont get why"),
    waits(
        "plover", WEB, "cy", 118, "Sut mae cael credyd cynhwysol?", "Mae'r ffurflen yn gofyn am fanc, does gen i ddim."
    ),
    waits("stoat", TELEGRAM, "pl", 87, "jak założyć konto w banku", "nie mam paszportu, tylko stary dowód"),
    waits("dunlin", SMS, "ro", 66, "cum deschid un cont bancar", "nu am acte de identitate"),
    waits("ibex", WEB, "ar", 49, "كيف أحصل على بطاقة cscs", "عندي عمل يبدأ يوم الاثنين"),
    waits("marten", TELEGRAM, "ur", 37, "مجھے گھر چاہیے", "مجھے کمرہ چاہیے"),
    waits("oryx", SMS, "so", 29, "sideen u helaa shaqo", "waxaan rabaa in aan barto sida loo qoro CV"),
    waits("gazelle", WEB, "fa", 22, "چطور حساب بانکی باز کنم", "کارت شناسایی ندارم"),
    waits("wigeon", TELEGRAM, "en", 17, "can the police search me", "they took my phone last night, can i get it back"),
    waits("redstart", SMS, "en", 12, "they kicked me out", "im at my mates till friday"),
    waits("smew", WEB, "en", 8, "what is an ehcp", "school says i dont need one, my nan says i do"),
    waits("pipit", TELEGRAM, "en", 5, "need cscs", "test is 22 quid and i dont have it"),
    waits("whinchat", WEB, "en", 2, "do i tell them about my record", "its from when i was 14"),
    waits("fulmar", TELEGRAM, "en", 3.5, "can i get help with bus fares", "college is two buses away"),
    waits("brambling", SMS, "en", 1.2, "my social worker left", "she moved to leeds last month"),
    waits("crake", TELEGRAM, "en", 0.5, "need a bank account no id", "payday is thursday"),
)

WAITING: Final = (*ALARMS, *SAFETY, *COMPLAINTS, *ACCESS, *ADVICE)
"""Everybody who waits."""
