#!/usr/bin/python3
"""The same as dkim-verify, by dkimpy.

Usage: dkimpy-verify.py KEYS FILE...; prints for each pass, or fail and why. With
DKIM_REPEAT=N it verifies the first so often, and prints microseconds."""
import os
import sys
import time
import dkim

keys = sys.argv[1]


def lookup(name, timeout=5):
    name = name.decode('utf-8', 'replace') if isinstance(name, bytes) else name
    try:
        with open(os.path.join(keys, name.rstrip('.').lower()), 'rb') as f:
            return f.read()
    except OSError:
        return None


def repeat(path, count):
    with open(path, 'rb') as f:
        message = f.read()
    start = time.perf_counter()
    for _ in range(count):
        if not dkim.DKIM(message).verify(dnsfunc=lookup):
            sys.exit(1)
    print('%.1f' % ((time.perf_counter() - start) / count * 1e6))
    sys.exit(0)


if 'DKIM_REPEAT' in os.environ:
    repeat(sys.argv[2], int(os.environ['DKIM_REPEAT']))
for path in sys.argv[2:]:
    with open(path, 'rb') as f:
        message = f.read()
    try:
        good = dkim.DKIM(message, minkey=512).verify(idx=0, dnsfunc=lookup)
        print('pass' if good else 'fail')
    except Exception as error:  # it lets some of Python's own through
        print('fail %s: %s' % (type(error).__name__,
                               str(error).replace('\n', ' ')[:100]))
