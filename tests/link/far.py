"""A slow link in user space: two TUN devices; packets from one leave the other after a delay.

Usage: far.py NAME NAME MILLISECONDS. The kernel's netem does the same, but not every kernel has it.
"""
import fcntl, heapq, os, select, struct, sys, time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


def tun(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


left, right, delay = tun(sys.argv[1]), tun(sys.argv[2]), float(sys.argv[3]) / 1000
queue, count = [], 0
print("ready", flush=True)
while True:
    wait = max(0, queue[0][0] - time.monotonic()) if queue else None
    for device in select.select([left, right], [], [], wait)[0]:
        try:
            while True:
                packet = os.read(device, 65536)
                count += 1
                other = right if device == left else left
                heapq.heappush(queue, (time.monotonic() + delay, count, other, packet))
        except BlockingIOError:
            pass
    while queue and queue[0][0] <= time.monotonic():
        _, _, device, packet = heapq.heappop(queue)
        try:
            os.write(device, packet)
        except OSError:
            pass  # The device is down: the packet is lost, as on a link that is down.
