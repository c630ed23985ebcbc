"""The DNS server that has the keys fails, each in its way."""
from faults import BROKEN, Fault, Names, Scene, felt_temperror


class DnsScene(Scene):
    def prepare(self):
        self.names = Names([self.key], self.forger)
        self.lab.settings.update(backscatter_dns_servers=self.names.address,
                                 backscatter_dns_timeout='1500ms')

    def close(self):
        if not self.alone:
            self.names.__exit__()


# What needs the key is not held against anybody.
NO_KEY = {'genuine': {'temperror'}, 'forged': {'temperror'}}


def entry(behaviour, inside=NO_KEY, felt=felt_temperror):
    def begin(scene):
        scene.names.behaviour = getattr(scene.names, behaviour)

    def end(scene):
        scene.names.behaviour = scene.names.well
    return Fault('dns-' + behaviour.replace('_', '-'), DnsScene, begin, end,
                 inside=inside, felt=felt)


FAULTS = [
    entry('silent'),
    entry('slow'),
    entry('failing'),
    entry('wrong_id'),
    entry('wrong_question'),
    entry('truncated'),
    entry('noise'),
    # a query that is asked again may be answered
    entry('flapping', BROKEN, lambda run: run.scene.names.dropped > 0),
]
