"""Storms on real processes: servers, databases and networks that break while people buy."""
