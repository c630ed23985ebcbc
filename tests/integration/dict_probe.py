"""Asks a user's backscatter_dict by dict-probe (tests/unit/dict-probe.c), as a
delivery would."""
import os
import shutil
import subprocess

from harness import BUILDDIR

USER = 'alice@example.org'
PROBE = shutil.which('dict-probe', path=os.environ.get('DICT_PROBE') or os.path.join(
    BUILDDIR, 'tests', 'unit'))


def start_probe(lab, *commands, user=USER):
    return subprocess.Popen(
        [PROBE, '-c', lab.path('dovecot.conf'), '-u', user, '--',
         *[str(c) for c in commands]], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        errors='backslashreplace',
        env=dict(os.environ, LOG_STDERR_TIMESTAMP=''))


class Answer(list):
    """[(command, result, text)], and what was said and how long it took."""

    def __init__(self, process):
        out, self.log = process.communicate(timeout=120)
        rows = [l.split('\t') for l in out.splitlines()]
        super().__init__((r[0], int(r[1]), r[2]) for r in rows if r[0] != 'deinit')
        self.msecs = [int(r[3]) for r in rows]
        self.ended = process.returncode == 0 and rows and rows[-1][0] == 'deinit'
        if not self.ended:
            self.log += ' exit status %d' % process.returncode

    def of(self, command):
        return [text for c, result, text in self if c == command and result >= 0]


def probe(lab, *commands, user=USER):
    return Answer(start_probe(lab, *commands, user=user))
