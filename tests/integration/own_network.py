"""A network of our own, with nothing in it but the loopback interface, so that a
private DNS server can be the one that /etc/resolv.conf names."""
import fcntl
import os
import socket
import struct

import module_folders

CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1


def enter(resolv_conf):
    """For this process and those that it starts, until they end. resolv_conf: a
    file that they see as /etc/resolv.conf. Returns whether that was possible:
    root may do so, unless it is in a container without the right to."""
    if os.getuid() != 0 or not module_folders.have_namespace():
        return False
    try:
        module_folders.call(module_folders.libc.unshare, CLONE_NEWNET)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack('16sH14x', b'lo', IFF_UP))
        module_folders.mount(resolv_conf, os.path.realpath('/etc/resolv.conf'),
                             module_folders.MS_BIND)
    except OSError:
        return False
    return True
