import { type Command, Option } from 'commander';
import type { DoctorOptions } from '../commands/doctor.ts';
import type { RecoverOptions } from '../commands/recover.ts';
import type { RestoreOptions } from '../commands/restore.ts';
import type { RunbookOptions } from '../commands/runbook.ts';
import type { SnapshotOptions } from '../commands/snapshot.ts';
import { exitCodes, type Pick, plainCodes, states } from './word.ts';

/** recover, doctor, runbook; snapshot, snapshots, restore. */
export function recoveryWords(root: Command, pick: Pick): void {
  const recover = root
    .command('recover')
    .description('Say what is left of this node, then bring it all back, in order');
  recover
    .option('-y, --yes', 'do not ask')
    .option('-v, --verbose', 'every action')
    .addOption(
      new Option(
        '--drill',
        'prove it beside the running node, which is not touched, and say how long it takes',
      ).conflicts(['yes', 'verbose']),
    )
    .addHelpText(
      'after',
      `\nExample:\n  reconcile recover\n  reconcile recover --drill\nAfter a lost or damaged podman database, a reboot, a lost registry: it is the ordinary pass.\n--drill needs as much memory as the node's programs once more; it ends with 0 proved, 3 something is not, 1 error.${exitCodes(states)}`,
    )
    .action((options: RecoverOptions & { readonly drill?: boolean }) =>
      pick(recover, async (cx) => {
        if (options.drill === true) return (await import('../commands/drill.ts')).runDrillCommand(cx);
        return (await import('../commands/recover.ts')).runRecover(cx, options);
      }),
    );

  const doctor = root.command('doctor').description('What is wrong with this machine, or will be when it matters');
  doctor
    .option('--fix', 'do what is safe and needs no root; asks first')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      `\nExample:\n  reconcile doctor --fix\nWorks without any configuration, too. Each finding: specs/doctor.md${exitCodes('0 no errors (warnings are shown), 1 errors')}`,
    )
    .action((options: DoctorOptions) =>
      pick(doctor, async (cx) => (await import('../commands/doctor.ts')).runDoctor(cx, options)),
    );

  const runbook = root
    .command('runbook')
    .description('Write how to bring this node back by hand: order, exact commands, checks');
  runbook
    .option('--out <file>', 'write it to a file')
    .addHelpText(
      'after',
      `\nExample:\n  reconcile runbook --out runbook.md\nKeep it on another machine, or on paper.${exitCodes(plainCodes)}`,
    )
    .action((options: RunbookOptions) =>
      pick(runbook, async (cx) => (await import('../commands/runbook.ts')).runRunbook(cx, options)),
    );
  dataWords(root, pick);
}

function dataWords(root: Command, pick: Pick): void {
  const snapshot = root.command('snapshot').description('Save the data of a service, with the sum of every file');
  const ways = [
    { flag: '--paused', says: 'while its containers are frozen (the default; needs cgroup v2)' },
    { flag: '--stopped', says: 'while it is stopped' },
    { flag: '--hook', says: 'while it runs, after its own snapshot_hook' },
  ];
  for (const { flag, says } of ways) {
    const others = ways.flatMap((way) => (way.flag === flag ? [] : [way.flag.slice(2)]));
    snapshot.addOption(new Option(flag, says).conflicts(others));
  }
  snapshot
    .argument('<service>', 'its name')
    .option('--out <file>', 'copy it there, its list beside it: FILE.json')
    .addHelpText('after', `\nExample:\n  reconcile snapshot notes --stopped${exitCodes(plainCodes)}`)
    .action((service: string, options: SnapshotOptions) =>
      pick(snapshot, async (cx) => (await import('../commands/snapshot.ts')).runSnapshot(cx, service, options)),
    );

  const snapshots = root.command('snapshots').description('What was saved of a service, newest first');
  snapshots
    .argument('<service>', 'its name')
    .addHelpText('after', `\nExample:\n  reconcile snapshots notes${exitCodes(plainCodes)}`)
    .action((service: string) =>
      pick(snapshots, async (cx) => (await import('../commands/snapshots.ts')).runSnapshots(cx, service)),
    );

  const restore = root
    .command('restore')
    .description('Put saved data back, checked to the last file; what is there now is kept aside');
  restore
    .argument('<service>', 'its name')
    .argument('[snapshot]', 'its id, or the path of an archive; default the newest')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', `\nExample:\n  reconcile restore notes${exitCodes(states)}`)
    .action((service: string, from: string | undefined, options: RestoreOptions) =>
      pick(restore, async (cx) => (await import('../commands/restore.ts')).runRestore(cx, service, { from, options })),
    );
}
