"""Video over a socket as in OpenCV tutorials: pickled frames after their length.

Usage: socket_tutorial.py server FOLDER HOST [jpeg]
       socket_tutorial.py client HOST PORT [jpeg] [sized]
The server's camera is a folder of JPEGs, decoded in advance. With `jpeg`, the server encodes and
the client decodes each frame. With `sized`, the client receives into a buffer of the right length
instead of appending 4 KB at a time. It counts the frames that tutorials show in a window.
"""
import pathlib, pickle, socket, struct, sys, time
import cv2
from control import Meter, Pace, say

LENGTH = struct.Struct("Q")
role, *arguments = sys.argv[1:]
is_jpeg, is_sized = "jpeg" in arguments, "sized" in arguments


def server(folder, host):
    pictures = [cv2.imread(str(path)) for path in sorted(pathlib.Path(folder).iterdir())]
    pace = Pace("30")
    listener = socket.create_server((host, 0))
    say({"port": listener.getsockname()[1]})
    connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    due, i = None, 0
    while True:
        due = pace.wait(due)
        frame, taken = pictures[i % len(pictures)], time.time()
        if is_jpeg:
            _, frame = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 80])
        message = pickle.dumps((taken, frame))
        connection.sendall(LENGTH.pack(len(message)) + message)
        i += 1


def messages(connection):
    data = b""
    while True:
        while len(data) < LENGTH.size:
            data += connection.recv(4096)
        (length,) = LENGTH.unpack(data[: LENGTH.size])
        data = data[LENGTH.size :]
        while len(data) < length:
            data += connection.recv(4096)
        yield data[:length]
        data = data[length:]


def messages_sized(connection):
    def take(length):
        message = memoryview(bytearray(length))
        filled = 0
        while filled < length:
            count = connection.recv_into(message[filled:])
            if count == 0:
                sys.exit()
            filled += count
        return message

    while True:
        yield take(LENGTH.unpack(take(LENGTH.size))[0])


def client(host, port):
    meter = Meter()
    connection = socket.create_connection((host, int(port)))
    first = True
    for message in (messages_sized if is_sized else messages)(connection):
        taken, frame = pickle.loads(message)
        if is_jpeg:
            frame = cv2.imdecode(frame, cv2.IMREAD_COLOR)
        meter.add(0, (time.time() - taken) * 1000, None)
        if first:
            say({"first": time.time() * 1000})
        first = False


{"server": server, "client": client}[role](*arguments[:2])
