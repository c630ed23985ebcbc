"""Our settings, as the source has them."""
import os
import re

SRCDIR = os.environ.get('TOP_SRCDIR') or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def settings_table():
    """{name: default}"""
    with open(os.path.join(SRCDIR, 'src', 'dovecot', 'settings/settings-table.h')) as f:
        return {'backscatter_' + name: default for name, default in re.findall(
            r'(?m)^SETTING(?:_BLOCK)?\((\w+), "(.*?)",', f.read())}
