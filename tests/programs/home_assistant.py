"""Does what Home Assistant's MJPEG camera does, with the same libraries.

home_assistant.py STREAM STILL USER PASSWORD

Prints a line for each step that works, then the port at which it relays the stream until it is
ended. Modelled on homeassistant/components/mjpeg and homeassistant/helpers/aiohttp_client.py.
"""

import asyncio
import sys

import aiohttp
import requests
from aiohttp import web

STREAM, STILL, USER, PASSWORD = sys.argv[1:]
TIMEOUT = 10  # seconds to an answer and between reads
CHUNK = 102400  # bytes


def set_up():
    """Fetches both addresses, which must succeed."""
    for url in (STREAM, STILL):
        with requests.get(url, auth=(USER, PASSWORD), stream=True, timeout=TIMEOUT) as response:
            response.raise_for_status()
            print("set up:", response.status_code, flush=True)


def frame_of_stream():
    """Without a still address: takes the bytes from the first FF D8 to the first FF D9."""
    got = b""
    with requests.get(STREAM, auth=(USER, PASSWORD), stream=True, timeout=TIMEOUT) as response:
        for chunk in response.iter_content(CHUNK):
            got += chunk
            start, end = got.find(b"\xff\xd8"), got.find(b"\xff\xd9")
            if start >= 0 and end >= 0:
                return got[start : end + 2]


async def still(session):
    """With a still address: takes the whole answer."""
    async with asyncio.timeout(TIMEOUT), session.get(STILL) as response:
        return await response.read()


async def relay(session, request):
    """Relays the stream to a browser: the bytes as they come, with the same content type."""
    async with session.get(STREAM) as source:
        response = web.StreamResponse()
        response.content_type = source.headers["content-type"]
        await response.prepare(request)
        while data := await asyncio.wait_for(source.content.read(CHUNK), TIMEOUT):
            await response.write(data)
    return response


async def main():
    print("frame of stream:", frame_of_stream().hex(), flush=True)
    async with aiohttp.ClientSession(auth=aiohttp.BasicAuth(USER, PASSWORD)) as session:
        print("still:", (await still(session)).hex(), flush=True)
        app = web.Application()
        app.router.add_get("/", lambda request: relay(session, request))
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        print("relaying at", site._server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Event().wait()


set_up()
asyncio.run(main())
