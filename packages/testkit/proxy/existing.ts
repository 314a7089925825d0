import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { type HaproxyWorld, haproxyWorld } from './haproxy.ts';

/** A HAProxy that somebody runs by a configuration of his own, and our driver beside it. */
export interface ExistingHaproxy extends HaproxyWorld {
  /** His configuration, as he wrote it. */
  readonly handMade: string;
  /** Starts his HAProxy again with other arguments behind `-f <his file>`. */
  restart(more: readonly string[]): Promise<void>;
}

/**
 * @param text of his sections; `global` with the sockets we need stands in front of it
 * @param more further arguments; `-f <our directory>` unless given
 */
export async function existingHaproxy(text: string, more?: readonly string[]): Promise<ExistingHaproxy> {
  const root = await mkdtemp(`${tmpdir()}/rcx-`);
  const [stats, master] = [`${root}/their-stats.sock`, `${root}/their-master.sock`];
  const handMade = `${root}/their.cfg`;
  await writeFile(
    handMade,
    `global\n  stats socket ${stats} mode 600 level admin expose-fd listeners\n  hard-stop-after 4s\n${text}`,
  );
  const world = await haproxyWorld({ managed: false, stats_socket: stats, master_socket: master }, root);
  await mkdir(world.settings.configDir, { recursive: true, mode: 0o700 });
  const pidFile = `${root}/their.pid`;
  const pid = async () => Number((await readFile(pidFile, 'utf8').catch(() => '')).trim());
  const stop = async () => {
    const running = await pid();
    if (running < 2) return;
    for (const one of await family(running)) kill(one);
    for (let tries = 0; tries < 250 && isAlive(running); tries++) await pause(20);
  };
  const restart = async (given: readonly string[]) => {
    await stop();
    const args = ['-W', '-D', '-S', `${master},mode,600`, '-p', pidFile, '-f', handMade, ...given];
    const child = spawn('haproxy', args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const code = await new Promise((resolve) => child.once('exit', resolve));
    if (code !== 0) throw new Error(`their haproxy does not start: ${code}`);
    await world.askMaster('show proc');
  };
  await restart(more ?? ['-f', world.settings.configDir]);
  return {
    ...world,
    handMade,
    restart,
    async pids() {
      const running = await pid();
      return running > 1 && isAlive(running) ? family(running) : [];
    },
    async close() {
      await stop();
      await world.close();
    },
  };
}

/** A master and its workers. */
async function family(master: number): Promise<number[]> {
  const text = await readFile(`/proc/${master}/task/${master}/children`, 'utf8').catch(() => '');
  return [
    master,
    ...text
      .trim()
      .split(' ')
      .filter((word) => word !== '')
      .map(Number),
  ];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went by itself.
  }
}
