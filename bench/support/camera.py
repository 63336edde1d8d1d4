"""A network camera: JPEGs from memory over HTTP, at a rate or as fast as viewers take them.

Usage: camera.py FOLDER. Each frame carries the time it leaves, in a comment. Each viewer has a
thread, and none drops frames.
"""
import pathlib, socket, sys, threading, time
from control import Pace, say

STAMP = b"bench:%017.6f"


def part(jpeg):
    """A part of the stream, and the offset of the time in it."""
    after_jfif = 4 + int.from_bytes(jpeg[4:6], "big")
    stamp = STAMP % 0
    comment = b"\xff\xfe" + (len(stamp) + 2).to_bytes(2, "big") + stamp
    body = jpeg[:after_jfif] + comment + jpeg[after_jfif:]
    head = b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(body)
    whole = bytearray(head + body + b"\r\n--camera\r\n")
    return whole, len(head) + after_jfif + 4


def serve(connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    parts = [(bytearray(whole), at) for whole, at in PARTS]
    try:
        connection.recv(65536)
        connection.sendall(
            b"HTTP/1.0 200 OK\r\n"
            b"Content-Type: multipart/x-mixed-replace;boundary=camera\r\n\r\n--camera\r\n"
        )
        due, i = None, 0
        while True:
            due = pace.wait(due)
            whole, at = parts[i % len(parts)]
            stamp = STAMP % time.time()
            whole[at : at + len(stamp)] = stamp
            connection.sendall(whole)
            i += 1
    except OSError:
        connection.close()


PARTS = [part(path.read_bytes()) for path in sorted(pathlib.Path(sys.argv[1]).iterdir())]
pace = Pace("30")
listener = socket.create_server(("127.0.0.1", 0))
say({"port": listener.getsockname()[1]})
while True:
    threading.Thread(target=serve, args=listener.accept()[:1], daemon=True).start()
