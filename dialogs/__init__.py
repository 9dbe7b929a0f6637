"""What is said and why: pure decisions about a conversation.

Standard library only. No clock, no randomness, no input or output, no logging: a turn is a function of the
message, the state, the facts and the read ports, so it can be replayed and reasoned about.
"""
