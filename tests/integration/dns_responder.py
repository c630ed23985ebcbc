"""A DNS server that says what a test wants, however wrong that is."""
import socket
import struct
import threading


class Responder:
    """A UDP and TCP server on one port that does as it is told: udp and tcp
    are called with (wire, send), where send(wire) answers."""

    def __init__(self, udp=None, tcp=None, family=socket.AF_INET):
        self.udp_handler, self.tcp_handler = udp, tcp
        self.queries, self.tcp_queries = [], []
        self.host = '127.0.0.1' if family == socket.AF_INET else '::1'
        self.udp = socket.socket(family, socket.SOCK_DGRAM)
        self.tcp = socket.socket(family, socket.SOCK_STREAM)
        self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for _ in range(50):
            self.udp.bind((self.host, 0))
            self.port = self.udp.getsockname()[1]
            try:
                self.tcp.bind((self.host, self.port))
                break
            except OSError:
                self.udp.close()
                self.udp = socket.socket(family, socket.SOCK_DGRAM)
        self.stopped = threading.Event()
        threads = [self.serve_udp]
        if tcp is not None:
            self.tcp.listen(5)
            threads.append(self.serve_tcp)
        self.threads = [threading.Thread(target=t, daemon=True)
                        for t in threads]
        for thread in self.threads:
            thread.start()

    @property
    def address(self):
        return ('[%s]:%d' if ':' in self.host else '%s:%d') % (self.host,
                                                               self.port)

    def serve_udp(self):
        self.udp.settimeout(0.1)
        while not self.stopped.is_set():
            try:
                wire, peer = self.udp.recvfrom(4096)
            except socket.timeout:
                continue
            except OSError:
                return
            self.queries.append(wire)
            if self.udp_handler is not None:
                self.udp_handler(wire, lambda w, p=peer: self.send(w, p))

    def send(self, wire, peer):
        try:
            self.udp.sendto(wire, peer)
        except OSError:
            pass

    def serve_tcp(self):
        self.tcp.settimeout(0.1)
        while not self.stopped.is_set():
            try:
                conn, _ = self.tcp.accept()
            except socket.timeout:
                continue
            except OSError:
                return
            try:
                self.tcp_handler(self, conn)
            except OSError:
                pass
            conn.close()

    def read_tcp(self, conn):
        conn.settimeout(3)
        size, = struct.unpack('!H', conn.recv(2))
        wire = conn.recv(size)
        self.tcp_queries.append(wire)
        return wire

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self.threads:
            thread.join()
        self.udp.close()
        self.tcp.close()
