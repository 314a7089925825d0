import type { Action, Driver, ResourceKey } from '@reconcile/core';
import { containerName } from '@reconcile/core/kinds/container';
import type { Host, ReadHost } from '@reconcile/host';
import { applyStep } from './apply/apply.ts';
import type { PodmanContext, Work } from './apply/context.ts';
import { settleJob } from './apply/job.ts';
import { RecentImages } from './apply/recent-images.ts';
import { sweepRuns } from './apply/sweep.ts';
import { podmanClients } from './client/clients.ts';
import type { StoreFacts } from './client/contract.ts';
import { compareIdentity, firstUse, identityNote, identityOf, recordedIdentity, whoAmI } from './identity.ts';
import { identityStamp, stampNote } from './observe/identity-stamp.ts';
import { podmanKinds, podmanObserver } from './observe/observe.ts';
import { currentStore } from './observe/store.ts';
import type { PodmanSettings } from './settings.ts';

/** Containers, images, networks, volumes, secrets and job runs of one rootless podman. */
export function podmanDriver(settings: PodmanSettings): Driver<ReadHost, Host> {
  const clients = settings.clients ?? podmanClients(settings.transport);
  const observer = podmanObserver({ ...settings, clients });
  let store: Promise<StoreFacts> | undefined;
  const images = new RecentImages();

  const workOf = async (cx: PodmanContext, action: Action): Promise<Work> => {
    const client = await clients.writer(cx.host, cx.signal);
    const storeOnce = () => {
      // A failed look must not be the answer for the rest of the process.
      store ??= client.store().catch((error: unknown) => {
        store = undefined;
        throw error;
      });
      return store;
    };
    const image = (ref: string) => images.get(ref, { now: cx.host.clock.now(), ask: () => client.image(ref) });
    return { cx, action, client, settings, store: storeOnce, image };
  };

  return {
    name: observer.name,
    serves: [...podmanKinds, 'job'],
    observe: (cx) => observer.observe(cx),
    apply: async (cx, action) => applyStep(await workOf(cx, action)),
    async settled(cx, action) {
      if (action.kind === 'job' && action.verb === 'run') await settleJob(await workOf(cx, action));
    },
    async preflight(cx) {
      const recorded = cx.ledger.notes[identityNote];
      const who = await whoAmI(cx.host);
      compareIdentity(recorded, who);
      const known = cx.ledger.notes[stampNote];
      const before = recordedIdentity(recorded);
      const isKnown = before !== undefined && known === (await identityStamp(cx.host, before));
      const identity = isKnown
        ? before
        : identityOf(
            who,
            await currentStore({
              host: cx.host,
              client: await clients.reader(cx.host, cx.signal),
              node: settings.stateDir,
            }),
          );
      compareIdentity(recorded, identity);
      await sweepRuns(cx, () => clients.writer(cx.host, cx.signal));
      if (isKnown) return undefined;
      // Taken after podman answered: its first command may have made the database.
      const stamp = await identityStamp(cx.host, identity);
      const first = firstUse(recorded, identity);
      return first === undefined && stamp === known ? undefined : { ...first, [stampNote]: stamp };
    },
    async exec(cx, key, ...[command, timeoutMs]) {
      const client = await clients.writer(cx.host, cx.signal);
      const startedAt = cx.host.clock.now();
      const result = await client.exec(containerName(key), command, timeoutMs);
      const message = result.exitCode === 0 ? 'exit 0' : `exit ${result.exitCode}: ${result.output.trim().slice(-200)}`;
      return { healthy: result.exitCode === 0, message, durationMs: cx.host.clock.now() - startedAt };
    },
    async locate(cx, key: ResourceKey) {
      const there = await (await clients.reader(cx.host, cx.signal)).container(containerName(key));
      if (there === undefined) return { running: false, pid: 0 };
      const isUp = there.state === 'running' && (await cx.host.proc.startTicks(there.pid)) !== undefined;
      const { exitCode, id, startedAt } = there;
      // Between the end of the process and podman's record of it the code is still 0.
      const isRecorded = there.state === 'exited' || (there.state === 'stopped' && exitCode !== 0);
      const aliases = Object.values(there.networks).flat();
      return { running: isUp, pid: isUp ? there.pid : 0, startedAt, id, aliases, ...(isRecorded ? { exitCode } : {}) };
    },
    tail: async (cx, key, lines) => (await clients.reader(cx.host, cx.signal)).tail(containerName(key), lines),
  };
}
