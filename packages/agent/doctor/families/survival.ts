import { type Examined, isRootless } from '../examined.ts';
import { type Finding, finding } from '../finding.ts';
import { namesOf } from '../machine/accounts.ts';

/** Does this node come back by itself after a reboot? Always said: yes or no, because. */
export async function survival(of: Examined): Promise<Finding[]> {
  const { accounts, host, uid } = of;
  const name = namesOf(accounts, uid)[0] ?? String(uid);
  const found = await starter(of, name);
  const lingers =
    uid === 0 || found?.of === 'system' || (await host.files.stat(`/var/lib/systemd/linger/${name}`)) !== undefined;
  const races = await restartUnit(of);
  if (found !== undefined && lingers)
    return [
      finding('SURVIVES', 'note', {
        what: 'after a reboot',
        wanted: 'back by itself',
        actual: `yes, because ${found.path} starts it`,
        fix: '',
      }),
      ...races,
    ];
  const why =
    found === undefined
      ? 'no unit, timer or cron line starts it'
      : `${found.path} starts with ${name}'s session, and ${name} does not linger`;
  const isSystemd = (await host.files.stat('/run/systemd/system')) !== undefined;
  return [
    finding('SURVIVES_NOT', 'error', {
      what: 'after a reboot',
      wanted: 'back by itself',
      actual: `no, because ${why}`,
      fix:
        found !== undefined
          ? `loginctl enable-linger ${name}`
          : isSystemd
            ? 'reconcile install'
            : '(crontab -l; echo "@reboot reconcile agent") | crontab -',
    }),
    ...races,
  ];
}

interface Starter {
  readonly path: string;
  readonly of: 'system' | 'user';
}

/** Whatever somebody enabled: a unit wanted by a target (systemd.unit(5)), or a line of cron. */
async function starter({ host }: Examined, name: string): Promise<Starter | undefined> {
  const user = host.home.configDir;
  const wants: readonly (readonly [string, Starter['of']])[] = [
    ['/etc/systemd/system/multi-user.target.wants', 'system'],
    ['/etc/systemd/system/default.target.wants', 'system'],
    ['/etc/systemd/system/timers.target.wants', 'system'],
    [`${user}/systemd/user/default.target.wants`, 'user'],
    [`${user}/systemd/user/timers.target.wants`, 'user'],
    ['/etc/systemd/user/default.target.wants', 'user'],
  ];
  for (const [dir, of] of wants) {
    const unit = ((await host.files.list(dir).catch(() => undefined)) ?? []).find((file) =>
      /^reconcile(?:@[^.]*)?\.(?:service|timer)$/.test(file),
    );
    if (unit !== undefined) return { path: `${dir}/${unit}`, of };
  }
  const crons = ((await host.files.list('/etc/cron.d').catch(() => undefined)) ?? []).map(
    (file) => `/etc/cron.d/${file}`,
  );
  for (const path of ['/etc/crontab', `/var/spool/cron/crontabs/${name}`, ...crons]) {
    const text = (await host.files.text(path).catch(() => undefined)) ?? '';
    if (/^\s*(?:@reboot|[*\d]\S*(?:\s+\S+){4})\s.*\breconcile\b/m.test(text)) return { path, of: 'system' };
  }
  return undefined;
}

async function restartUnit(of: Examined): Promise<Finding[]> {
  if (of.config?.drivers.containers === 'none') return [];
  const { configDir } = of.host.home;
  const dirs = isRootless(of)
    ? [`${configDir}/systemd/user/default.target.wants`, '/etc/systemd/user/default.target.wants']
    : ['/etc/systemd/system/default.target.wants', '/etc/systemd/system/multi-user.target.wants'];
  for (const dir of dirs) {
    const path = `${dir}/podman-restart.service`;
    if ((await of.host.files.stat(path).catch(() => undefined)) === undefined) continue;
    const user = dir.startsWith(configDir) ? ['--user'] : [];
    const args = [...user, 'disable', 'podman-restart.service'];
    const mine = dir.startsWith(configDir);
    return [
      finding('RESTART_UNIT', 'warning', {
        what: 'podman-restart.service',
        wanted: 'disabled: boot stages are ours',
        actual: `enabled by ${path}`,
        fix: `${mine ? '' : 'sudo '}systemctl ${args.join(' ')}`,
        needsRoot: !mine,
        ...(mine ? { repair: { do: 'run', program: 'systemctl', args } as const } : {}),
      }),
    ];
  }
  return [];
}
