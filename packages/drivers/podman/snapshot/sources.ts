import { fail } from '../client/fail.ts';
import type { DataSource, SnapshotHow } from './model.ts';
import { quick, runTool, type SnapshotContext, throughAll } from './tools.ts';

/** Where named volumes and host directories lie on this machine. @throws SNAPSHOT_NONE: no such volume */
export async function dataSources(cx: SnapshotContext, names: readonly string[]): Promise<readonly DataSource[]> {
  return Promise.all(
    names.map(async (name) => {
      if (name.startsWith('/')) return { name, path: name };
      const argv = ['podman', 'volume', 'inspect', '--format', '{{.Mountpoint}}', '--', name];
      const { exitCode, stdout } = await runTool(cx, argv, { ...quick, fine: [0, 1, 125] });
      const path = stdout.trim();
      if (exitCode === 0 && path.startsWith('/')) return { name, path };
      throw fail('SNAPSHOT_NONE', {
        message: `find volume ${name}`,
        wanted: 'a volume of podman',
        actual: 'not there',
      });
    }),
  );
}

/** Containers that run on any of these sources, whoever they are. */
export async function runningOn(cx: SnapshotContext, sources: readonly DataSource[]): Promise<readonly string[]> {
  const filters = sources.flatMap(({ name }) => ['--filter', `volume=${name}`]);
  const { stdout } = await runTool(cx, ['podman', 'ps', ...filters, '--format', '{{.Names}}'], quick);
  return stdout
    .split('\n')
    .filter((name) => name !== '')
    .sort();
}

/** @throws SNAPSHOT_IN_USE */
export async function assertNobodyRuns(cx: SnapshotContext, sources: readonly DataSource[]): Promise<void> {
  const running = await runningOn(cx, sources);
  if (running.length === 0) return;
  throw fail('SNAPSHOT_IN_USE', {
    message: `touch ${sources.map(({ name }) => name).join(', ')}`,
    wanted: 'nobody that runs on it',
    actual: `${running.join(', ')} ${running.length === 1 ? 'does' : 'do'}`,
    hint: 'stop the others first: reconcile stop SERVICE --local',
  });
}

/** A command of the service, run in its container just before its data is read. */
export interface Hook {
  readonly container: string;
  readonly command: readonly string[];
}

/** Makes data hold still for as long as `work` takes. @throws SNAPSHOT_IN_USE SNAPSHOT_TOOL */
export async function holdStill(
  cx: SnapshotContext,
  { hooks, how, sources }: { how: SnapshotHow; sources: readonly DataSource[]; hooks: readonly Hook[] },
  work: () => Promise<void>,
): Promise<void> {
  switch (how) {
    case 'stopped':
      await assertNobodyRuns(cx, sources);
      return work();
    case 'hook':
      for (const { command, container } of hooks)
        await runTool(cx, ['podman', 'exec', container, ...command], throughAll);
      return work();
    case 'paused': {
      const running = await runningOn(cx, sources);
      if (running.length === 0) return work();
      // Needs cgroup v2 (podman-pause(1)).
      const hint = 'without it: reconcile snapshot SERVICE --stopped';
      try {
        await runTool(cx, ['podman', 'pause', ...running], { ...quick, hint });
        await work();
      } finally {
        await runTool({ ...cx, signal: new AbortController().signal }, ['podman', 'unpause', ...running], {
          ...quick,
          fine: [0, 125],
        });
      }
    }
  }
}
