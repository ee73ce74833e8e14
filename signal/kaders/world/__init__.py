"""The synthetic demo world: what fictional sources would have served, day by day."""
