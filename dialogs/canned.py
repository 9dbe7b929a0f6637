"""What advisers say again and again, curated in every language: openings, holding on, closings. A person chooses and sends them."""

from __future__ import annotations

from typing import Final

from dialogs.wording import N_

OPENINGS: Final[dict[str, str]] = {
    "hello": N_("Hi, I'm {name}, a person. I have read what you wrote. Give me a minute."),
    "hello_danger": N_(
        "Hi, I'm {name}, a person. I am glad you told us. I am here with you now. Are you safe where you are?"
    ),
    "no_repeat": N_("Hi, I'm {name}, a person. I take over from here. You do not have to tell it again."),
    "limits": N_(
        "What you tell me stays in our team. If you or somebody else may come to harm, I must get help. I tell you first if I can."
    ),
}
"""First words. `{name}` is the adviser's name."""

HOLDING: Final[dict[str, str]] = {
    "look_up": N_("I have to look something up. I will write again by {time}."),
    "still_here": N_("I am still here. Take your time."),
    "not_understood": N_("I want to get this right. Can you tell me in other words?"),
    "interpreter": N_(
        "I do not speak your language well. I am finding somebody who does. I will write again by {time}."
    ),
}
"""While they wait. `{time}` is a clock time in the area."""

CLOSINGS: Final[dict[str, str]] = {
    "anything_else": N_("Is there anything else you want to ask me now?"),
    "bye": N_("I have to go now. You can write here again any time, day or night."),
    "safe": N_(
        "If you do not feel safe later, ring 999, or Childline on 0800 1111. It is free. You can write here too."
    ),
}
"""Last words."""
