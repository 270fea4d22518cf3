"""A shop that can't serve in time says 503 and when to come again, and on a machine that does much else it may have to: a test of
what is answered, not of how much is served at once, comes again."""

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

TRIES_MAX = 20


class PatientAdapter(HTTPAdapter):
    """Sends what was answered with 503 again, after its Retry-After; the last such answer stands. For every method: most of these acted on
    nothing, and where the outcome is unknown the same Idempotency-Key acts once (a cart's line may come twice, which nobody here counts)."""

    def __init__(self, **settings):
        again = Retry(total=None, connect=0, read=False, redirect=0, status=TRIES_MAX, other=0, status_forcelist=[503],
                      allowed_methods=None, raise_on_status=False)
        super().__init__(max_retries=again, **settings)


def patient_session() -> requests.Session:
    session = requests.Session()
    session.mount("http://", PatientAdapter())
    return session
