"""The person ends at GitHub what they approved, while PyPI mcp is signed in: revoked_at_github.py URL

The next call is 401 invalid_token, the refresh token from before is invalid_grant, and the client signs the person in again
by itself. GITHUB_URL is the GitHub, ISSUER the authorization server, PERSON_NAME the person.
"""

import asyncio
import os
import re
import sys

import httpx2
from common import Task
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientMetadata
from python_sdk import Callback, InMemory, open_browser


class Heard:
    """What the server answered at its endpoint: status and challenge."""

    def __init__(self, url):
        self.url, self.answers, self.sign_ins = url, [], 0

    async def response(self, response):
        if str(response.request.url) == self.url and response.request.method == "POST":
            self.answers.append((response.status_code, response.headers.get("www-authenticate", "")))

    async def open_browser(self, url):
        self.sign_ins += 1
        await open_browser(url)


def check(holds, what):
    print(("ok: " if holds else "FAILED: ") + what)
    if not holds:
        raise SystemExit(1)


async def revoke():
    """As the person does on GitHub's page of authorized apps."""
    async with httpx2.AsyncClient() as browser:
        form = {"login": os.environ["PERSON_NAME"]}
        answer = await browser.post(f"{os.environ['GITHUB_URL']}/settings/applications", data=form)
        check(answer.status_code == 200, "the person has revoked the app at GitHub")


async def refresh(client_id, tokens):
    form = {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": tokens.refresh_token}
    async with httpx2.AsyncClient() as http_client:
        answer = await http_client.post(f"{os.environ['ISSUER']}/token", data=form)
        return answer.status_code, answer.json().get("error")


async def main(url):
    task, callback, storage, heard = Task(), Callback(), InMemory(), Heard(url)
    auth = OAuthClientProvider(
        server_url=url,
        client_metadata=OAuthClientMetadata(
            client_name="lab revoked", redirect_uris=[callback.url], token_endpoint_auth_method="none"
        ),
        storage=storage,
        redirect_handler=heard.open_browser,
        callback_handler=callback.answer,
    )
    hooks = {"response": [heard.response]}
    async with httpx2.AsyncClient(auth=auth, timeout=30, event_hooks=hooks) as http_client:
        async with Client(streamable_http_client(url, http_client=http_client), mode="auto") as client:

            async def call():
                heard.answers.clear()
                tools = (await client.list_tools()).tools
                task.judge(client.protocol_version, tools, await client.call_tool(task.tool, task.arguments))

            await call()
            check(heard.sign_ins == 1, "the person has signed in once")
            before = storage.tokens
            await revoke()
            await call()
            refused = [challenge for status, challenge in heard.answers if status == 401]
            check(len(refused) == 1, f"one request is refused, with 401: {heard.answers}")
            check(re.search(r'error="invalid_token"', refused[0]), f"the challenge says invalid_token: {refused[0]}")
            check(heard.sign_ins == 2, "the client has signed the person in again, by itself")
            answer = await refresh(storage.client.client_id, before)
            check(answer == (400, "invalid_grant"), f"the refresh token from before is invalid_grant: {answer}")
            check(storage.tokens.access_token != before.access_token, "there is a new token")
            await call()
            check(not any(status == 401 for status, _ in heard.answers), "and all is as before")


asyncio.run(main(sys.argv[1]))
