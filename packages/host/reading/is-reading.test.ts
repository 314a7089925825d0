import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isReading } from './is-reading.ts';
import { gitVerbs } from './rules/git-verbs.ts';

const reading: readonly string[] = [
  'podman ps -a --external --format json',
  'podman --log-level=error ps -aq',
  'podman images --format json',
  'podman inspect web --format json',
  'podman container inspect -- web',
  'podman container exists web',
  'podman image exists docker.io/library/nginx:1.27',
  'podman network inspect mcr',
  'podman volume ls --format=json',
  'podman secret ls --format json',
  'podman info --format json',
  'podman version',
  'podman --version',
  'podman logs -f --tail 20 web',
  'podman events --format json --filter label=io.reconcile.fleet --stream',
  'podman port web',
  'podman top web pid hpid comm',
  'podman stats --no-stream --format json',
  'podman unshare cat /proc/self/uid_map',
  '/usr/bin/podman ps',
  'git rev-parse --verify -q refs/heads/main^{commit}',
  'git -C /srv/fleet --no-optional-locks -c safe.directory=* cat-file --batch',
  'git --git-dir=/srv/fleet/.git -c core.fsmonitor=false ls-tree -r -l -z --full-tree HEAD -- services',
  'git log --no-show-signature --format=%H --max-count=5 main',
  'git rev-list --max-count=200 a..b',
  'git merge-base --is-ancestor a b',
  'git symbolic-ref -q HEAD',
  'git config --get remote.origin.url',
  'git remote get-url origin',
  'git diff-tree -r -z --name-only a b',
  'git version',
  'haproxy -v',
  'timedatectl show --property=NTPSynchronized --value',
  'haproxy -vv',
  'haproxy -c -f /a/haproxy.cfg -f /b',
  'haproxy -c -q -f /a/haproxy.cfg',
];

const writing: readonly string[] = [
  'podman rm web',
  'podman start web',
  'podman container rm web',
  'podman image rm x',
  'podman ps --sync',
  'podman ps --cpu-profile /tmp/x',
  'podman ps --cpu-profile=/tmp/x',
  'podman --runtime=/tmp/evil ps',
  'podman ps --runtime /tmp/evil',
  'podman -c other ps',
  'podman ps -c other',
  'podman ps -ar',
  'podman secret inspect --showsecret x',
  'podman stats web',
  'podman top web aux',
  'podman exec web ps',
  'podman unshare rm -rf /',
  'podman unshare cat /etc/passwd',
  'podman unshare cat /proc/self/uid_map /etc/passwd',
  'podman system service',
  'podman',
  'podman container',
  'git fetch origin',
  'git status --porcelain',
  'git -c core.fsmonitor=/tmp/evil ls-files -s',
  'git -c core.sshCommand=/tmp/evil rev-parse HEAD',
  'git -c alias.rev-parse=!evil rev-parse HEAD',
  'git -c log.showSignature rev-parse HEAD',
  'git --exec-path=/tmp rev-parse HEAD',
  'git --config-env=core.pager=X rev-parse HEAD',
  'git -p log --no-show-signature --format=%H',
  'git log --format=%H',
  'git log --no-show-signature',
  'git log --no-show-signature --format=%G?',
  'git log --no-show-signature --format=%+G?',
  'git log --no-show-signature --format=mine',
  'git log --no-show-signature --format=%H --output=/tmp/x',
  'git log --no-show-signature --format=%H -p',
  'git cat-file --filters HEAD:a',
  'git cat-file --textconv HEAD:a',
  'git diff-tree -p a b',
  'git diff-tree --output=/tmp/x a b',
  'git for-each-ref --format=%(signature)',
  'git symbolic-ref HEAD refs/heads/other',
  'git symbolic-ref -d HEAD',
  'git config core.bare true',
  'git config --unset core.bare',
  'git remote add x y',
  'git remote get-url',
  'git update-ref refs/heads/main a',
  'git -C',
  'git',
  'haproxy -f /a/haproxy.cfg',
  'haproxy -c -f /a -D',
  'haproxy -c',
  'haproxy -D -f /a',
  'timedatectl set-ntp true',
  'timedatectl show --host=a',
  'timedatectl',
  'sh -c true',
  'cat /etc/passwd',
  './podman ps',
];

function command(line: string): { program: string; args: string[] } {
  const [program = '', ...args] = line.split(' ');
  return { program, args };
}

describe('isReading', () => {
  test.each(reading)('%s', (line) => {
    expect(isReading(command(line))).toBe(true);
  });

  test.each(writing)('not: %s', (line) => {
    expect(isReading(command(line))).toBe(false);
  });

  test('operands after -- are never options', () => {
    expect(isReading(command('podman inspect -- --runtime=/tmp/evil'))).toBe(true);
  });

  test.each(['GIT_TRACE', 'GIT_SSH_COMMAND', 'GIT_EXTERNAL_DIFF', 'GIT_INDEX_FILE', 'LD_PRELOAD', 'PATH'])(
    'refuses the variable %s',
    (name) => {
      expect(isReading({ ...command('git version'), env: { GIT_OPTIONAL_LOCKS: '0' } })).toBe(true);
      expect(isReading({ ...command('git version'), env: { [name]: '/tmp/x' } })).toBe(false);
    },
  );

  test('random words never pass unless the verb is in the table', () => {
    const known = new Set([
      'ps',
      'images',
      'inspect',
      'info',
      'version',
      'logs',
      'events',
      'port',
      'top',
      'stats',
      'container',
      'image',
      'network',
      'volume',
      'secret',
      'unshare',
    ]);
    const word = fc.oneof(
      fc.constantFrom(
        'rm',
        'run',
        'ps',
        'start',
        '-a',
        '--all',
        '--',
        '-c',
        '-C',
        '--runtime=x',
        'exec',
        'fetch',
        'push',
        'config',
        'container',
        'inspect',
        'commit',
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('podman', 'git', 'haproxy', 'sh', 'rm'),
        fc.array(word, { maxLength: 6 }),
        (program, args) => {
          if (!isReading({ program, args })) return;
          if (program === 'podman') expect(args.some((arg) => known.has(arg)) || args[0] === '--version').toBe(true);
          else if (program === 'git')
            expect(args.some((arg) => gitVerbs.has(arg)) || args[0] === '--version').toBe(true);
          else expect(['-v', '-vv', '-c']).toContain(args[0]);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test('an option nobody listed makes any reading command a writing one', () => {
    fc.assert(
      fc.property(fc.constantFrom(...reading), fc.stringMatching(/^--[a-z]{3,12}=\/tmp\/x$/), (line, option) => {
        const { program, args } = command(line);
        fc.pre(
          !args.includes('--') &&
            !/^--(format|filter|last|sort|since|until|tail|type|stream|log-level|short|abbrev|batch|batch-check|max-count|skip|date|hash|count|contains|merged|points-at|default)=/.test(
              option,
            ),
        );
        expect(isReading({ program, args: [...args, option] })).toBe(false);
      }),
    );
  });
});
