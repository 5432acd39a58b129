"""PyPI mcp, the Python SDK: python_sdk.py URL auto|legacy|2026-07-28"""

import asyncio
import http.server
import os
import queue
import subprocess
import sys
import threading
import urllib.parse

import httpx2
from common import Task, keep_tokens, known_client
from mcp import Client
from mcp.client.auth import OAuthClientProvider, TokenStorage
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata


class InMemory(TokenStorage):
    tokens = client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        keep_tokens(tokens)
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client_info):
        self.client = client_info


class Callback:
    """The loopback listener the authorization server redirects to."""

    def __init__(self):
        answers = self.answers = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                answers.put(dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query)))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"done")

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}/callback"

    async def answer(self):
        query = await asyncio.to_thread(self.answers.get, True, 20)
        if "error" in query:
            raise SystemExit(f"the authorization server answered {query['error']}")
        return AuthorizationCodeResult(code=query["code"], state=query.get("state"), iss=query.get("iss"))


async def open_browser(url):
    person = os.path.join(os.environ["LAB_SCRIPTS"], "person.py")
    await asyncio.to_thread(subprocess.run, [person, url], stdout=subprocess.DEVNULL)


async def main(url, mode):
    task, callback, storage = Task(), Callback(), InMemory()
    client_id, secret = known_client()
    if client_id:
        method = "client_secret_basic" if secret else "none"
        storage.client = OAuthClientInformationFull(
            client_id=client_id, client_secret=secret, redirect_uris=[callback.url], token_endpoint_auth_method=method
        )
    auth = OAuthClientProvider(
        server_url=url,
        client_metadata=OAuthClientMetadata(
            client_name="lab python-sdk", redirect_uris=[callback.url], token_endpoint_auth_method="none"
        ),
        storage=storage,
        redirect_handler=open_browser,
        callback_handler=callback.answer,
        client_metadata_url=os.environ.get("LAB_DOCUMENT"),
    )
    async with httpx2.AsyncClient(auth=auth, timeout=30) as http_client:
        async with Client(streamable_http_client(url, http_client=http_client), mode=mode) as client:
            tools = (await client.list_tools()).tools
            await task.pause()
            task.judge(client.protocol_version, tools, await client.call_tool(task.tool, task.arguments))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
