"""What the console calls roles, skills, acts and errors. Marked for the catalogue; said in the reader's language by templates."""

from __future__ import annotations

from typing import Final

from dialogs.wording import N_
from server.errors import NotReadable, ServiceError, TooLarge, TryAgain
from server.staff.access import Act, Fact, Role, Skill
from server.staff.errors import KnownAlready, LastAdministrator, LinkSpent, MayNot, ReasonNeeded
from server.staff.guard import FormStale

ROLES: Final[dict[Role, tuple[str, str]]] = {
    Role.ADVISER: (N_("Adviser"), N_("Talks with young people.")),
    Role.LEAD: (N_("Lead adviser"), N_("Also shares out the work and helps with a chat.")),
    Role.SAFEGUARDING_LEAD: (
        N_("Safeguarding lead"),
        N_("Also reads records about danger, hands them on, and sees who looked at what."),
    ),
    Role.HOST_ADVISER: (N_("Host adviser"), N_("Also sees what is known about custody.")),
    Role.YJS_WORKER: (N_("Youth justice worker"), N_("Sees the next meeting and who the adviser is, never the chat.")),
    Role.EDITOR: (N_("Editor"), N_("Writes answers. Sees no young person.")),
    Role.TRANSLATOR: (N_("Translator"), N_("Translates answers. Sees no young person.")),
    Role.MANAGER: (N_("Manager"), N_("Sees who looked at what. Sees no young person.")),
    Role.ADMINISTRATOR: (N_("Administrator"), N_("Invites and removes staff. Sees no young person.")),
}
"""Each role's name, and what it is for."""

SKILLS: Final[dict[Skill, str]] = {
    Skill.BENEFITS: N_("Benefits"),
    Skill.SEN: N_("Special educational needs"),
    Skill.CUSTODY: N_("Custody"),
    Skill.HOUSING: N_("Housing"),
    Skill.HEALTH: N_("Health"),
    Skill.RECORD: N_("Criminal records"),
    Skill.SAFEGUARDING: N_("Safeguarding"),
}

MAY: Final[dict[Act, str]] = {
    Act.SEE_QUEUE: N_("see who waits for a person"),
    Act.TAKE: N_("take a chat and answer it"),
    Act.ASSIGN: N_("give a chat to somebody else"),
    Act.WHISPER: N_("write to an adviser beside a chat"),
    Act.HANDLE_COMPLAINTS: N_("look into complaints"),
    Act.LINK_WORKER: N_("say which young people a youth justice worker works with"),
    Act.SEE_OWN_PEOPLE: N_("see the next meeting of the young people you work with"),
    Act.SEE_CARE: N_("see who looks after a young person, and change it"),
    Act.SEE_CASELOADS: N_("see how many young people each adviser has"),
    Act.SET_TIMESCALES: N_("say by when things have to be done"),
    Act.EXPORT_RECORD: N_("hand on a record about danger"),
    Act.RELEASE_HOLD: N_("let surveys and reminders to a person go again"),
    Act.SET_ROTA: N_("set who is here when"),
    Act.SET_DIARIES: N_("set places, kinds of appointment and other people's hours"),
    Act.OWN_HOURS: N_("set your own hours and leave"),
    Act.BOOK: N_("book, move and call off appointments"),
    Act.SEE_PUNCTUALITY: N_("see how often the team's meetings begin on time"),
    Act.SEARCH_LIBRARY: N_("search the answers"),
    Act.SEE_AUDIT: N_("see who looked at what"),
    Act.MANAGE_STAFF: N_("invite, change and remove staff"),
    Act.OWN_ACCOUNT: N_("change your own account"),
}
"""What somebody may do, as the end of "You may ..."."""

EVENTS: Final[dict[str, str]] = {
    "code_given": N_("Signed in, or gave a code again"),
    "single_sign_on": N_("Signed in with their work account"),
    "single_sign_on_linked": N_("Connected their work account"),
    "recovery_code_used": N_("Used a recovery code"),
    "recovery_codes_renewed": N_("Made new recovery codes"),
    "password_changed": N_("Changed their password"),
    "alarm_number_changed": N_("Changed their number for alarm calls"),
    "set_up_invitation": N_("Set up their account"),
    "set_up_first_administrator": N_("Set up the first account"),
    "set_up_reset": N_("Set up their account anew"),
    Act.MANAGE_STAFF.value: N_("Changed an account"),
    Act.EXPORT_RECORD.value: N_("Handed on a record"),
    Act.RELEASE_HOLD.value: N_("Let surveys and reminders to a person go again"),
    Act.SET_ROTA.value: N_("Changed the rota"),
    Act.SET_DIARIES.value: N_("Changed places, kinds of appointment or hours"),
    Act.OWN_HOURS.value: N_("Changed their own hours"),
    Act.BOOK.value: N_("Booked an appointment"),
    "outside_added": N_("Added an appointment of others"),
    "outside_changed": N_("Changed an appointment of others"),
    "outside_office": N_("Said how far an office has come with an appointment"),
    "outside_off": N_("Called off an appointment of others"),
    Act.ASSIGN.value: N_("Gave a chat to somebody"),
    Act.TAKE.value: N_("Took a chat"),
    Act.HANDLE_COMPLAINTS.value: N_("Saw to a complaint"),
    Act.LINK_WORKER.value: N_("Changed which youth justice worker works with somebody"),
    "contact_changed": N_("Changed what to heed when writing to somebody"),
    "worker_wrote": N_("Wrote to an adviser as youth justice worker"),
    "care_changed": N_("Changed what is known of somebody's care"),
    "check_word_set": N_("Set a check word"),
    "date_done": N_("Ticked off a date"),
    "handover_changed": N_("Went on with a handover"),
    "handover_asked": N_("Asked whether a new adviser is ok"),
    "handover_answered": N_("Wrote down what somebody says to a new adviser"),
    "handover_closed": N_("Ended a handover"),
    "review_planned": N_("Planned a review"),
    "review_closed": N_("Ended a review"),
    Act.SET_TIMESCALES.value: N_("Changed by when things have to be done"),
    Fact.NAME.value: N_("Read a name"),
    Fact.NUMBER.value: N_("Read a number"),
    Fact.CHAT.value: N_("Read a chat"),
    "gave_reason": N_("Said why they look at a chat"),
    "acknowledged": N_("Said that they see to an alarm"),
    "asked": N_("Asked a colleague about a chat"),
    "closed": N_("Ended a chat"),
    "gave_back": N_("Gave a chat back"),
    "went_on": N_("Ended a hold"),
    "held": N_("Put a chat on hold"),
    "noted": N_("Left a note in a chat"),
    "wrote": N_("Wrote to a young person"),
    "task_taken": N_("Took a task"),
    "task_done": N_("Finished a task"),
    "record_added": N_("Added to a record about danger"),
    "record_translated": N_("Translated words in a record about danger"),
    "record_asked": N_("Asked for a translation of a record about danger"),
    "on_duty": N_("Went on duty"),
    "off_duty": N_("Went off duty"),
    "file_opened": N_("Opened a file that somebody sent"),
    Fact.CUSTODY.value: N_("Read about custody"),
    Fact.SAFEGUARDING_RECORD.value: N_("Read a record about danger"),
    Fact.NEXT_MEETING.value: N_("Read the next meeting"),
    Fact.ADVISER.value: N_("Read who the adviser is"),
    Fact.COMPLAINT.value: N_("Read a complaint"),
}
"""Rows of the audit; one that is not here is shown by its own name."""

REASONS: Final[dict[str, str]] = {
    "complaint_answered": N_("First answer"),
    "complaint_closed": N_("Closed"),
    "complaint_named": N_("Named who looks into it"),
    "complaint_call": N_("Asked for a call back"),
    "worker_linked": N_("They work together"),
    "worker_ended": N_("They no longer work together"),
    "invited": N_("Invited"),
    "changed": N_("Changed"),
    "removed": N_("Removed"),
    "reset": N_("Sent a link to start anew"),
    "handed_to_system": N_("For our own safeguarding system"),
    "handed_to_services": N_("For children's or adults' social care"),
    "handed_to_emergency": N_("For police or ambulance, somebody is in danger"),
    "handed_to_person": N_("The young person asked for it"),
    "handed_to_inspection": N_("For an inspection or a court"),
}
"""What was done to an account, where the audit says so; any other reason is somebody's own words."""

ERRORS: Final[dict[type[ServiceError], str]] = {
    MayNot: N_("There is nothing here for you. The page may be gone, or belong to somebody else's work."),
    ReasonNeeded: N_("This chat is not yours. Open it again, and say why you look."),
    LinkSpent: N_(
        "This link does not work any more. It was used, or it is too old. Ask an administrator for a new one."
    ),
    KnownAlready: N_("There is an account with this e-mail already."),
    LastAdministrator: N_(
        "This is the last administrator. Nothing was changed. Make somebody else an administrator first."
    ),
    FormStale: N_(
        "This page was open too long, or came from somewhere else. Nothing was changed. Open it again and try once more."
    ),
    NotReadable: N_("We could not read that. Nothing was changed. Go back and try again."),
    TooLarge: N_("That is too long. Nothing was changed."),
    TryAgain: N_("We cannot answer for a moment. Please try again soon."),
    ServiceError: N_("Something went wrong, and it was written down. Please try again."),
}
"""What a page says where a program is told the error's own text."""
