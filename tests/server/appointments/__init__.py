"""Appointments on a real database, and their rules without one."""
