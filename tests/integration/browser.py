"""Debian's chromium without a head and without a network, spoken to through a
pipe; and just enough of PNG to look at what it shows."""
import base64
import json
import os
import shutil
import struct
import subprocess
import zlib

FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic',
         '--no-first-run', '--disable-background-networking',
         '--disable-component-update', '--disable-sync', '--disable-extensions',
         '--disable-dev-shm-usage', '--hide-scrollbars',
         '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', '--remote-debugging-pipe']


def binary():
    return shutil.which('chromium')


class Browser:
    def __init__(self, folder):
        """folder: an empty one, for what it writes."""
        to_read, self.output = os.pipe()
        self.input, to_write = os.pipe()

        def descriptors():
            os.dup2(to_read, 3)
            os.dup2(to_write, 4)
        # the first two pipes may be 3 and 4 themselves
        to_read, to_write = (self.move(fd) for fd in (to_read, to_write))
        self.process = subprocess.Popen(
            [binary(), *FLAGS, '--user-data-dir=' + folder, 'about:blank'],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, preexec_fn=descriptors,
            env=dict(os.environ, HOME=folder), pass_fds=(3, 4))
        os.close(to_read)
        os.close(to_write)
        self.serial, self.session, self.events, self.rest = 0, None, [], b''

    @staticmethod
    def move(fd):
        import fcntl
        high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 20)
        os.close(fd)
        return high

    def open(self):
        """A page of ours."""
        target = self.call('Target.createTarget', url='about:blank')['targetId']
        self.session = self.call('Target.attachToTarget', targetId=target,
                                 flatten=True)['sessionId']
        self.call('Page.enable')
        self.call('Network.enable')
        self.call('Log.enable')
        self.call('Runtime.enable')

    def send(self, method, params):
        self.serial += 1
        message = {'id': self.serial, 'method': method, 'params': params}
        if self.session is not None:
            message['sessionId'] = self.session
        os.write(self.output, json.dumps(message).encode() + b'\0')
        return self.serial

    def receive(self):
        while b'\0' not in self.rest:
            data = os.read(self.input, 65536)
            if not data:
                raise RuntimeError('the browser has ended')
            self.rest += data
        message, self.rest = self.rest.split(b'\0', 1)
        return json.loads(message)

    def call(self, method, **params):
        serial = self.send(method, params)
        while True:
            message = self.receive()
            if message.get('id') == serial:
                if 'error' in message:
                    raise RuntimeError('%s: %s' % (method, message['error']))
                return message['result']
            if 'method' in message:
                self.events.append(message)

    def wait_for(self, event):
        while not any(e['method'] == event for e in self.events):
            message = self.receive()
            if 'method' in message:
                self.events.append(message)

    def show(self, url, width, height, dark):
        self.call('Emulation.setDeviceMetricsOverride', width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 600)
        self.call('Emulation.setEmulatedMedia', features=[
            {'name': 'prefers-color-scheme', 'value': 'dark' if dark else 'light'}])
        self.events = []
        self.call('Page.navigate', url=url)
        self.wait_for('Page.loadEventFired')

    def evaluate(self, expression):
        return self.call('Runtime.evaluate', expression=expression,
                         returnByValue=True)['result'].get('value')

    def screenshot(self):
        """The whole page, as PNG."""
        return base64.b64decode(self.call('Page.captureScreenshot', format='png',
                                          captureBeyondViewport=True)['data'])

    def requests(self):
        return [e['params']['request']['url'] for e in self.events
                if e['method'] == 'Network.requestWillBeSent']

    def close(self):
        try:
            self.session = None
            self.send('Browser.close', {})
            self.process.wait(20)
        except (subprocess.TimeoutExpired, OSError):
            self.process.kill()
            self.process.wait()
        os.close(self.output)
        os.close(self.input)


def paeth(a, b, c):
    p = a + b - c
    pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
    return a if pa <= pb and pa <= pc else b if pb <= pc else c


def unfilter(kind, line, above, step):
    for i in range(len(line)):
        left = line[i - step] if i >= step else 0
        corner = above[i - step] if i >= step else 0
        line[i] = (line[i] + (0, left, above[i], (left + above[i]) // 2,
                              paeth(left, above[i], corner))[kind]) & 255


def pixels(png):
    """Rows of (red, green, blue): PNG of 8 bits, RGB or RGBA."""
    at, data = 8, b''
    while at < len(png):
        size, name = struct.unpack('>I4s', png[at:at + 8])
        if name == b'IHDR':
            width, height, depth, color = struct.unpack('>IIBB', png[at + 8:at + 18])
            step = {2: 3, 6: 4}[color]
            assert depth == 8
        elif name == b'IDAT':
            data += png[at + 8:at + 8 + size]
        at += size + 12
    data = zlib.decompress(data)
    above, rows, stride = bytearray(width * step), [], width * step + 1
    for y in range(height):
        line = bytearray(data[y * stride + 1:(y + 1) * stride])
        unfilter(data[y * stride], line, above, step)
        rows.append([tuple(line[x:x + 3]) for x in range(0, len(line), step)])
        above = line
    return rows
