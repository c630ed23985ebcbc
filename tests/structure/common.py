"""Where things are, and the lines that tests/run counts."""
import os
import re
import shutil
import subprocess
import sys

SRCDIR = os.environ.get('TOP_SRCDIR') or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILDDIR = os.environ.get('TOP_BUILDDIR') or SRCDIR
FOLDERS = ('src/core', 'src/net', 'src/dovecot', 'src/plugin', 'src/doveadm',
           'src/tools', 'sieve')
failed = passed = 0


def check(name, good, why=''):
    global failed, passed
    if good:
        passed += 1
        print('ok - ' + name, flush=True)
    else:
        failed += 1
        print('not ok - %s: %s' % (name, why), flush=True)
    return good


def finish():
    sys.exit(0 if passed > 0 and failed == 0 else 1)


def sources(folder, pattern=r'.*\.[ch]'):
    """The files in it and below it, by their paths in it."""
    path = os.path.join(SRCDIR, folder)
    return sorted(os.path.relpath(os.path.join(top, n), path)
                  for top, _, names in os.walk(path)
                  for n in names if re.fullmatch(pattern, n))


def read(*names):
    with open(os.path.join(SRCDIR, *names), errors='replace') as f:
        return f.read()


def run(command, cwd=None, env=None, log=None):
    """True if it ends well. Its output is printed if it does not."""
    done = subprocess.run(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if log is not None:
        log.append(done.stdout.decode('utf-8', 'replace'))
    if done.returncode != 0:
        print('\n'.join(done.stdout.decode('utf-8', 'replace').splitlines()[-80:]))
    return done.returncode == 0


def copy_sources(target):
    """The source without what was built in it."""
    patterns = shutil.ignore_patterns(
        '.git', '.libs', '.deps', '*.o', '*.lo', '*.la', 'Makefile', 'config.status',
        'config.log', 'libtool', 'stamp-h*', 'dummy-config.h', 'backscatter-config.h',
        'autom4te.cache', '__pycache__', 'run-test.sh', 'backscatter-check',
        'dovecot-backscatter-[0-9]*')

    def built(folder, names):
        # out of tree builds, and what is kept of fuzzing
        top = {n for n in names if n.startswith('build') and n != 'build-aux'}
        return patterns(folder, names) | (top if folder == SRCDIR else set())

    shutil.copytree(SRCDIR, target, symlinks=True, ignore=built)
