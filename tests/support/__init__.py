"""What every black-box suite needs: the real program as a process, and a client for its API."""
