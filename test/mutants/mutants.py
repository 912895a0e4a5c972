#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: mutants.py WORK draw [SEED [COUNT]]
       mutants.py WORK again RESULTS

Change lines of insn/ and lib/, one at a time, and report whether a test of unit or live notices.

  draw   draw code lines, each as likely as any other, until COUNT (100) were changed; the default
         SEED is the last line of test/mutants/seed
  again  repeat the changes of RESULTS that survived, with the current tests

WORK is a folder for a copy of the last commit, its builds, and WORK/results.tsv. The script mutates
the copy, never the tree. A mutant runs the tests that execute its line, until one fails or takes too
long. Unit tests run first, and quick tests before slow ones. Tests run in namespaces and a cgroup of
their own, so a mutant leaves nothing behind.

A code line has a word outside of comments, and is no #include. Lines of .def files do not count:
they are data, which tests of builds compare with their sources. Neither do lines that this machine
does not compile. Another line is drawn if no rule changes the line, if the mutant does not compile,
or if its object code is the same. test/mutants/equivalent.tsv lists changes that no input shows, and
says why.
"""
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True

import rules  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))

# Files of other architectures, and files that only -Dfreestanding=true compiles.
ELSEWHERE = re.compile(r'lib/sys/(mem\.c|arch/(?!arch\.h|%s\.h))' % re.escape(os.uname().machine))
# Tests that repeat another one, or take minutes. A mutant that only they notice counts as survived.
LEFT_OUT = re.compile(r'^(careless .*|chrootsnoop|positions|rawbpf_btf|soak)$')
WORKERS = 2 # mutants at a time

# Mounts, processes and cgroups of a test end with it. Its output is cut.
ALONE = r'''
group=$1 limit=$2
shift 2
mount -t tmpfs -o size=2g none /tmp
if [ -n "$group" ]; then
    echo 0 >"$group/cgroup.procs"
    mount --bind "$group" "$(dirname "$group")"
fi
ulimit -f 4194304
ulimit -v 16777216
exec timeout -k 5 "$limit" "$@"
'''


def run(arguments, **more):
    return subprocess.run(arguments, stdin=subprocess.DEVNULL, text=True, errors='replace', **more)


def output(arguments, **more):
    return run(arguments, stdout=subprocess.PIPE, check=True, **more).stdout


class Test:
    def __init__(self, build, described, targets):
        self.name = described['name']
        self.suite = 'unit' if 'rawbpf:unit' in described['suite'] else 'live'
        self.command = described['cmd']
        self.environment = described['env']
        made = {os.path.normpath(path) for paths in targets.values() for path in paths}
        files = [path for path in map(os.path.normpath, self.command) if path in made]
        for target in described['depends']:
            files += targets.get(target, [])
        self.files = sorted({os.path.relpath(path, build) for path in files})
        self.seconds = 0.0


class Build:
    """A build directory, whose tests run alone."""

    def __init__(self, work, name, tree, flags, *options):
        self.path = os.path.join(work, name)
        self.running = None
        if not os.path.exists(os.path.join(self.path, 'build.ninja')):
            run(['meson', 'setup', self.path, tree, '-Dman=false', '-Ddebug=false',
                 '-Dwarning_level=0', '-Dc_args=' + ' '.join(flags), *options], stdout=subprocess.DEVNULL, check=True)
        self.make(['build.ninja']) # of this commit: the tests may be others than those of an earlier run

    def tests(self):
        def ask(what):
            return json.loads(output(['meson', 'introspect', what, self.path]))
        targets = {target['id']: target['filename'] for target in ask('--targets')}
        tests = [Test(self.path, described, targets) for described in ask('--tests')
                 if {'rawbpf:unit', 'rawbpf:live'} & set(described['suite'])
                 and not LEFT_OUT.match(described['name'])]
        return tests

    def make(self, files):
        return run(['ninja', '-C', self.path, *files], stdout=subprocess.PIPE,
                   stderr=subprocess.STDOUT).returncode == 0

    def objects(self):
        folder = os.path.join(self.path, 'librawbpf.a.p')
        return {name: open(os.path.join(folder, name), 'rb').read()
                for name in os.listdir(folder) if name.endswith('.o')}

    def test(self, test, limit, **environment):
        """Run a test. Returns its status and its output."""
        group = cgroup_begin(os.path.basename(self.path))
        try:
            self.running = subprocess.Popen(
                ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc',
                 'sh', '-c', ALONE, 'sh', group, str(int(limit)), *test.command],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                errors='replace', cwd=self.path,
                env={**os.environ, **test.environment, 'LC_ALL': 'C', **environment})
            said = self.running.communicate()[0]
        finally:
            cgroup_end(group)
        return self.running.returncode, said

    def stop(self):
        if self.running:
            self.running.kill()


def cgroup_begin(name):
    for line in open('/proc/mounts'):
        if line.split()[2] == 'cgroup2':
            group = os.path.join(line.split()[1], 'rawbpf-mutants-%d-%s' % (os.getpid(), name))
            os.mkdir(group)
            return group
    return ''


def cgroup_end(group):
    folders = [folder for folder, _, _ in os.walk(group, topdown=False)] if group else []
    for folder in folders:
        for _ in range(600): # a process that has just ended may still be counted
            try:
                os.rmdir(folder)
                break
            except OSError:
                time.sleep(0.1)


# Coverage

def instrumented(build):
    for folder, _, names in os.walk(build.path):
        if re.search(r'/librawbpf(_fault)?\.a\.p$', folder):
            yield folder, [name for name in names if name.endswith('.gcno')]


def clear_counters(build):
    """Make empty counter files: a test may clear its environment, or lose the privilege to make them."""
    for folder, names in instrumented(build):
        for name in names:
            counters = os.path.join(folder, name[:-4] + 'gcda')
            open(counters, 'w').close()
            os.chmod(counters, 0o666)


def read_counters(build, tree):
    """Return the executed lines, the executable ones, and the functions, by files."""
    executed, known, functions = {}, {}, {}
    for folder, names in instrumented(build):
        counters = [name[:-4] + 'gcda' for name in names]
        counters = [name for name in counters if os.path.getsize(os.path.join(folder, name))]
        if not counters:
            continue
        for report in output(['gcov', '--json-format', '--stdout', *counters], cwd=folder,
                             stderr=subprocess.DEVNULL).splitlines():
            for file in json.loads(report)['files']:
                path = os.path.relpath(os.path.normpath(os.path.join(build.path, file['file'])), tree)
                for line in file['lines']:
                    known.setdefault(path, set()).add(line['line_number'])
                    if line['count']:
                        executed.setdefault(path, set()).add(line['line_number'])
                for function in file['functions']:
                    functions.setdefault(path, set()).add((function['start_line'], function['end_line']))
    return executed, known, functions


class Coverage:
    """The tests that execute a line, and their seconds. A file for each test keeps them."""

    def __init__(self, work, tree, commit):
        self.tree = tree
        self.seconds, self.executed, self.known, self.functions = {}, {}, {}, {}
        self.units = set()
        folder = os.path.join(work, 'coverage-' + commit[:12])
        os.makedirs(folder, exist_ok=True)
        # Measure only the library: tests with uprobes need their own functions unchanged.
        build = Build(work, 'coverage', tree, ['-fprofile-filter-files=/insn/.*;/lib/.*'], '-Db_coverage=true')
        for test in build.tests():
            kept = os.path.join(folder, re.sub(r'\W', '_', test.name) + '.json')
            if not os.path.exists(kept):
                measured = self.measure(build, test)
                with open(kept, 'w') as file:
                    json.dump(measured, file)
            self.add(test.name, json.load(open(kept)))
            if test.suite == 'unit' and test.name in self.seconds:
                self.units.add(test.name)

    def measure(self, build, test):
        """Measure a test. Returns None if the unchanged code does not build, or does not pass."""
        if not build.make(test.files):
            say('left out: %s: does not build for coverage' % test.name)
            return None
        clear_counters(build)
        start = time.monotonic()
        status, said = build.test(test, 3600, GCOV_ERROR_FILE='/dev/null')
        if status != 0:
            say('left out: %s: status %d without a change\n%s' % (test.name, status, said[-500:]))
            return None
        seconds = time.monotonic() - start
        executed, known, functions = read_counters(build, self.tree)
        say('covered: %s: %.1f s, %d lines' % (test.name, seconds, sum(map(len, executed.values()))))
        return {'seconds': seconds, **{what: {path: sorted(numbers) for path, numbers in files.items()} for what, files
                in (('executed', executed), ('known', known), ('functions', functions))}}

    def add(self, name, measured):
        if measured is None:
            return
        self.seconds[name] = measured['seconds']
        self.executed[name] = {path: set(lines) for path, lines in measured['executed'].items()}
        for path, lines in measured['known'].items():
            self.known.setdefault(path, set()).update(lines)
        for path, functions in measured['functions'].items():
            self.functions.setdefault(path, set()).update(map(tuple, functions))

    def tests_of(self, path, number):
        """
        Return the tests of a line. A line without a counter has the tests of the line before it in
        its function. Outside of functions it has all tests that execute the file, and those of
        unit, which may read its data from elsewhere. The same holds for a line that no test
        executed: a killed test leaves no counters.
        """
        known = self.known.get(path, set())
        if number not in known:
            inside = [start for start, end in self.functions.get(path, []) if start <= number <= end]
            before = [line for line in known if inside and max(inside) <= line < number]
            number = max(before, default=None)
        names = [test for test, files in self.executed.items() if number in files.get(path, ())]
        running = {test for test, files in self.executed.items() if files.get(path)}
        return names or list(running | self.units if running else self.executed)


# Mutants

def shown(line):
    """Write a line as a table has it."""
    return line.strip().replace('\t', ' ')


def say(text):
    print(text, flush=True)


def check_out(tree, commit='FETCH_HEAD'):
    """Make `tree` a copy of a commit, by default the last one, without a mutant. Return the commit."""
    if not os.path.exists(tree):
        run(['git', 'clone', '-q', '--shared', TOP, tree], check=True)
    run(['git', '-C', tree, 'checkout', '-q', '--', '.'], check=True)
    run(['git', '-C', tree, 'fetch', '-q', TOP, 'HEAD'], check=True)
    run(['git', '-C', tree, 'checkout', '-q', commit], check=True)
    return output(['git', '-C', tree, 'rev-parse', 'HEAD']).strip()


class Copy:
    """A copy of the tree with its build. It holds one mutant at a time."""

    def __init__(self, work, number, commit, coverage):
        self.tree = os.path.join(work, 'tree%d' % number)
        check_out(self.tree, commit)
        self.coverage = coverage
        # Without this error, a function without its return would return the register's old value.
        self.build = Build(work, 'plain%d' % number, self.tree, ['-Werror=return-type'])
        if not self.build.make(['librawbpf.a']):
            sys.exit('mutants: the library does not build')
        self.objects = self.build.objects()
        self.tests = [test for test in self.build.tests() if test.name in coverage.seconds]
        for test in self.tests:
            test.seconds = coverage.seconds[test.name]
        self.tests.sort(key=lambda test: (test.suite != 'unit', test.seconds))

    def mutate(self, mutant, known):
        """Return why this is no mutant, or None, and the result: that of known(), or of the tests."""
        name = os.path.join(self.tree, mutant.path)
        original = open(name).read()
        lines = original.split('\n')
        lines[mutant.number - 1] = mutant.new
        open(name, 'w').write('\n'.join(lines))
        try:
            if not self.build.make(['librawbpf.a']):
                return 'does not compile', None
            if self.build.objects() == self.objects:
                return 'same code', None
            return None, known(mutant, lines[mutant.number - 2]) or self.judge(mutant)
        finally:
            open(name, 'w').write(original)

    def judge(self, mutant):
        names = self.coverage.tests_of(mutant.path, mutant.number)
        ran = 0
        for test in self.tests:
            if test.name not in names:
                continue
            if not self.build.make(test.files):
                return 'noticed: %s does not build' % test.name
            ran += 1
            limit = 30 + 10 * test.seconds
            status, said = self.build.test(test, limit)
            if status in (124, 137):
                return 'noticed: %s takes over %d s' % (test.name, limit)
            if status not in (0, 77):
                failed = re.search(r':[FE]:[^:]*:(\w+):', said)
                return 'noticed: %s%s' % (test.name, ' ' + failed.group(1) if failed else '')
        return 'survived %d tests' % ran


class Mutant:
    def __init__(self, path, number, old, new):
        self.path, self.number, self.old, self.new = path, number, old, new
        self.why_none = None if new is not None else 'no rule changes it'
        self.result = None

    def row(self):
        return '%s:%d' % (self.path, self.number), shown(self.old), shown(self.new), self.result


class Mutants:
    def __init__(self, work):
        self.work = work
        self.tree = os.path.join(work, 'tree')
        self.commit = check_out(self.tree)
        coverage = Coverage(work, self.tree, self.commit)
        self.copies = [Copy(work, number, self.commit, coverage) for number in range(WORKERS)]
        self.says = ''
        self.kept = self.read_results()
        self.lock = threading.Lock()
        self.tried = []

    def lines(self):
        for folder in 'insn', 'lib':
            for place, _, names in sorted(os.walk(os.path.join(self.tree, folder))):
                for name in sorted(names):
                    path = os.path.relpath(os.path.join(place, name), self.tree)
                    if re.search(r'\.[ch]$', name) and not ELSEWHERE.match(path):
                        text = open(os.path.join(self.tree, path)).read()
                        for number in rules.code_lines(text):
                            yield path, number, text.split('\n')[number - 1]

    def draw(self, seed):
        drawn = random.Random(seed)
        lines = list(self.lines())
        self.says = 'seed %s, %d code lines' % (seed, len(lines))
        drawn.shuffle(lines)
        for path, number, line in lines:
            made = rules.changes(line)
            yield Mutant(path, number, line, drawn.choice(made) if made else None)

    def retry(self, results):
        self.says = 'again: what survived before'
        for row in open(results):
            place, _, old, new, result = [*row.rstrip('\n').split('\t'), '', '', '', ''][:5]
            if not result.startswith('survived'):
                continue
            path, number = place.split(':')
            same = [found for found in self.lines() if found[0] == path and shown(found[2]) == old]
            if not same:
                say('gone: %s: %s' % (place, old))
                continue
            _, at, line = min(same, key=lambda found: abs(found[1] - int(number)))
            yield Mutant(path, at, line, line[:len(line) - len(line.lstrip())] + new)

    def read_results(self):
        """Return the results of an interrupted run over the same commit."""
        name = os.path.join(self.work, 'results.tsv')
        lines = open(name).read().splitlines() if os.path.exists(name) else []
        if lines[:1] != ['# commit ' + self.commit]:
            return {}
        return {tuple(line.split('\t')[:3]): line.split('\t')[3] for line in lines if line[0] != '#'}

    def try_all(self, mutants, count):
        """Try mutants in their order, until there are results of `count`."""
        workers = [threading.Thread(target=self.work_on, args=(copy, mutants, count), daemon=True)
                   for copy in self.copies]
        try:
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
        finally:
            for copy in self.copies:
                copy.build.stop()
        self.write(count)

    def work_on(self, copy, mutants, count):
        while True:
            with self.lock:
                mutant = next(mutants, None) if len(self.results()) < count else None
                if not mutant:
                    return
                self.tried.append(mutant)
            if mutant.why_none:
                continue
            mutant.why_none, mutant.result = copy.mutate(mutant, self.known)
            with self.lock:
                self.write(count)
                if mutant.result:
                    say('%d: %s: %s -> %s: %s' % (len(self.results()), *mutant.row()))

    def results(self):
        return [mutant for mutant in self.tried if mutant.result]

    def known(self, mutant, before):
        """Return the result of a change that no input shows, or that an interrupted run had."""
        why = self.equivalent(mutant.path, before, mutant.old, mutant.new)
        return 'equivalent: ' + why if why else self.kept.get(mutant.row()[:3])

    def equivalent(self, path, before, old, new):
        """Return why no input shows the change, or None."""
        for row in open(os.path.join(HERE, 'equivalent.tsv')):
            *place, why = row.rstrip('\n').split('\t')
            if place == [path, shown(before), shown(old), shown(new)]:
                return why
        return None

    def result(self, word):
        return len([mutant for mutant in self.results() if mutant.result.startswith(word)])

    def write(self, count):
        """Write the results, of at most `count` mutants. What was drawn behind the last one does not count."""
        results = self.results()
        if len(results) > count and all(mutant.result or mutant.why_none for mutant in self.tried):
            del self.tried[self.tried.index(results[count]):]
        whys = [mutant.why_none for mutant in self.tried if mutant.why_none]
        again = ', '.join('%d %s' % (whys.count(why), why) for why in sorted(set(whys)))
        with open(os.path.join(self.work, 'results.tsv'), 'w') as file:
            file.write('# commit %s\n# %s\n# drawn again: %s\n' % (self.commit, self.says, again or 'none'))
            file.write('# %d mutants: %d noticed, %d survived, %d equivalent\n' % (
                len(self.results()), self.result('noticed'), self.result('survived'),
                self.result('equivalent')))
            for mutant in self.results():
                file.write('\t'.join(mutant.row()) + '\n')


def last_seed():
    return open(os.path.join(HERE, 'seed')).read().split()[-1]


def main(arguments):
    if len(arguments) < 2 or arguments[1] not in ('draw', 'again') or arguments[1:] == ['again']:
        sys.exit(__doc__)
    if os.getuid() != 0:
        print('skip: mutants: not root, who can keep mutants apart')
        sys.exit(77)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1)) # so that running tests are killed, too
    os.nice(10)
    mutants = Mutants(os.path.abspath(arguments[0]))
    if arguments[1] == 'draw':
        count = int(arguments[3]) if len(arguments) > 3 else 100
        mutants.try_all(mutants.draw(arguments[2] if len(arguments) > 2 else last_seed()), count)
    else:
        mutants.try_all(mutants.retry(arguments[2]), sys.maxsize)
    noticed, survived, equivalent = map(mutants.result, ('noticed', 'survived', 'equivalent'))
    say('%d equivalent' % equivalent)
    say('%d passed, %d failed' % (noticed, survived))
    if survived > (noticed + survived) / 10 or equivalent > len(mutants.results()) / 10:
        sys.exit(1)


main(sys.argv[1:])
