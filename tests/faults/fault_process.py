"""LMTP is killed, Dovecot is restarted, and there is no memory or no descriptor left."""
import os
import resource
import signal
import threading

from faults import (BROKEN, Fault, PreloadScene, PreloadSceneWithoutScript, Scene,
                    is_fired, nothing, sweep)
from harness import wait_until


KILLS = 60


# -- killed ------------------------------------------------------------------

def at_point(point):
    """Each second message, or in a long run each of KILLS of them, is the last one of a
    process: it takes the master process a second to start another."""
    def during(run, count):
        scene, sender, happened = run.scene, run.sender, []

        def step(message):
            if message in chosen:
                chosen.discard(message)
                scene.control.arm(point)
        run.wait_for_all()
        messages = scene.traffic.take(count)
        chosen = set(messages[::max(2, count // KILLS)])
        sender.step = step
        sender.done = lambda message: happened.append(scene.control.disarm())
        sender.feed(messages)
        run.wait_for_all()
        sender.step = sender.done = lambda message: None
        run.notes['happened'] = sum(happened)
    return during


def killed(point, scene=PreloadScene, name=''):
    return Fault('killed-' + point + name, scene, nothing, nothing, at_point(point),
                 felt=is_fired, copies='alone', alone=True)


class OneProcessScene(Scene):
    processes = connections = 1


def at_random(run, count):
    """At any time after the data was sent. One that is killed while it waits is not
    started again for a while."""
    scene, sender = run.scene, run.sender
    run.wait_for_all()
    tried = [m for m in run.messages if m.ended]
    usual = sum(m.ended - m.began for m in tried) / len(tried)
    messages, timers = scene.traffic.take(count), []
    chosen = set(messages[::max(1, count // KILLS)])

    def step(message):
        if message in chosen and message.tries < 3:
            timers.append(threading.Timer(scene.random.uniform(0, 1.2 * usual), end,
                                          (scene.processes_of('lmtp'),)))
            timers[-1].start()

    def end(pids):
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass

    def done(message):
        if timers:
            timers[-1].cancel()
            timers.pop().join()
        run.notes['happened'] = run.notes.get('happened', 0) + (message.code is None)
    sender.step, sender.done = step, done
    sender.feed(messages)
    run.wait_for_all()
    sender.step = sender.done = lambda message: None


# -- restarted ---------------------------------------------------------------

def reload(run, count):
    """Several times, with mail on its way."""
    before = set(run.scene.processes_of('lmtp'))
    for _ in range(5):
        run.sender.feed(run.scene.traffic.take(max(count // 5, 2)))
        run.scene.lab.process.send_signal(signal.SIGHUP)
        attempts = run.sender.attempts
        wait_until(lambda: run.sender.attempts > attempts, 10)
    run.wait_for_all()
    run.notes['new'] = len(set(run.scene.processes_of('lmtp')) - before)


def restart(run, count):
    for _ in range(2):
        run.sender.feed(run.scene.traffic.take(max(count // 2, 2)))
        attempts = run.sender.attempts
        run.scene.lab.stop()
        wait_until(lambda: run.sender.attempts > attempts + 1, 10)
        run.scene.lab.start()
    run.wait_for_all()


class FreshScene(Scene):
    """A connection for each message."""
    fresh = True


# -- without memory or descriptors -------------------------------------------

class FreshProcessScene(Scene):
    """A process for each message: it has loaded nothing yet."""
    processes, connections, fresh = None, 1, True

    def always(self):
        from dovecot_conf import is_24
        self.lab.extra += 'service lmtp {\n  %s = 1\n}\n' % (
            'restart_request_count' if is_24() else 'service_count')


def limit(scene, what, value):
    """Of the LMTP processes; value(pid). It is what vsz_limit sets, but in the middle."""
    for pid in scene.processes_of('lmtp'):
        try:
            hard = resource.prlimit(pid, what)[1]
            resource.prlimit(pid, what, (value(pid), hard))
        except (OSError, ValueError):
            pass


def no_limit(what):
    def disarm(scene):
        limit(scene, what, lambda pid: resource.prlimit(pid, what)[1])
        return 0
    return disarm


def address_space(pid):
    with open('/proc/%d/statm' % pid) as f:
        return int(f.read().split()[0]) * resource.getpagesize()


def memory(step):
    return lambda scene, nth: limit(scene, resource.RLIMIT_AS, lambda pid:
                                    address_space(pid) + (nth - 1) * step)


def descriptors(scene, nth):
    """There are nth - 1 free ones."""
    def value(pid):
        taken = set(map(int, os.listdir('/proc/%d/fd' % pid)))
        return [fd for fd in range(len(taken) + nth) if fd not in taken][nth - 1]
    limit(scene, resource.RLIMIT_NOFILE, value)


def felt_limit(run):
    return any(m.tries > 1 for m in run.meanwhile) or any(
        v['verdict'] == 'temperror' for m in run.meanwhile for v in run.verdicts(m))


def limited(name, scene, what, arm, steps, copies):
    return Fault(name, scene, nothing, nothing, sweep(arm, no_limit(what), steps),
                 inside=BROKEN, felt=felt_limit, copies=copies, alone=True)


FAULTS = [
    killed('before-save'),
    killed('after-save'),
    killed('before-reply'),
    killed('after-reply'),
    killed('after-save', PreloadSceneWithoutScript, '-without-script'),
    Fault('killed-at-random', OneProcessScene, nothing, nothing, at_random, felt=is_fired,
          copies='unanswered', alone=True),
    Fault('reloaded', FreshScene, nothing, nothing, reload,
          felt=lambda run: run.notes['new'] > 0, copies='unanswered', alone=True),
    Fault('restarted', Scene, nothing, nothing, restart, copies='unanswered', alone=True),
    # which allocation fails depends on what the plugin itself takes
    limited('memory', FreshProcessScene, resource.RLIMIT_AS, memory(512 * 1024), 30,
            'unanswered'),
    limited('descriptors', FreshProcessScene, resource.RLIMIT_NOFILE, descriptors, 16,
            'alone'),
]
