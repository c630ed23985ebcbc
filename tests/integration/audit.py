"""The shipped audit log and metrics in a Lab."""
import json
import os
import re

import dovecot_conf
from harness import SRCDIR, free_port

VERSION = '2.4' if dovecot_conf.is_24() else '2.3'


def configuration(port=None):
    """Our example as it is shipped, on a port of its own."""
    with open(os.path.join(SRCDIR, 'doc', 'example-config', VERSION,
                           '96-backscatter-stats.conf')) as f:
        text = f.read()
    assert 'port = 9900' in text
    return text.replace('port = 9900', 'port = %d' % (port or free_port()))


def entries(text, message_id=None):
    """The audit log's JSON objects in a text of lines: their fields, with the
    rest of the object under their names with a dot."""
    found = []
    for line in text.splitlines():
        m = re.search(r'(\{"event":.*\})\s*$', line)
        if m is None:
            continue
        entry = json.loads(m.group(1))
        if entry['event'] != 'backscatter_delivered':
            continue
        fields = entry.pop('fields')
        fields.update(('.' + n, v) for n, v in entry.items())
        if message_id is None or fields.get('message_id') == message_id:
            found.append(fields)
    return found
