#!/usr/bin/env python3
"""Sets up a realm of a fresh Keycloak for one MCP server, as one would click it together:

keycloak-realm.py BASE REALM RESOURCE [SCOPE…]      prints the issuer

- a client scope per SCOPE (mcp:tools); the first one is every client's default, the others are asked for (step-up).
  Keycloak puts an audience into a token by a mapper, and the first scope carries two: the resource, and the client
  mcp-server, because Keycloak answers an introspection only to a client that the token is for
- anonymous registration of clients from loopback, with these scopes
- mcp-server / mcp-server-secret, the resource server where it introspects
- cli, a public client that gets a token for a name and password, without a browser
- alice / alice
- with SIGN_IN_CALLBACK, the callback of a server whose people sign in here: the client mcp-auth / mcp-auth-secret
"""

import json
import os
import sys
import urllib.parse
import urllib.request

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def request(method, url, body=None, form=None, token=None):
    headers, data = {}, None
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if body is not None:
        data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
    if form is not None:
        data = urllib.parse.urlencode(form).encode()
    with OPENER.open(urllib.request.Request(url, data, headers, method=method), timeout=60) as answer:
        text = answer.read()
        # What was created is named by the last segment of its location.
        return json.loads(text) if text else answer.headers.get("Location", "").rsplit("/", 1)[-1]


class Realm:
    def __init__(self, base, name):
        self.base, self.name = base, name
        form = {"grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": "admin"}
        login = request("POST", f"{base}/realms/master/protocol/openid-connect/token", form=form)
        self._token = login["access_token"]
        self._admin("POST", "/admin/realms", {"realm": name, "enabled": True, "sslRequired": "none"})

    def _admin(self, method, path, body=None):
        return request(method, self.base + path, body, token=self._token)

    def _call(self, method, path, body=None):
        return self._admin(method, f"/admin/realms/{self.name}{path}", body)

    def add_scope(self, name):
        attributes = {
            "include.in.token.scope": "true",
            "display.on.consent.screen": "true",
            "consent.screen.text": f"Use {name}",
        }
        return self._call("POST", "/client-scopes", {"name": name, "protocol": "openid-connect", "attributes": attributes})

    def default_scope(self, scope):
        self._call("PUT", f"/default-default-client-scopes/{scope}")

    def optional_scope(self, scope):
        self._call("PUT", f"/default-optional-client-scopes/{scope}")

    def add_audience(self, scope, name, setting, audience):
        config = {
            setting: audience,
            "access.token.claim": "true",
            "id.token.claim": "false",
            "introspection.token.claim": "true",
        }
        mapper = {"name": name, "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper", "config": config}
        self._call("POST", f"/client-scopes/{scope}/protocol-mappers/models", mapper)

    def add_client(self, client_id, **settings):
        self._call("POST", "/clients", {"clientId": client_id, "standardFlowEnabled": False, **settings})

    def allow_registration_from_loopback(self, scopes):
        kind = "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy"
        configs = {
            "trusted-hosts": {
                "trusted-hosts": ["127.0.0.1", "localhost"],
                "host-sending-registration-request-must-match": ["true"],
                "client-uris-must-match": ["false"],
            },
            "allowed-client-templates": {"allow-default-scopes": ["true"], "allowed-client-scopes": scopes},
        }
        for policy in self._call("GET", f"/components?type={urllib.parse.quote(kind)}"):
            if policy["subType"] == "anonymous" and policy["providerId"] in configs:
                policy["config"] = configs[policy["providerId"]]
                self._call("PUT", f"/components/{policy['id']}", policy)

    def add_person(self, name):
        credentials = [{"type": "password", "value": name, "temporary": False}]
        person = {"username": name, "email": f"{name}@example.test", "emailVerified": True, "enabled": True}
        names = {"firstName": name.capitalize(), "lastName": "Example"}
        self._call("POST", "/users", {**person, **names, "credentials": credentials})


def main(base, name, resource, *scopes):
    scopes = list(scopes) or ["mcp:tools"]
    realm = Realm(base, name)
    first, *more = [realm.add_scope(scope) for scope in scopes]
    realm.add_client("mcp-server", secret="mcp-server-secret", publicClient=False, serviceAccountsEnabled=True)
    realm.add_audience(first, "audience-resource", "included.custom.audience", resource)
    realm.add_audience(first, "audience-introspection", "included.client.audience", "mcp-server")
    realm.default_scope(first)
    for scope in more:
        realm.optional_scope(scope)
    realm.allow_registration_from_loopback(scopes)
    realm.add_client("cli", publicClient=True, directAccessGrantsEnabled=True)
    realm.add_person("alice")
    if callback := os.environ.get("SIGN_IN_CALLBACK"):
        settings = {"secret": "mcp-auth-secret", "publicClient": False, "standardFlowEnabled": True}
        pkce = {"pkce.code.challenge.method": "S256"}
        realm.add_client("mcp-auth", redirectUris=[callback], attributes=pkce, **settings)
    print(f"{base}/realms/{name}")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
