"""For a build with --enable-sanitizers. Dovecot is built without, so that the libraries of
gcc's sanitizers have to be loaded before all else (LD_PRELOAD) where our modules may be;
and no process may be limited in its addresses, as AddressSanitizer takes terabytes."""
import functools
import glob
import os
import re
import subprocess

BUILDDIR = os.environ.get('TOP_BUILDDIR') or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NAMES = 'LD_PRELOAD', 'ASAN_OPTIONS', 'UBSAN_OPTIONS'


@functools.lru_cache(None)
def libraries():
    """Those that our own library needs, as libasan.so.8."""
    out = subprocess.run(
        ['readelf', '-d', BUILDDIR + '/src/dovecot/.libs/libdovecot-backscatter.so'],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return re.findall(r'NEEDED.*\[(lib(?:asan|ubsan)\.so[.\d]*)\]', out)


def prepare(folder):
    """What this process starts from now on loads them, and reports into the folder.
    Dovecot's own pools are not freed at exit, so that leaks are not looked for here:
    valgrind does so in the unit tests."""
    if not libraries():
        return
    reports = os.path.join(folder, 'sanitizers')
    os.mkdir(reports)
    os.chmod(reports, 0o777)
    os.environ.update(
        LD_PRELOAD=':'.join(libraries()),
        ASAN_OPTIONS='detect_leaks=0:verify_asan_link_order=0:log_path=%s/asan' % reports,
        UBSAN_OPTIONS='halt_on_error=1:print_stacktrace=1:log_path=%s/ubsan' % reports)


def settings(is_24):
    """Lines of dovecot.conf."""
    if not libraries():
        return ''
    values = [(name, os.environ[name]) for name in NAMES]
    if is_24:
        return ('default_vsz_limit = unlimited\nimport_environment {\n%s}\n' %
                ''.join('  %s = %s\n' % pair for pair in values))
    return ('default_vsz_limit = 0\nimport_environment = $import_environment %s\n' %
            ' '.join('%s=%s' % pair for pair in values))


def reports(folder):
    """Of all that was found, the message and where it was, in one line each, and then
    the whole text."""
    for path in sorted(glob.glob(os.path.join(folder, 'sanitizers', '*'))):
        with open(path, errors='backslashreplace') as f:
            text = f.read()
        message = re.search(r'(?m)^.*(?:ERROR: |runtime error: ).*$', text)
        frames = re.findall(r'(?m)^ *#\d+ \S+ in (.*)$', text)
        yield '%s, in %s' % (message.group(0) if message else text[:200],
                             ' < '.join(frames[:8])), text
