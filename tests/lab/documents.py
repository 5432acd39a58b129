#!/usr/bin/env python3
"""A host of client ID metadata documents: documents.py PORT FOLDER      (needs the laboratory's Python)

Serves https://localhost:PORT/app.json with a certificate of an authority of its own, which it writes to
FOLDER/documents-ca.pem. Each request is a line in FOLDER/documents.requests.
"""

import datetime
import http.server
import json
import ssl
import sys
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

port, folder = int(sys.argv[1]), Path(sys.argv[2])
url = f"https://localhost:{port}/app.json"
document = json.dumps({
    "client_id": url,
    "client_name": "lab document",
    "application_type": "native",
    # The clients take a free port each.
    "redirect_uris": [f"http://{host}{path}" for host in ("127.0.0.1", "localhost") for path in ("/callback", "/oauth/callback")],
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
    "token_endpoint_auth_method": "none",
}).encode()


def certificate(name, key, issuer, issuer_key, extensions):
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
authority = certificate(
    name("lab authority"), authority_key, name("lab authority"), authority_key,
    [(x509.BasicConstraints(ca=True, path_length=None), True)],
)
leaf = certificate(
    name("localhost"), key, name("lab authority"), authority_key,
    [(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False), (x509.BasicConstraints(False, None), True)],
)


class Documents(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(folder / "documents.requests", "a", encoding="utf-8") as file:
            print(self.path, self.headers.get("User-Agent"), file=file)
        found = self.path == "/app.json"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(document) if found else 0))
        self.end_headers()
        if found:
            self.wfile.write(document)

    def log_message(self, *_):
        pass


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
with tempfile.NamedTemporaryFile(suffix=".pem") as file:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write(leaf + private)
    file.flush()
    context.load_cert_chain(file.name)
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Documents)
server.socket = context.wrap_socket(server.socket, server_side=True)
# Whoever waits for the certificate finds a server that listens.
(folder / "documents-ca.pem").write_bytes(authority)
server.serve_forever()
