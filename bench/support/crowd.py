"""Many viewers at little cost: counts bytes and discards them inside the kernel.

Usage: crowd.py http|parts HOST PORT COUNT BYTES. All frames have the length BYTES. Prints how long
it took until each viewer had a frame; null if that takes over 5 s.
"""
import select, socket, sys, time
from control import Meter, say

form, host = sys.argv[1:3]
port, count, length = map(int, sys.argv[3:])
# Headers count as frame bytes: they are short.
FIRST = length + 600
LOW_WATER = length // 2
DISCARD = bytearray(1 << 22)
PATIENCE_S = 5
request = f"GET /stream HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode()

meter = Meter(count)
poll = select.epoll()
viewers, numbers, taken = [], {}, [0] * count
waiting = count
start = time.monotonic()
for number in range(count):
    viewer = socket.socket()
    viewer.setblocking(False)
    viewer.connect_ex((host, port))
    poll.register(viewer, select.EPOLLOUT)
    viewers.append(viewer)
    numbers[viewer.fileno()] = number
while True:
    events = poll.poll(0.1)
    if waiting and time.monotonic() > start + PATIENCE_S:
        say({"ms": None})
        waiting = 0
    for descriptor, event in events:
        number = numbers[descriptor]
        viewer = viewers[number]
        if event & select.EPOLLOUT:
            viewer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, LOW_WATER)
            if form == "http":
                viewer.send(request)
            poll.modify(viewer, select.EPOLLIN)
            continue
        try:
            bytes_read = viewer.recv_into(DISCARD, len(DISCARD), socket.MSG_TRUNC)
        except OSError:
            bytes_read = 0
        if bytes_read == 0:
            poll.unregister(viewer)
            continue
        before = taken[number]
        taken[number] = before + bytes_read
        meter.counts[number] = taken[number] / length
        if waiting and before < FIRST <= taken[number]:
            waiting -= 1
            if waiting == 0:
                say({"ms": (time.monotonic() - start) * 1000})
