# SPDX-License-Identifier: GPL-2.0-or-later
"""
Traffic between two hosts of the lab. All sockets belong to this process: each is opened inside its host's namespace,
so nothing has to be started, waited for or stopped.
"""
import random
import select
import socket
import struct
import threading
import time

PORT = 80
SOL_UDP, UDP_SEGMENT, UDP_GRO = 17, 103, 104


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def content(length):
    """The same pseudo-random bytes each time: no two equal words that a swap would hide."""
    return random.Random(1).randbytes(length)


def listen(host, address, port=PORT, **options):
    with host.inside():
        server = socket.socket(family(address), socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if "receive_buffer" in options:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, options["receive_buffer"])
    server.bind((address, port))
    server.listen(64)
    return server


def dial(host, address, port=PORT, patience=4.0, receive_buffer=None, attempts=1):
    """A connection from `host`; tried again, since a bridge or TAP may need a moment to carry its first packet."""
    with host.inside():
        client = socket.socket(family(address), socket.SOCK_STREAM)
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.settimeout(patience)
    client.connect((address, port))
    return client


class Transfer:
    """
    The client asks, the server answers with `length` bytes: a download. With `upload` the client sends them instead.
    Ends when all arrived or when `patience` seconds are over, which is the point in scenarios that stall.
    """

    def __init__(self, server, client, address, length, port=PORT, patience=5.0, upload=False, write=None, pause=0.0,
                 receive_buffer=None, reader_sleeps=0.0, connected=None):
        self.length, self.patience, self.upload, self.write, self.pause = length, patience, upload, write, pause
        self.reader_sleeps, self.got = reader_sleeps, 0
        listener = listen(server, address, port)
        began = time.monotonic()
        self.client = dial(client, address, port, patience, receive_buffer)
        self.server, _ = listener.accept()
        listener.close()
        if connected:
            connected()
        self._request()
        self._move(*((self.client, self.server) if upload else (self.server, self.client)))
        self.seconds = time.monotonic() - began
        self._close()

    def _request(self):
        self.client.sendall(b"GET /%d HTTP/1.0\r\n\r\n" % self.length)
        self.server.settimeout(self.patience)
        self.server.recv(4096)
        if self.pause:
            time.sleep(self.pause)

    def _send(self, sender):
        data = content(self.length)
        step = self.write or len(data) or 1
        try:
            for at in range(0, len(data), step):
                sender.sendall(data[at:at + step])
                if self.write and self.pause:
                    time.sleep(self.pause)
            sender.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the patience is over, or the other side is gone: the scenario is about that

    def _move(self, sender, receiver):
        sender.settimeout(self.patience)
        thread = threading.Thread(target=self._send, args=(sender,), daemon=True)
        thread.start()
        deadline = time.monotonic() + self.patience
        time.sleep(self.reader_sleeps)
        while time.monotonic() < deadline:
            receiver.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                piece = receiver.recv(1 << 20)
            except OSError:
                break
            if not piece:
                break
            self.got += len(piece)

    def _close(self):
        """A connection that stalled is reset, so that it does not go on in the background."""
        complete = self.got == self.length
        for end in (self.client, self.server):
            if not complete:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.close()

    def __str__(self):
        return f"{self.got} of {self.length} bytes in {self.seconds:.2f} s"


def wait_for(path_free, seconds=3.0):
    """Waits until `path_free()` holds."""
    deadline = time.monotonic() + seconds
    while not path_free():
        if time.monotonic() > deadline:
            raise TimeoutError("the lab's network does not come up")
        time.sleep(0.02)


def reach(host, address, seconds=4.0):
    """Waits until `address` answers an echo request from `host`: neighbours are known, TAPs and bridges carry."""
    version = "-6" if ":" in address else "-4"
    wait_for(lambda: "1 received" in host.run(f"ping {version} -n -c 1 -W 0.3 {address}", quiet=True, check=False), seconds)


def udp(host, address=None, port=0, **options):
    """A UDP socket in `host`. `segment`: UDP GSO size; `merge`: UDP GRO."""
    with host.inside():
        end = socket.socket(family(address or "0.0.0.0"), socket.SOCK_DGRAM)
    if options.get("segment"):
        end.setsockopt(SOL_UDP, UDP_SEGMENT, options["segment"])
    if options.get("merge"):
        end.setsockopt(SOL_UDP, UDP_GRO, 1)
    end.settimeout(2)
    if address:
        end.bind((address, port))
    return end


def drain(end, seconds=0.05):
    """Reads whatever arrives until nothing came for `seconds`."""
    while select.select([end], [], [], seconds)[0]:
        end.recv(1 << 16)
