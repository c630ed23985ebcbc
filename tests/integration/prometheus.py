"""A private Prometheus with the shipped rules."""
import json
import os
import subprocess
import time
import urllib.parse
import urllib.request

from harness import SRCDIR, free_port, stop, wait_for

RULES = os.path.join(SRCDIR, 'doc', 'prometheus', 'backscatter-rules.yml')


class Prometheus:
    def __init__(self, lab, target):
        self.lab, self.port, self.process = lab, free_port(), None
        self.folder = lab.path('prometheus')
        os.mkdir(self.folder)
        self.conf = lab.write('prometheus/prometheus.yml', '''global:
  scrape_interval: 1s
  evaluation_interval: 1s
rule_files: [%s]
scrape_configs:
- job_name: dovecot
  static_configs:
  - targets: ['127.0.0.1:%d']
''' % (RULES, target))

    def __enter__(self):
        with open(self.lab.path('prometheus', 'log'), 'w') as log:
            self.process = subprocess.Popen(
                ['prometheus', '--config.file=' + self.conf,
                 '--storage.tsdb.path=' + os.path.join(self.folder, 'data'),
                 '--web.listen-address=127.0.0.1:%d' % self.port],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for('prometheus', self.process, self.ready)
        return self

    def __exit__(self, *_):
        stop(self.process)

    def get(self, path, **query):
        url = 'http://127.0.0.1:%d%s?%s' % (self.port, path, urllib.parse.urlencode(query))
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return answer.read()
        except urllib.error.HTTPError as e:
            return e.read()

    def ready(self):
        try:
            return b'Ready' in self.get('/-/ready')
        except OSError:
            return False

    def query(self, text):
        """Returns ([(labels, value)], error)."""
        answer = json.loads(self.get('/api/v1/query', query=text))
        if answer['status'] != 'success':
            return [], answer.get('error')
        return [(r['metric'], float(r['value'][1])) for r in answer['data']['result']], None

    def number(self, text):
        found, _ = self.query(text)
        return found[0][1] if found else 0

    def wait(self, text, value):
        deadline = time.monotonic() + 60
        while self.number(text) != value and time.monotonic() < deadline:
            time.sleep(0.1)
        return self.number(text)

    def log(self):
        with open(self.lab.path('prometheus', 'log')) as f:
            return f.read()
