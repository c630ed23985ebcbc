"""Our settings, as the source has them."""
import os
import re

SRCDIR = os.environ.get('TOP_SRCDIR') or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def settings_rows():
    """{name: (default, what is expected)}"""
    with open(os.path.join(SRCDIR, 'src', 'dovecot', 'settings/settings-table.h')) as f:
        return {'backscatter_' + name: (default, re.sub(r'"\s+"', '', expected))
                for name, default, expected in re.findall(
                    r'(?m)^SETTING(?:_BLOCK)?\((\w+), "(.*?)",[^"]*,\s*'
                    r'"((?:[^"]|"\s+")*)"\)', f.read())}


def settings_table():
    """{name: default}"""
    return {name: default for name, (default, _) in settings_rows().items()}


def manual_settings():
    """{name: text} of backscatter(7), in one line and without its macros."""
    with open(os.path.join(SRCDIR, 'doc', 'backscatter.7')) as f:
        text = f.read()
    text = text[text.index('\n.SH SETTINGS\n'):]
    text = text[:text.index('\n.SH', 5)].replace('\\-', '-').replace('\\&', '')
    parts = re.split(r'(?m)^\.TP\n\.B (backscatter_\w+)\n', text)
    return {name: ' '.join(re.sub(r'(?m)^\.[A-Z]+', '', body).split())
            for name, body in zip(parts[1::2], parts[2::2])}


def manual_examples():
    """{name: value}"""
    found = {}
    for name, text in manual_settings().items():
        example = re.search(r'Example: %s = (.*)\. Since \d+\.\d+\.\d+\.$' % name, text)
        if example is not None:
            found[name] = example.group(1)
    return found
