import type { Host, ReadHost, RunResult } from '@reconcile/host';
import { fail } from '../errors.ts';
import type { InstallFacts } from './facts.ts';
import { agentUnit, mark, parachuteTimer, parachuteUnit, type UnitFile, unitFiles } from './units.ts';

/** One thing that installing does, or would do. */
export interface InstallStep {
  readonly does: 'write' | 'keep' | 'remove' | 'run';
  /** A file, or a command line. */
  readonly what: string;
  readonly why: string;
}

export interface Installed {
  readonly steps: readonly InstallStep[];
  /** The agent said that it is ready; false also where nothing was started. */
  readonly isReady: boolean;
  /** What is left for a person, as commands. */
  readonly left: readonly { readonly command: string; readonly why: string }[];
}

interface Looked {
  readonly files: readonly (UnitFile & { readonly path: string; readonly before: string | undefined })[];
  readonly lingers: boolean;
  readonly user: string;
}

const systemctlTimeoutMs = 30_000;
/** Longer than the unit's own TimeoutStartSec. */
const startTimeoutMs = 120_000;

/**
 * Looks what installing would change; writes nothing. undefined: systemd does not run this machine.
 * @param user name of the caller, for linger. @throws INSTALL_FOREIGN INSTALL_OTHER INSTALL_NO_MANAGER
 */
export async function lookAtInstall(host: ReadHost, facts: InstallFacts, user: string): Promise<Looked | undefined> {
  // sd_booted(3)
  if ((await host.files.stat('/run/systemd/system'))?.kind !== 'directory') return undefined;
  return look(host, facts, user);
}

async function look(host: ReadHost, facts: InstallFacts, user: string): Promise<Looked> {
  const files = await Promise.all(
    unitFiles(facts).map(async (file) => {
      const path = `${facts.dir}/${file.name}`;
      const before = await host.files.text(path, { maxBytes: 65_536 });
      return { ...file, path, before };
    }),
  );
  for (const { before, path } of files) {
    if (before !== undefined && !before.startsWith(mark)) {
      throw fail('INSTALL_FOREIGN', {
        message: `write ${path}`,
        key: path,
        actual: 'a unit that we did not write',
        hint: `mv ${path} ${path}.old`,
      });
    }
  }
  const own = files.find(({ name }) => name === agentUnit);
  const other = / --config (\S+) agent$/m.exec(own?.before ?? '')?.[1];
  const ours = / --config (\S+) agent$/m.exec(own?.text ?? '')?.[1];
  if (other !== undefined && other !== ours) {
    throw fail('INSTALL_OTHER', {
      message: `install the agent of ${facts.config}`,
      actual: `the agent of ${other} is installed for this user`,
      hint: `reconcile --config ${other} install --uninstall`,
    });
  }
  const lingers = facts.scope === 'system' || (await host.files.stat(`/var/lib/systemd/linger/${user}`)) !== undefined;
  return { files, lingers, user };
}

/** What `install` does, in order; said before it is done. */
export function installSteps(facts: InstallFacts, looked: Looked): InstallStep[] {
  const files = looked.files.map(({ before, name, path, text }): InstallStep => {
    const why = purpose(name);
    return { does: before === text ? 'keep' : 'write', what: path, why };
  });
  return [
    ...files,
    ...[...commands(facts), starting(facts)].map(
      ({ args, why }): InstallStep => ({ does: 'run', what: ['systemctl', ...args].join(' '), why }),
    ),
    ...(looked.lingers ? [] : [{ does: 'run', what: lingerCommand(looked.user).join(' '), why: lingerWhy } as const]),
  ];
}

const lingerWhy = 'this user’s services start at boot and outlive a logout';

function lingerCommand(user: string): [string, ...string[]] {
  return ['loginctl', 'enable-linger', user];
}

function purpose(name: string): string {
  switch (name) {
    case agentUnit:
      return 'runs the agent, starts it again when it ends or falls silent; its end stops no container';
    case parachuteUnit:
      return 'starts the services by podman alone while the agent is not ready';
    default:
      return 'asks for that 120 s after a boot';
  }
}

interface SystemctlCall {
  readonly args: readonly string[];
  readonly why: string;
}

function manager(facts: InstallFacts): readonly string[] {
  return facts.scope === 'user' ? ['--user'] : [];
}

function commands(facts: InstallFacts): SystemctlCall[] {
  const own = manager(facts);
  return [
    { args: [...own, 'daemon-reload'], why: 'systemd reads them' },
    ...(facts.parachute === undefined
      ? []
      : [{ args: [...own, 'enable', '--now', parachuteTimer], why: 'armed from now on, at every boot' }]),
    { args: [...own, 'enable', agentUnit], why: 'runs at every boot' },
  ];
}

/** Of an agent that runs already the new unit counts at once: its end stops nothing. */
function starting(facts: InstallFacts): SystemctlCall {
  return { args: [...manager(facts), 'restart', agentUnit], why: 'runs now; waits until it is ready' };
}

/**
 * Writes the units, has systemd read and enable them; what fails is undone, files are put back as they were. Then starts the
 * agent: one that does not become ready stays installed, since it is tried again for ever. @throws INSTALL_REFUSED INSTALL_FOREIGN INSTALL_OTHER FILE_*
 */
export async function install(host: Host, facts: InstallFacts, user: string): Promise<Installed> {
  const looked = await look(host, facts, user);
  const steps = installSteps(facts, looked);
  const done: string[] = [];
  try {
    await host.files.makeDir(facts.dir, { mode: 0o755 });
    for (const { before, path, text } of looked.files) {
      if (before === text) continue;
      done.push(path);
      await host.files.write(path, text, { mode: 0o644 });
    }
    for (const { args } of commands(facts)) await systemctl(host, args);
  } catch (error) {
    await putBack(host, facts, looked);
    throw error;
  }
  const left: Installed['left'][number][] = [];
  if (!looked.lingers && !(await enableLinger(host, user)))
    left.push({ command: `sudo ${lingerCommand(user).join(' ')}`, why: lingerWhy });
  const started = await host.run.run('systemctl', starting(facts).args, { timeoutMs: startTimeoutMs });
  if (started.exitCode !== 0)
    left.push({ command: journal(facts), why: 'the agent did not become ready; it is tried again every second' });
  return { steps, left, isReady: started.exitCode === 0 };
}

async function putBack(host: Host, facts: InstallFacts, { files }: Looked): Promise<void> {
  const fresh = files.filter(({ before }) => before === undefined);
  if (fresh.length === files.length)
    await quietly(() => systemctl(host, [...manager(facts), 'disable', ...enabled(facts)]));
  for (const { before, path } of files) {
    if (before === undefined) await host.files.remove(path);
    else await host.files.write(path, before, { mode: 0o644 });
  }
  await quietly(() => systemctl(host, [...manager(facts), 'daemon-reload']));
}

function enabled(facts: InstallFacts): string[] {
  return [...(facts.parachute === undefined ? [] : [parachuteTimer]), agentUnit];
}

/** polkit lets people do that for themselves where they sit; else root has to. */
async function enableLinger(host: Host, user: string): Promise<boolean> {
  const [program, ...args] = lingerCommand(user);
  const result = await host.run.run(program, args, { timeoutMs: systemctlTimeoutMs }).catch(() => undefined);
  return result?.exitCode === 0;
}

/** Takes the units away; containers and proxy run on. Nothing of ours there is fine. @throws INSTALL_REFUSED INSTALL_FOREIGN INSTALL_OTHER */
export async function uninstall(
  host: Host,
  facts: InstallFacts,
  how: { readonly user: string; readonly dryRun: boolean },
): Promise<Installed> {
  const { files } = await look(host, { ...facts, parachute: facts.parachute ?? '' }, how.user);
  const there = files.filter(({ before }) => before !== undefined);
  if (there.length === 0) return { steps: [], left: [], isReady: false };
  const names = there.map(({ name }) => name).filter((name) => name !== parachuteUnit);
  const off = [...manager(facts), 'disable', '--now', ...names];
  const reload = [...manager(facts), 'daemon-reload'];
  const steps: InstallStep[] = [
    { does: 'run', what: ['systemctl', ...off].join(' '), why: 'the agent ends; containers and proxy run on' },
    ...there.map(({ name, path }): InstallStep => ({ does: 'remove', what: path, why: purpose(name) })),
    { does: 'run', what: ['systemctl', ...reload].join(' '), why: 'systemd forgets them' },
  ];
  if (!how.dryRun) {
    await systemctl(host, off);
    for (const { path } of there) await host.files.remove(path);
    await systemctl(host, reload);
  }
  return { steps, left: [], isReady: false };
}

/** @throws INSTALL_REFUSED with systemd's words */
async function systemctl(host: Host, args: readonly string[]): Promise<RunResult> {
  const result = await host.run.run('systemctl', args, { timeoutMs: systemctlTimeoutMs });
  if (result.exitCode === 0) return result;
  const said = result.stderr.trim();
  const noManager = /Failed to connect to bus|No medium found/i.test(said);
  throw fail('INSTALL_REFUSED', {
    message: ['systemctl', ...args].join(' '),
    actual: said,
    hint: noManager
      ? 'this login has no systemd of the user: sudo loginctl enable-linger "$USER", then log in again (ssh, or machinectl shell), not by su'
      : journal({ scope: args.includes('--user') ? 'user' : 'system' }),
  });
}

function journal({ scope }: Pick<InstallFacts, 'scope'>): string {
  return `journalctl ${scope === 'user' ? '--user ' : ''}-u ${agentUnit} -n 50`;
}

async function quietly(work: () => Promise<unknown>): Promise<void> {
  await work().catch(() => undefined);
}
