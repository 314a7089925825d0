import type { Command } from 'commander';
import type { DoctorOptions } from '../commands/doctor.ts';
import { exitCodes, type Pick } from './word.ts';

/** doctor. */
export function recoveryWords(root: Command, pick: Pick): void {
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
}
