"""The one inbound use case: a message comes in, a turn is taken, its effects and replies are stored together."""
