#!/usr/bin/python3
"""usage: other-flufl.py ROUNDS FILE...: messages per second of flufl.bounce"""
import email, sys, time
from flufl.bounce import all_failures

rounds = int(sys.argv[1])
data = [open(f, 'rb').read() for f in sys.argv[2:]]

def one():
    found = 0
    for d in data:
        try:
            temporary, permanent = all_failures(email.message_from_bytes(d))
        except Exception:       # such as of a From that is not ASCII
            continue
        found += bool(temporary or permanent)
    return found

found = one()
start = time.monotonic()
for _ in range(rounds):
    one()
seconds = time.monotonic() - start
print('%.0f messages/s, %d of %d bounces' %
      (rounds * len(data) / seconds, found, len(data)))
