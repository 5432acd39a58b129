#!/usr/bin/env python3
"""Clients that a server knows beforehand: preregistered.py FOLDER

Writes FOLDER/clients.json for MCP_AUTH_CLIENTS_FILE, with secrets and a key made for this run, FOLDER/secret and
FOLDER/machine.pem.
"""

import base64
import json
import pathlib
import secrets
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

SCOPE = "create:notes read:notes"
CALLBACKS = ["http://127.0.0.1/callback", "http://127.0.0.1/oauth/callback", "http://localhost/callback"]


def number(value):
    return base64.urlsafe_b64encode(value.to_bytes(32, "big")).rstrip(b"=").decode()


def main(folder):
    folder, secret = pathlib.Path(folder), secrets.token_hex(32)
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_numbers()
    jwk = {"kty": "EC", "crv": "P-256", "x": number(public.x), "y": number(public.y)}
    machine = {"grant_types": ["client_credentials"], "scope": SCOPE}
    form = {"client_secret": secret, "token_endpoint_auth_method": "client_secret_post"}
    clients = [
        {"client_id": "lab-app", "client_name": "The lab's app", "redirect_uris": CALLBACKS},
        {"client_id": "lab-portal", "client_secret": secret, "redirect_uris": CALLBACKS, "scope": SCOPE},
        {"client_id": "lab-form", **form, "redirect_uris": CALLBACKS},
        {"client_id": "lab-machine", "client_secret": secret, **machine},
        {"client_id": "lab-machine-form", **form, **machine},
        {"client_id": "lab-machine-key", "jwks": {"keys": [jwk]}, **machine},
    ]
    (folder / "clients.json").write_text(json.dumps(clients, indent=2), encoding="utf-8")
    (folder / "secret").write_text(secret, encoding="utf-8")
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "machine.pem").write_bytes(pem)


main(sys.argv[1])
