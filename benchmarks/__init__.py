"""What is measured, against whom, and how to run it. Never part of the tests."""
