"""What happens without being asked: lanes sent, crashes swept up, old things deleted, heartbeats left."""
