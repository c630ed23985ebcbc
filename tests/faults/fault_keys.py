"""The key directory is broken, or changes, and DNS knows nothing."""
import os
import shutil

from faults import WELL, Fault, Key, Names, Scene, felt_temperror, flood

NO_KEY = {'genuine': {'temperror'}, 'forged': {'temperror'}}


class KeyScene(Scene):
    in_dns = False

    def prepare(self):
        super().prepare()
        self.names = Names([self.key] if self.in_dns else [], self.forger)
        self.lab.settings['backscatter_dns_servers'] = self.names.address

    def close(self):
        self.names.__exit__()

    @property
    def keys(self):
        return self.lab.path('keys')

    @property
    def file(self):
        return os.path.join(self.keys, self.key.name)


class DnsKeyScene(KeyScene):
    in_dns = True


def away(scene):
    os.rename(scene.keys, scene.keys + '.away')


def back(scene):
    os.rename(scene.keys + '.away', scene.keys)


def replace(scene):
    """By another folder with the same keys, as a tool does that writes it anew."""
    shutil.copytree(scene.keys, scene.keys + '.new')
    away(scene)
    os.rename(scene.keys + '.new', scene.keys)
    shutil.rmtree(scene.keys + '.away')


def other_kind(scene):
    away(scene)
    with open(scene.keys, 'w') as f:
        f.write('This is no folder.\n')


def folder_again(scene):
    os.unlink(scene.keys)
    back(scene)


def folder_mode(mode):
    return lambda scene: os.chmod(scene.keys, mode)


def file_mode(mode):
    return lambda scene: os.chmod(scene.file, mode)


def half_written(scene):
    with open(scene.file, 'r+') as f:
        f.truncate(60)


def whole(scene):
    scene.lab.write('keys/' + scene.key.name, scene.key.record + '\n')


def empty(scene):
    os.unlink(scene.file)


def rotate(scene):
    """The new key is there before the first mail that it signs; the old one stays for
    what still comes back."""
    new = Key('next', 'example.org')
    scene.lab.add_key_file(new)
    scene.traffic.signers['genuine'] = flood.Signer(new)


def end_of_rotation(scene):
    pass


def both_selectors(run):
    log = run.lab.log()
    return all(' genuine (' in log and 'selector=' + s in log for s in ('mail', 'next'))


def always(run):
    return True


FAULTS = [
    Fault('keys-removed', KeyScene, away, back, inside=NO_KEY, felt=felt_temperror),
    Fault('keys-not-a-folder', KeyScene, other_kind, folder_again, inside=NO_KEY,
          felt=felt_temperror),
    Fault('keys-unreadable', KeyScene, folder_mode(0), folder_mode(0o755), inside=NO_KEY,
          felt=felt_temperror),
    Fault('keys-file-unreadable', KeyScene, file_mode(0), file_mode(0o644), inside=NO_KEY,
          felt=felt_temperror),
    Fault('keys-half-written', KeyScene, half_written, whole, inside=NO_KEY,
          felt=felt_temperror),
    Fault('keys-replaced', KeyScene, replace, replace, inside=WELL, felt=always),
    Fault('keys-emptied-but-in-dns', DnsKeyScene, empty, whole, inside=WELL, felt=always),
    Fault('keys-rotated', KeyScene, rotate, end_of_rotation, inside=WELL, felt=both_selectors),
]
