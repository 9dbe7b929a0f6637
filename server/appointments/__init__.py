"""Appointments: diaries, times to offer, bookings, what others book, release plans, calendars. Nothing here sends a message."""
