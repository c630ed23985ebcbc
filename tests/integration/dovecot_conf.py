"""dovecot.conf for a Lab, in the language of the Dovecot that is installed."""
import functools
import grp
import os
import pwd
import re
import subprocess

import sanitizers


@functools.lru_cache(None)
def dovecot_version():
    """As (2, 4, 5): what dovecot --version begins with."""
    out = subprocess.run(['/usr/sbin/dovecot', '--version'], check=True,
                         stdout=subprocess.PIPE, text=True).stdout
    return tuple(int(n) for n in re.match(r'(\d+)\.(\d+)\.(\d+)', out).groups())


def dovecot_version_text():
    return '.'.join(map(str, dovecot_version()))


def is_24():
    return dovecot_version() >= (2, 4)


def first_lines():
    """What 2.4 wants before all others. The defaults are those of the version named."""
    return ('dovecot_config_version = {0}\ndovecot_storage_version = {0}\n'.format(
        dovecot_version_text()) if is_24() else '')


def yes(name, words, indent=''):
    """A list of 2.4's, from words."""
    return ('%s%s {\n' % (indent, name) +
            ''.join('%s  %s = yes\n' % (indent, w.lstrip('+'))
                    for w in re.split(r'[\s,]+', words.strip()) if w) +
            '%s}\n' % indent)


def protocols():
    """The demo does without IMAP, which is a package of its own."""
    libexec = os.environ.get('DOVECOT_LIBEXEC') or '/usr/lib/dovecot'
    return 'lmtp imap' if os.path.exists(libexec + '/imap') else 'lmtp'


def settings_of(lab):
    """All of plugin { } by their names in 2.3; None: not wanted."""
    settings = {'sieve': 'file:~/sieve;active=~/.dovecot.sieve',
                'sieve_plugins': 'sieve_backscatter',
                'sieve_extensions': '+vnd.backscatter',
                'sieve_plugin_dir': lab.path('modules', 'sieve')}
    settings.update(lab.settings)
    return {n: v for n, v in settings.items() if v is not None}


def as_user(lab):
    """Dovecot itself may run as an ordinary user."""
    if os.getuid() == 0:
        return ''
    user, group = pwd.getpwuid(lab.uid)[0], grp.getgrgid(lab.gid)[0]
    return '''default_internal_user = %s
default_internal_group = %s
default_login_user = %s
service imap-login {
  chroot =
}
''' % (user, group, user)


COMMON = '''base_dir = {dir}/run
state_dir = {dir}/state
instance_name = backscatter-test
log_path = {dir}/dovecot.log
log_timestamp = "%Y-%m-%d %H:%M:%S "
protocols = {protocols}
listen = 127.0.0.1
ssl = no
first_valid_uid = 1
first_valid_gid = 1
auth_mechanisms = plain
namespace inbox {{
  inbox = yes
  separator = /
}}
lda_mailbox_autocreate = yes
mail_plugin_dir = {dir}/modules
postmaster_address = postmaster@example.org
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service auth {{
  unix_listener auth-userdb {{
    mode = 0666
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
'''

# Modules of a build tree look for our libraries there first, where the user
# whose mail is delivered need not be able to read.
CONF_23 = COMMON + '''import_environment = $import_environment LD_LIBRARY_PATH={dir}
disable_plaintext_auth = no
mail_location = maildir:{mail}
mail_home = {dir}/mail/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {dir}/users
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
'''

CONF_24 = COMMON + '''import_environment {{
  LD_LIBRARY_PATH = {dir}
}}
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = {mail}
mail_home = {dir}/mail/%{{user}}
passdb static {{
  password = {password}
}}
userdb passwd-file {{
  passwd_file_path = {dir}/users
}}
service lmtp {{
  inet_listener lmtp {{
    listen = 127.0.0.1
    port = {lmtp}
  }}
}}
'''


def dict_24(uri):
    """2.4's backscatter_dict { } for a URI of 2.3's."""
    driver, rest = uri.split(':', 1)
    if driver == 'file':
        settings = {'path': rest.replace('%h', '%{home}')}
    elif driver == 'proxy':
        socket, name = rest.rsplit(':', 1)
        settings = {'name': name}
        if socket:
            settings['socket_path'] = socket
    else:
        # these names have no short form
        settings = dict(('%s_%s' % (driver, s)).split('=') for s in rest.split(':'))
    return 'backscatter_dict {\n  dict %s {\n%s  }\n}\n' % (
        driver, ''.join('    %s = %s\n' % i for i in settings.items()))


def has_sqlite():
    """Debian: dovecot-sqlite."""
    modules = os.environ.get('DOVECOT_MODULEDIR') or '/usr/lib/dovecot/modules'
    return any(os.path.exists(os.path.join(modules, *p, 'libdriver_sqlite.so'))
               for p in ((), ('dict',)))


def sql_dict(path):
    """A dict named backscatter in the SQLite file, for the dict service, and
    its tables' schema."""
    schema = (
        'CREATE TABLE texts (username VARCHAR(255) NOT NULL, name VARCHAR(255) NOT NULL, '
        'value TEXT NOT NULL, PRIMARY KEY (username, name));\n'
        'CREATE TABLE numbers (name VARCHAR(255) NOT NULL PRIMARY KEY, '
        'value BIGINT NOT NULL);\n')
    if not is_24():
        maps = (
            'connect = %s\n'
            'map {\n  pattern = priv/backscatter/text/$name\n  table = texts\n'
            '  username_field = username\n  value_field = value\n'
            '  fields {\n    name = $name\n  }\n}\n'
            'map {\n  pattern = shared/backscatter/number/$name\n  table = numbers\n'
            '  value_field = value\n  value_type = int\n'
            '  fields {\n    name = $name\n  }\n}\n' % path)
        return schema, maps, 'dict {\n  backscatter = sqlite:%s.conf\n}\n' % path
    maps = (
        '    dict_map priv/backscatter/text/$name {\n      sql_table = texts\n'
        '      username_field = username\n      value_field value {\n      }\n'
        '      key_field name {\n        value = $name\n      }\n    }\n'
        '    dict_map shared/backscatter/number/$name {\n      sql_table = numbers\n'
        '      value_field value {\n        type = int\n      }\n'
        '      key_field name {\n        value = $name\n      }\n    }\n')
    return schema, '', (
        'dict_server {\n  dict backscatter {\n    driver = sql\n'
        '    sql_driver = sqlite\n    sqlite_path = %s\n%s  }\n}\n' % (path, maps))


def shipped_sql_dict(path):
    """The same from the configuration that we ship."""
    top = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../doc/example-config')

    def read(*names):
        with open(os.path.join(top, *names)) as f:
            return f.read().replace('/var/lib/dovecot-backscatter/dict.db', path)

    schema = read('sql', 'backscatter-sqlite.sql')
    if not is_24():
        return (schema, read('2.3', 'backscatter-dict-sql.conf.ext'),
                'dict {\n  backscatter = sqlite:%s.conf\n}\n' % path)
    text = read('2.4', '97-backscatter-dict.conf')
    return schema, '', re.search(r'(?ms)^dict_server \{.*?^\}\n', text).group(0)


def parts_23(lab):
    text, settings = '', settings_of(lab)
    if lab.before is not None:
        settings['sieve_before'] = lab.before
    if lab.imapsieve is not None:
        mailbox, causes, script = lab.imapsieve
        settings.update(imapsieve_mailbox1_name=mailbox,
                        imapsieve_mailbox1_causes=causes.upper(),
                        imapsieve_mailbox1_before='file:' + script)
    for protocol, plugins in lab.protocols.items():
        text += 'protocol %s {\n  mail_plugins = %s\n}\n' % (protocol, plugins)
    for name, event, labels in lab.metrics:
        text += 'metric %s {\n  filter = event=%s\n  group_by = %s\n}\n' % (
            name, event, labels)
    return text + 'plugin {\n%s\n}\n' % '\n'.join(
        '  %s = %s' % s for s in settings.items())


def parts_24(lab):
    text, settings = '', settings_of(lab)
    if 'backscatter_dict' in settings:
        text += dict_24(settings.pop('backscatter_dict'))
    personal = settings.pop('sieve', None)
    if personal is not None:
        path, active = personal[len('file:'):].split(';active=')
        text += ('sieve_script personal {\n  path = %s\n  active_path = %s\n}\n' %
                 (path, active))
    if 'sieve_extensions' in settings:
        text += yes('sieve_extensions', settings.pop('sieve_extensions'))
    if lab.before is not None:
        text += 'sieve_script before {\n  type = before\n  path = %s\n}\n' % lab.before
    if lab.imapsieve is not None:
        text += ('mailbox %s {\n  sieve_script imap {\n    type = before\n'
                 '    cause = %s\n    path = %s\n  }\n}\n' % lab.imapsieve)
    for protocol, plugins in lab.protocols.items():
        text += 'protocol %s {\n%s}\n' % (protocol, yes('mail_plugins', plugins, '  '))
    for name, event, labels in lab.metrics:
        text += 'metric %s {\n  filter = event=%s\n%s}\n' % (name, event, ''.join(
            '  group_by %s {\n    method discrete {\n    }\n  }\n' % l
            for l in labels.split()))
    return text + ''.join('%s = %s\n' % s for s in settings.items())


def lmtp_processes(lab):
    """As many as it may have, which live on, as on a server that is busy."""
    if lab.lmtp_processes is None:
        return ''
    return 'service lmtp {\n  process_limit = %d\n  %s\n}\n' % (
        lab.lmtp_processes, 'restart_request_count = unlimited' if is_24()
        else 'service_count = 0')


def configuration(lab, password):
    common, parts = (CONF_24, parts_24) if is_24() else (CONF_23, parts_23)
    return first_lines() + common.format(
        dir=lab.folder, protocols=protocols(), lmtp=lab.lmtp_port,
        imap=lab.imap_port, mail=lab.mail_path, password=password) + (
            sanitizers.settings(lab.folder, is_24()) + as_user(lab) + lmtp_processes(lab) + parts(lab) + lab.extra + '\n')
