"""Who is next: the most urgent, then who waits longest, and nobody is forgotten."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta

from dialogs.effects import CaseUrgency
from server.escalations.queue import SAME_WAIT, Waiting, Why, order, take_next
from server.escalations.service import ORDER
from server.staff.access import Member, Role, Skill

NOW = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)


def member(**more: object) -> Member:
    given = {"roles": frozenset({Role.ADVISER}), "areas": frozenset({"home"}), "languages": frozenset({"en"})}
    return Member(uuid.uuid4(), "Jo", **(given | more))  # type: ignore[arg-type]


def case(
    urgency: CaseUrgency = CaseUrgency.ADVICE, minutes: float = 0, language: str = "en", **more: object
) -> Waiting:
    return Waiting(uuid.uuid4(), urgency, NOW - timedelta(minutes=minutes), language, **more)  # type: ignore[arg-type]


def test_danger_goes_before_everybody_who_waited_longer() -> None:
    crisis, advice = case(CaseUrgency.CRISIS), case(minutes=600)
    found = take_next(member(), [advice, crisis], NOW)
    assert found
    assert found.case is crisis
    assert Why.MOST_URGENT in found.why


def test_the_longest_wait_goes_first_whatever_the_language() -> None:
    long, short = case(minutes=9, language="so"), case(minutes=7, language="en")
    found = take_next(member(), [short, long], NOW)
    assert found
    assert found.case is long
    assert found.why == (Why.LONGEST_WAIT,)


def test_within_the_same_minute_the_language_decides_then_the_skill() -> None:
    polish, english, benefits = case(minutes=5, language="pl"), case(minutes=5), case(minutes=5, skill="benefits")
    who = member(languages=frozenset({"pl"}), skills=frozenset({Skill.BENEFITS}))
    found = take_next(who, [english, benefits, polish], NOW)
    assert found
    assert found.case is polish
    assert Why.LANGUAGE in found.why
    found = take_next(who, [english, benefits], NOW)
    assert found
    assert found.case is benefits
    assert Why.SKILL in found.why


def test_nobody_is_given_a_case_about_themselves_and_no_trainee_a_crisis() -> None:
    jo = member()
    assert take_next(jo, [case(barred=frozenset({jo.id}))], NOW) is None
    assert take_next(member(is_trainee=True), [case(CaseUrgency.CRISIS), case(CaseUrgency.SAFEGUARDING)], NOW) is None
    assert take_next(jo, [], NOW) is None


def test_a_thousand_arrivals_are_taken_oldest_first_at_each_urgency() -> None:
    chance = random.Random(4)
    languages, skills = ("en", "pl", "so", "ar"), ("", *Skill)
    waiting: list[Waiting] = []
    left, now = 1000, NOW
    taken: list[tuple[Waiting, datetime, list[Waiting]]] = []
    while left or waiting:
        now += timedelta(seconds=chance.randrange(1, 40))
        if left and chance.random() < 0.6:
            left -= 1
            urgency = chance.choices(ORDER, weights=(1, 2, 2, 10, 3))[0]
            waiting.append(Waiting(uuid.uuid4(), urgency, now, chance.choice(languages), chance.choice(skills)))
            continue
        who = member(languages=frozenset(chance.sample(languages, 2)), skills=frozenset(chance.sample(list(Skill), 2)))
        if found := take_next(who, waiting, now):
            waiting.remove(found.case)
            taken.append((found.case, now, list(waiting)))
    assert len(taken) == 1000
    for chosen, at, others in taken:
        for other in others:
            assert ORDER.index(other.urgency) >= ORDER.index(chosen.urgency)
            if other.urgency is chosen.urgency:
                assert chosen.since - other.since < SAME_WAIT, (at, chosen, other)


def test_the_list_is_in_the_order_of_need() -> None:
    first, second, third = case(CaseUrgency.CRISIS), case(minutes=30), case(minutes=2)
    assert order([third, second, first]) == [first, second, third]


def test_who_was_passed_over_gets_it_last_and_only_when_nothing_else_waits() -> None:
    who = member()
    crisis = case(CaseUrgency.CRISIS, minutes=9, passed_over=frozenset({who.id}))
    advice = case(minutes=1)
    found, only, other = (
        take_next(who, [crisis, advice], NOW),
        take_next(who, [crisis], NOW),
        take_next(member(), [crisis, advice], NOW),
    )
    assert found
    assert only
    assert other
    assert (found.case, only.case, other.case) == (advice, crisis, crisis)
