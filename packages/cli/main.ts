import manifest from './package.json' with { type: 'json' };
import { runCommandLine } from './run.ts';

// A pipe whose reader went away is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const from = {
  env: process.env,
  cwd: process.cwd(),
  uid: process.getuid?.() ?? 0,
  stdout: process.stdout,
  stderr: process.stderr,
  // Opened when it is looked at: that loads Node's streams and terminals.
  get stdin() {
    return process.stdin;
  },
};
runCommandLine(process.argv.slice(2), from, manifest.version).then(
  // What was said is written out first; what else is open is not waited for.
  (code) => process.stdout.write('', () => process.stderr.write('', () => process.exit(code))),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
