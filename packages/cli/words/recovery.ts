import type { Command } from 'commander';
import type { DoctorOptions } from '../commands/doctor.ts';
import type { RecoverOptions } from '../commands/recover.ts';
import type { RunbookOptions } from '../commands/runbook.ts';
import { exitCodes, type Pick, plainCodes, states } from './word.ts';

/** recover, doctor, runbook. */
export function recoveryWords(root: Command, pick: Pick): void {
  const recover = root
    .command('recover')
    .description('Say what is left of this node, then bring it all back, in order');
  recover
    .option('-y, --yes', 'do not ask')
    .option('-v, --verbose', 'every action')
    .addHelpText(
      'after',
      `\nExample:\n  reconcile recover\nAfter a lost or damaged podman database, a reboot, a lost registry: it is the ordinary pass.${exitCodes(states)}`,
    )
    .action((options: RecoverOptions) =>
      pick(recover, async (cx) => (await import('../commands/recover.ts')).runRecover(cx, options)),
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
}
