import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// podman5-report.ts DIR: vitest's reports of DIR as a section for specs/evidence.md. Ends with 1 unless everything passed.

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly success: boolean;
}

const dir = process.argv[2] ?? '.';
const reports = readdirSync(dir)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .map((name) => ({
    file: name.slice(0, -'.json'.length).replaceAll('_', '/'),
    report: JSON.parse(readFileSync(join(dir, name), 'utf8')) as Report,
  }));
const sum = (of: keyof Omit<Report, 'success'>) => reports.reduce((total, { report }) => total + report[of], 0);
const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
const lines = [
  `## ${new Date().toISOString().slice(0, 10)}, \`./dev podman5\` at ${commit}`,
  '',
  readFileSync(join(dir, 'versions'), 'utf8').trim(),
  '',
  '| tests | passed | failed | skipped |',
  '|---|---|---|---|',
  ...reports.map(
    ({ file, report }) =>
      `| ${file} | ${report.numPassedTests} | ${report.numFailedTests} | ${report.numPendingTests} |`,
  ),
  `| all | ${sum('numPassedTests')} | ${sum('numFailedTests')} | ${sum('numPendingTests')} |`,
];
process.stdout.write(`\n${lines.join('\n')}\n`);
process.exitCode = reports.length > 0 && reports.every(({ report }) => report.success) ? 0 : 1;
