"""Shows the frames with OpenCV (Debian: python3-opencv) until q is pressed.

It acknowledges each frame, so that no frame gets old on the way, even if this program is slow. It
answers the challenge of a server with a token (--token or SOCKETCAM_TOKEN).
"""

import argparse
import hmac
import json
import os
import socket
import struct

import cv2
import numpy

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--host", default="localhost")
parser.add_argument("--port", type=int, default=9999)
parser.add_argument("--token", default=os.environ.get("SOCKETCAM_TOKEN"))
parser.add_argument("--count", type=int, help="print the sizes of this many frames and show none")
options = parser.parse_args()


def send(connection, payload):
    connection.sendall(struct.pack(">I", len(payload)) + payload)


def greet(connection, **proof):
    hello = {"type": "hello", "version": 1, "acknowledges": True, **proof}
    send(connection, json.dumps(hello).encode())


def frames(connection):
    stream = connection.makefile("rb")
    greeted = not options.token
    if greeted:
        greet(connection)
    while header := stream.read(4):
        payload = stream.read(struct.unpack(">I", header)[0])
        if payload.startswith(b"\xff\xd8"):
            yield cv2.imdecode(numpy.frombuffer(payload, numpy.uint8), cv2.IMREAD_COLOR)
            if not greeted:  # We have a token, but the server needs none.
                greet(connection)
                greeted = True
            send(connection, b"")
            continue
        message = json.loads(payload)
        if message["type"] == "challenge" and options.token:
            nonce = bytes.fromhex(message["nonce"])
            proof = hmac.new(options.token.encode(), nonce, "sha256").hexdigest()
            greet(connection, hmac=proof)
            greeted = True
        elif message["type"] == "error":
            raise SystemExit(f"The server says: {message['message']}")


with socket.create_connection((options.host, options.port)) as connection:
    for number, frame in enumerate(frames(connection), 1):
        if frame is None:
            continue  # It does not decode.
        if options.count:
            height, width, _ = frame.shape
            print(f"{width}x{height}", flush=True)
            if number >= options.count:
                break
        else:
            cv2.imshow("socketcam", frame)
            if cv2.waitKey(1) == ord("q"):
                break
