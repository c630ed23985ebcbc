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


@functools.lru_cache(None)
def libraries():
    """Those that our own library needs, as libasan.so.8."""
    out = subprocess.run(
        ['readelf', '-d', BUILDDIR + '/src/dovecot/.libs/libdovecot-backscatter.so'],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return re.findall(r'NEEDED.*\[(lib(?:asan|ubsan)\.so[.\d]*)\]', out)


def values(folder):
    """The environment of what is to report into the folder."""
    reports = os.path.join(folder, 'sanitizers')
    return {
        'LD_PRELOAD': ':'.join(libraries()),
        'ASAN_OPTIONS': 'detect_leaks=0:verify_asan_link_order=0:log_path=%s/asan' % reports,
        'UBSAN_OPTIONS': 'halt_on_error=1:print_stacktrace=1:log_path=%s/ubsan' % reports}


def prepare(folder):
    """What this process starts from now on loads them, and reports into the folder.
    Dovecot's own pools are not freed at exit, so that leaks are not looked for here:
    valgrind does so in the unit tests. Returns what restore() takes."""
    if not libraries():
        return {}
    reports = os.path.join(folder, 'sanitizers')
    os.mkdir(reports)
    os.chmod(reports, 0o777)
    before = {name: os.environ.get(name) for name in values(folder)}
    os.environ.update(values(folder))
    return before


def restore(before):
    """Before the folder is removed: what starts later would make it again."""
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


def settings(folder, is_24):
    """Lines of dovecot.conf."""
    if not libraries():
        return ''
    pairs = values(folder).items()
    if is_24:
        return ('default_vsz_limit = unlimited\nimport_environment {\n%s}\n' %
                ''.join('  %s = %s\n' % pair for pair in pairs))
    return ('default_vsz_limit = 0\nimport_environment = $import_environment %s\n' %
            ' '.join('%s=%s' % pair for pair in pairs))


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
