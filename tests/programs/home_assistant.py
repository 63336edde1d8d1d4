"""What Home Assistant's MJPEG camera does, with the libraries that it does it with.

home_assistant.py STREAM STILL USER PASSWORD

Prints a line for each thing that works, then where it passes the stream on, until it is ended.
Written after homeassistant/components/mjpeg and homeassistant/helpers/aiohttp_client.py.
"""

import asyncio
import sys

import aiohttp
import requests
from aiohttp import web

STREAM, STILL, USER, PASSWORD = sys.argv[1:]
TIMEOUT = 10  # seconds, for an answer and between two reads
CHUNK = 102400  # bytes


def set_up():
    """Both addresses are fetched, and must answer with success."""
    for url in (STREAM, STILL):
        with requests.get(url, auth=(USER, PASSWORD), stream=True, timeout=TIMEOUT) as response:
            response.raise_for_status()
            print("set up:", response.status_code, flush=True)


def picture_of_stream():
    """Without a still address: from the first FF D8 to the first FF D9 that has come."""
    got = b""
    with requests.get(STREAM, auth=(USER, PASSWORD), stream=True, timeout=TIMEOUT) as response:
        for chunk in response.iter_content(CHUNK):
            got += chunk
            start, end = got.find(b"\xff\xd8"), got.find(b"\xff\xd9")
            if start >= 0 and end >= 0:
                return got[start : end + 2]


async def still(session):
    """With one: the whole answer, within the time."""
    async with asyncio.timeout(TIMEOUT), session.get(STILL) as response:
        return await response.read()


async def pass_on(session, request):
    """The stream for a browser: bytes as they come, under the same type."""
    async with session.get(STREAM) as source:
        response = web.StreamResponse()
        response.content_type = source.headers["content-type"]
        await response.prepare(request)
        while data := await asyncio.wait_for(source.content.read(CHUNK), TIMEOUT):
            await response.write(data)
    return response


async def main():
    print("picture of stream:", picture_of_stream().hex(), flush=True)
    async with aiohttp.ClientSession(auth=aiohttp.BasicAuth(USER, PASSWORD)) as session:
        print("still:", (await still(session)).hex(), flush=True)
        app = web.Application()
        app.router.add_get("/", lambda request: pass_on(session, request))
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        print("passing on at", site._server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Event().wait()


set_up()
asyncio.run(main())
