"""The configuration, or a script, is broken and mended."""
import signal

from faults import SCRIPT, USER, Fault, Scene, flood
from harness import wait_until


class ConfigScene(Scene):
    """A connection, and a process, for each message."""
    fresh = True


def reload(scene):
    lines = scene.lab.log().count('SIGHUP')
    scene.lab.process.send_signal(signal.SIGHUP)
    wait_until(lambda: scene.lab.log().count('SIGHUP') > lines, 10)


def break_with(text):
    def begin(scene):
        conf = scene.lab.path('dovecot.conf')
        with open(conf) as f:
            scene.good = f.read()
        with open(conf, 'a') as f:
            f.write(text(scene))
        reload(scene)
        scene.kill('lmtp', number=signal.SIGTERM)
    return begin


def mend(scene):
    scene.lab.write('dovecot.conf', scene.good)
    reload(scene)


def setting(name, value):
    """As each Dovecot has it."""
    from dovecot_conf import is_24
    return ('%s = %s\n' if is_24() else 'plugin {\n  %s = %s\n}\n') % (name, value)


def in_log(*words):
    return lambda run: any(w in run.lab.log() for w in words)


# -- scripts -----------------------------------------------------------------

def script(text):
    def change(scene):
        scene.lab.write('mail/%s/.dovecot.sieve' % USER, text(scene))
    return change


def own_script(scene):
    return flood.PLAIN if scene.alone else SCRIPT


def mend_script(scene):
    script(own_script)(scene)


class SieveScene(Scene):
    def always(self):
        self.lab.extra += 'sendmail_path = /bin/false\n'


FAULTS = [
    Fault('config-syntax', ConfigScene, break_with(lambda s: 'protocols = {{{ }\n'), mend,
          felt=in_log('Error', 'Fatal'), copies='unanswered'),
    Fault('config-setting', ConfigScene,
          break_with(lambda s: setting('backscatter_mode', 'nonsense')), mend,
          felt=in_log('backscatter_mode'), copies='unanswered', unjudged=True),
    Fault('config-domains-file', ConfigScene,
          break_with(lambda s: setting('backscatter_domains', s.lab.path('not-there'))), mend,
          felt=in_log('not-there'), copies='unanswered'),
    Fault('sieve-syntax', SieveScene, script(lambda s: own_script(s) + 'if {{{ nonsense\n'),
          mend_script, felt=in_log('sieve')),
    Fault('sieve-fails', SieveScene, script(
        lambda s: own_script(s).replace('"fileinto"', '"fileinto", "copy"') +
        'redirect :copy "dave@example.net";\n'), mend_script,
        felt=in_log('sieve'), copies='alone', alone=True),
]
