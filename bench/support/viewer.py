"""A viewer that reads whole frames and measures their age.

Usage: viewer.py http|parts|wire|listen HOST PORT [PATH]: MJPEG over HTTP; MJPEG without HTTP;
socketcam's wire protocol, as a client that never sends; or MJPEG from a program that connects.
Each frame has two ages in milliseconds: since it left the bench's camera, and since the server
captured it, by its Exif.
"""
import calendar, re, socket, sys, time
from control import Meter, say

LENGTH = re.compile(rb"content-length: *(\d+)", re.I)
STAMP = re.compile(rb"bench:([\d.]{17})")
EXIF = re.compile(rb"(\d{4}:\d\d:\d\d \d\d:\d\d:\d\d)\0\+00:00\0.?(\d{6})", re.S)


def age(pattern, head, seconds):
    found = pattern.search(head)
    return found and (time.time() - seconds(found)) * 1000


def exif_seconds(found):
    date = time.strptime(found[1].decode(), "%Y:%m:%d %H:%M:%S")
    return calendar.timegm(date) + int(found[2]) / 1e6


def connect(host, port):
    if form == "listen":
        return socket.create_server((host, port)).accept()[0]
    until = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection((host, port))
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.005)


def frames(connection, wire):
    """The first bytes of each frame, once it is complete."""
    buffer = bytearray(1 << 23)
    view = memoryview(buffer)
    filled = at = 0
    while True:
        if wire:
            head = 4 if filled - at >= 4 else 0
            length = int.from_bytes(buffer[at : at + 4], "big") if head else 0
        else:
            end = buffer.find(b"\r\n\r\n", at, min(filled, at + 2048))
            found = LENGTH.search(buffer, at, end) if end > 0 else None
            head = end + 4 - at if end > 0 else 0
            length = int(found[1]) if found else 0
        if head and filled - at >= head + length:
            at += head
            if length:
                yield bytes(buffer[at : at + 1024])
            at += length
            continue
        if at + head + length + (1 << 18) > len(buffer):
            buffer[: filled - at] = buffer[at:filled]
            filled, at = filled - at, 0
        count = connection.recv_into(view[filled:])
        if count == 0:
            return
        filled += count


form, host, port, path = (*sys.argv[1:], "/")[:4]
meter = Meter()
connection = connect(host, int(port))
connected = time.time() * 1000
connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
if form == "http":
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
first = True
for head in frames(connection, form == "wire"):
    meter.add(0, age(STAMP, head, lambda found: float(found[1])), age(EXIF, head, exif_seconds))
    if first:
        say({"connected": connected, "first": time.time() * 1000})
    first = False
