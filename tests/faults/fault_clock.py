"""The clock of Dovecot is stepped, by libfaketime; the machine's is left alone."""
import glob
import os
import time

from faults import Fault, Scene


class ClockScene(Scene):
    environment = {'FAKETIME_NO_CACHE': '1', 'FAKETIME_DONT_FAKE_MONOTONIC': '1',
                   'NO_FAKE_STAT': '1'}

    @staticmethod
    def library_path():
        return next(iter(glob.glob('/usr/lib/*/faketime/libfaketime.so.1')), None)

    @classmethod
    def missing(cls):
        return None if cls.library_path() else 'faketime is not installed'

    def always(self):
        self.library = self.library_path()
        self.step('+0')
        self.environment = dict(self.environment,
                                FAKETIME_TIMESTAMP_FILE=self.lab.path('clock'))

    def step(self, offset):
        self.lab.write('clock.new', offset + '\n')
        os.rename(self.lab.path('clock.new'), self.lab.path('clock'))


def step(offset):
    return lambda scene: scene.step(offset)


def has_date(days):
    return lambda run: '\n' + time.strftime(
        '%Y-%m-%d ', time.localtime(time.time() + days * 86400)) in run.lab.log()


FAULTS = [
    # connections time out; mail was signed in the future, and so were bounces
    Fault('clock-a-day-back', ClockScene, step('-1d'), step('+0'), felt=has_date(-1),
          inside={'genuine': {'genuine', 'temperror'}}, copies='unanswered', alone=True),
    Fault('clock-a-day-on', ClockScene, step('+1d'), step('+0'), felt=has_date(1),
          copies='unanswered', alone=True),
]
