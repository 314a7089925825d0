import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import type { Proc } from './contract.ts';
import { listensAt } from './listens.ts';
import { networkOf, runningPrograms } from './programs.ts';
import { readParent, readStartTicks } from './stat.ts';

/** This machine's processes, from /proc. */
export const machineProcesses: Proc = {
  startTicks: readStartTicks,
  parent: readParent,
  listens: listensAt,
  programs: runningPrograms,
  network: networkOf,
  upMs: () => Math.round(uptime() * 1000),
  bootId: async () => (await readFile('/proc/sys/kernel/random/boot_id', 'latin1')).trim(),
  uid: () => process.getuid?.() ?? -1,
};
