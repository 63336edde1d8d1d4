"""Prints the time and size of each frame: python3 client.py [HOST [PORT]]"""

import socket
import struct
import sys
import time

host, port = (sys.argv[1:] + ["localhost", "9999"][len(sys.argv) - 1 :])[:2]
with socket.create_connection((host, int(port))) as connection:
    stream = connection.makefile("rb")
    while header := stream.read(4):
        (length,) = struct.unpack(">I", header)
        jpeg = stream.read(length)
        print(f"{time.time():.3f} {len(jpeg)} bytes", flush=True)
