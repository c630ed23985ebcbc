"""Dovecot looks for doveadm's modules in one folder that is compiled in, and
2.4 for settings modules in another, so that a build which is not installed is
not found. Here such a module is shown to our own processes alone, in a mount
namespace of theirs: root may have one, and so may an ordinary user where the
system allows user namespaces. Where neither is so (a container, or a chroot
that is no mount point), root puts the module there and takes it away again."""
import atexit
import ctypes
import glob
import os
import shutil

CLONE_NEWNS, CLONE_NEWUSER = 0x20000, 0x10000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
MNT_DETACH = 2

libc = ctypes.CDLL(None, use_errno=True)
entered = None      # whether we have a namespace of our own


def call(function, *args):
    if function(*args) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def mount(source, target, flags):
    call(libc.mount, source and os.fsencode(source), os.fsencode(target), None,
         ctypes.c_ulong(flags), None)


def write_file(path, text):
    with open(path, 'w') as f:
        f.write(text)


def enter_namespace():
    """Once for this process; those that it starts are in it too. As another
    user than root the capability to mount ends where a program is started."""
    uid, gid = os.getuid(), os.getgid()
    if uid == 0:
        call(libc.unshare, CLONE_NEWNS)
        # Or the system would get our mounts. It fails where / is not mounted.
        mount(None, '/', MS_REC | MS_PRIVATE)
    else:
        call(libc.unshare, CLONE_NEWUSER | CLONE_NEWNS)
        write_file('/proc/self/setgroups', 'deny')
        write_file('/proc/self/uid_map', '%d %d 1' % (uid, uid))
        write_file('/proc/self/gid_map', '%d %d 1' % (gid, gid))


def have_namespace():
    global entered
    if entered is None:
        try:
            enter_namespace()
            entered = True
        except OSError:
            entered = False
    return entered


def put(module, folder):
    """Into the system's own folder, until we end."""
    target = os.path.join(folder, os.path.basename(module))
    if os.path.exists(target):
        return      # installed
    if not os.access(folder, os.W_OK):
        raise RuntimeError('%s has to be in %s, and can neither be mounted nor put '
                           'there: run make install first' % (module, folder))
    shutil.copy(module, target)
    atexit.register(os.unlink, target)


def show(module, folder, scratch):
    """Make the module one of those in the folder. Returns what to undo: a
    mount, or None. scratch: a path of ours, for a folder."""
    if not have_namespace():
        put(module, folder)
        return None
    os.mkdir(scratch)
    for path in glob.glob(os.path.join(folder, '*')):
        if os.path.basename(path) != os.path.basename(module):
            shutil.copy(path, scratch)
    shutil.copy(module, scratch)
    mount(scratch, folder, MS_BIND)
    return folder


def undo(folder):
    call(libc.umount2, os.fsencode(folder), MNT_DETACH)
