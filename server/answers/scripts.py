"""Which language a script gives away, and everyday words that give away a language in Latin letters.

The word lists are function words that the other languages listed do not share; Latin-typed Arabic and Urdu are here because
no detector reads them (they come out as Somali or Polish).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

_OWN_LETTERS: Final = (
    ("ps", frozenset("ټډړږښڼېځڅۍ")),
    ("ckb", frozenset("ڵڕێۆ")),
    ("ur", frozenset("ٹڈڑںےۓہھ")),
    ("fa", frozenset("پچژگکی")),
)
"""Letters that Arabic does not have, in the order in which they decide: Urdu has the Persian letters too."""

FEWEST_LETTERS: Final = 3
_BLOCKS: Final = (
    ("ar", "\u0600", "\u06ff"),
    ("bn", "\u0980", "\u09ff"),
    ("pa", "\u0a00", "\u0a7f"),
    ("ta", "\u0b80", "\u0bff"),
    ("ti", "\u1200", "\u137f"),
    ("uk", "\u0400", "\u04ff"),
    ("el", "\u0370", "\u03ff"),
    ("zh", "\u4e00", "\u9fff"),
)
_PASHTO_WORDS: Final = frozenset(["زه", "یم", "نلرم", "لرم", "دې", "یې", "دلته", "مرسته", "غواړم", "کور"])
_UKRAINIAN: Final = frozenset("іїєґ")
_VIETNAMESE: Final = frozenset("ơưđạảấầẩẫậắằẳẵặẹẻẽếềểễệọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ")

_LISTS: Final = {
    "en": """the a an is are am was i im ive my me you your he she they we it to of and or but in on at for with from can cant
        could would will wont do dont does did how what when where who why if no not need want get got have has help this
        that these there some any about out up u ur ya yo bro pls please just so like been be as by still gonna wanna""",
    "cy": """dwi dw rwy rydw ydw ydy yw mae maen oes oedd fi ti chi ni nhw fy dy ei eu ein yn ym yng i'n mi ddim dim heb sut
        beth ble pryd pwy pam ga gaf gai alla allaf gallaf galla angen eisiau isio moyn wedi bod gan gyda efo ar am o'r y'r
        yr ac neu ond hefyd nawr rwan heno heddiw yfory iawn cael gael mynd fynd siarad rhywun rhywle cartref adref
        helo shwmae diolch plis nos bore ysgol gwaith arian cymraeg cysgu aros hwn hyn wnes nes rhaid fod byw""",
    "pl": """nie jest mam mnie mi sie się jak gdzie co czy kiedy dlaczego moge mogę chce chcę potrzebuje potrzebuję prosze
        proszę dla jestem moja moj mój to na z w do po za ale bo juz już tylko dzisiaj dzis dziś jutro ktos ktoś pomoc
        pomocy praca prace pracę mieszkanie szkoła szkola pieniądze pieniadze dom domu spać spac cześć czesc""",
    "ro": """nu este sunt am ai are eu mi ma mă cum unde ce cine cand când pot vreau trebuie nevoie ajutor pentru cu din la si
        și sau dar noaptea astazi astăzi maine mâine dorm dormi casa acasa acasă scoala școală lucru bani munca muncă
        fac face meu mea asta va rog buna bună""",
    "so": """waan waxaan ma maya haa waa iyo oo ka ku u la aan meel guri guriga caawimaad caawi baahanahay rabaa doonayaa
        hadda caawa maanta berri dugsi shaqo lacag sidee xagee halkee goorma maxaa yaa igu iga aniga ii""",
    "ar": """ana ana2 inta inti enta enti howa hiya e7na ihna 3ayez 3ayz 3ayza 3awez 3awz aywa aiwa la2 laa mish msh mesh mush
        mafi mafesh mafeesh ma3andi 3andi 3indi 3ndi 3ndy lazim lazem bidi bidde biddi badi abi abgha 3awza izay ezay ezzay
        kif keef kefak shlon wen wein ween feen fein fen leh leish lesh shu sho eh eih esh shinu shno imta emta meta
        bait bayt beit bet shoghl shughl shughul 3amal fulus flous floos masari masaari madrasa madrase mokhayam
        salam salaam assalamu alaikum marhaba ahlan shukran min fi ala 3ala ma3 3an kida hena hina hon hena daba
        delwa2ti dilwa2ti halla hala2 alyom elyom bukra bokra walla wallah yalla khalas ummi omi abi abuy abooy akhi
        mo7ami mohami nam anam a7taj ahtaj mumkin momken mumken el al""",
    "ur": """mujhe mujhay muje mera meri mere mai mein hum hai hain ho hoon hun tha thi nahi nahin nai kya kia kyun kyu
        kahan kaha kab kaise kese kaun kar karna karo karun karu raha rahi chahiye chahie chaye ghar kaam paisa paise
        madad kaisay se ko ka ki ke aur ya magar lekin bhi abhi aaj kal raat ammi abbu bhai behen shukriya salam
        assalam alaikum mil sakta sakti sakte naukri""",
}
WORDS: Final[Mapping[str, frozenset[str]]] = {code: frozenset(listed.split()) for code, listed in _LISTS.items()}


def of_script(text: str) -> str | None:
    """The language that the letters give away, or None for Latin letters, a mixture and too few letters."""
    letters = [c for c in text if c.isalpha()]
    if any(c in _VIETNAMESE for c in text.casefold()):
        return "vi"
    for code, first, last in _BLOCKS:
        inside = [c for c in letters if first <= c <= last]
        if len(inside) >= FEWEST_LETTERS and 2 * len(inside) > len(letters):
            return _told_apart(code, text.casefold())
    return None


def _told_apart(code: str, text: str) -> str:
    letters = frozenset(text)
    if code == "ar":
        found = next((other for other, own in _OWN_LETTERS if own & letters), "ar")
        return "ps" if found == "fa" and _PASHTO_WORDS & frozenset(text.split()) else found
    return "ru" if code == "uk" and not _UKRAINIAN & letters else code


def hits(words: Iterable[str], code: str) -> int:
    """How many of the words are everyday words of a language."""
    return sum(word in WORDS[code] for word in words)
