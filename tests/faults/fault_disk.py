"""The disk is full: really, and at each write of a delivery in turn."""
import ctypes
import os

import module_folders
from faults import (Fault, PreloadScene, PreloadSceneWithoutScript, Scene, is_fired,
                    nothing, sweep)

MEGABYTES = 64


class TmpfsScene(Scene):
    """The mail is on a file system of a fixed size."""

    @classmethod
    def missing(cls):
        return None if module_folders.have_namespace() else 'nothing can be mounted here'

    def place(self):
        path = self.lab.path('mail')
        module_folders.call(
            module_folders.libc.mount, b'tmpfs', os.fsencode(path), b'tmpfs',
            ctypes.c_ulong(0), b'size=%dm' % MEGABYTES)
        os.chown(path, self.lab.uid, self.lab.gid)

    def close(self):
        module_folders.undo(self.lab.path('mail'))


class TmpfsSceneWithoutScript(TmpfsScene):
    script = False


def fill(leave):
    """But for so many octets."""
    def begin(scene):
        with open(scene.lab.path('mail', 'filler'), 'wb', buffering=0) as f:
            try:
                while f.write(bytes(65536)) == 65536:
                    pass
            except OSError:
                pass
            f.truncate(f.tell() - leave)
    return begin


def empty(scene):
    os.unlink(scene.lab.path('mail', 'filler'))


def entry(name, point, scene=PreloadScene):
    return Fault(
        name, scene, nothing, nothing, copies='alone', alone=True, felt=is_fired,
        during=sweep(lambda scene, nth: scene.control.arm(point, nth),
                     lambda scene: scene.control.disarm()))


FAULTS = [
    Fault('disk-full', TmpfsScene, fill(0), empty, alone=True),
    Fault('disk-nearly-full', TmpfsScene, fill(40000), empty, alone=True),
    Fault('disk-full-without-script', TmpfsSceneWithoutScript, fill(0), empty, alone=True),
    entry('disk-each-write', 'write'),
    entry('disk-from-each-write', 'writes'),
    entry('disk-from-each-write-without-script', 'writes', PreloadSceneWithoutScript),
]
