"""HTTPS through the Ingress with a certificate that cert-manager issued, and renewed in the middle of the traffic."""

import base64
import socket
import ssl
import time

from support.cluster import is_true, wait_until
from support.cluster_load import PATIENCE_SECONDS, Hey, Pulse
from support.cluster_shop import HOST, HTTPS, ORDERS, ORDERS_SECONDS_MAX, SHELF

CERTIFICATE = "fashionforward-tls"  # cert-manager names it as the Secret of the Ingress
AUTHORITY = "fashionforward-ca"
ISSUE_SECONDS_MAX = 120
HANDSHAKES = 10  # in a row with the new certificate: both pods of the ingress controller have it


def authority(cluster) -> ssl.SSLContext:
    """Who trusts the test authority and nobody else."""
    secret = cluster.get("secrets", AUTHORITY)
    return ssl.create_default_context(cadata=base64.b64decode(secret["data"]["tls.crt"]).decode())


def visit(trust: ssl.SSLContext) -> str:
    """A page over a connection of its own; the serial number of the certificate that was shown, which must be for this host."""
    host, port = HTTPS.split(":")
    with (socket.create_connection((host, int(port)), PATIENCE_SECONDS) as plain,
          trust.wrap_socket(plain, server_hostname=HOST) as secure):
        secure.sendall(f"GET /api/v1/collections HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        head = secure.recv(4096)
        assert head.startswith(b"HTTP/1.1 200"), head[:100]
        return secure.getpeercert()["serialNumber"]


def renew(cluster):
    """As `cmctl renew` does it: the condition Issuing."""
    certificate = cluster.get("certificates", CERTIFICATE)
    others = [each for each in certificate["status"]["conditions"] if each["type"] != "Issuing"]
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    certificate["status"]["conditions"] = [*others, {
        "type": "Issuing", "status": "True", "reason": "ManuallyTriggered", "lastTransitionTime": moment,
        "message": "Certificate re-issuance manually triggered", "observedGeneration": certificate["metadata"]["generation"]}]
    cluster.ask("PUT", cluster.path("certificates", f"{CERTIFICATE}/status"), certificate)


def test_a_certificate_is_renewed_and_no_request_fails(shop):
    cluster = shop.cluster
    wait_until(lambda: cluster.exists("certificates", CERTIFICATE) and is_true(cluster.get("certificates", CERTIFICATE), "Ready"),
               "cert-manager to issue the certificate", ISSUE_SECONDS_MAX, shop.troubles, every=1)
    trust = authority(cluster)
    serials = []

    def look():
        serials.append(visit(trust))

    def served():
        try:
            return visit(trust)
        except ssl.SSLError:  # the ingress controller has not read the Secret yet, and shows one of its own
            return None

    first = wait_until(served, "the certificate behind the Ingress", ISSUE_SECONDS_MAX)
    shop.stock_up(SHELF)
    storm = shop.storm()
    with (Hey(f"https://{HTTPS}/", HOST, 3) as kept, Hey(f"https://{HTTPS}/", HOST, 3, keep_alive=False) as fresh, storm,
          Pulse(look, 0.1) as pulse):
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        began = time.time()
        renew(cluster)
        wait_until(lambda: len(serials) >= HANDSHAKES and first not in serials[-HANDSHAKES:], "the new certificate to be shown",
                   ISSUE_SECONDS_MAX, lambda: str(cluster.get("certificates", CERTIFICATE)["status"]), every=0.1)
        took = time.time() - began
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
    faults = [fault for *_, fault in pulse.beats if fault]
    shop.finish(f"certificate {first[-8:]} renewed: {serials[-1][-8:]} shown after {took:.1f} s; {len(faults)} of "
                f"{len(pulse.beats)} verified handshakes failed", [kept, fresh], storm)
    assert not faults, faults[:3]
    assert len(set(serials)) == 2, "there were other certificates than the old and the new one"
    assert cluster.get("certificates", CERTIFICATE)["status"]["revision"] >= 2
