import { readFileSync } from 'node:fs';

// vitest-report.ts FILE: how many tests passed, failed and were skipped, on one line; then each failure with its cause. Shown
// at the very end of ./dev test, since what keeps its output may keep the end alone.

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
}

const LINES_OF_CAUSE = 12;

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const COLOURS = /\u001B\[[\d;]*m/g;

function cause(text: string): string {
  return text
    .replace(COLOURS, '')
    .trim()
    .split('\n')
    .filter((line) => !line.includes('/node_modules/'))
    .slice(0, LINES_OF_CAUSE)
    .map((line) => `    ${line}\n`)
    .join('');
}

const report = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Report;
const failures = report.testResults.flatMap((file) => {
  const failed = file.assertionResults.filter((test) => test.status === 'failed');
  // End-to-end tests run in a copy of the checkout.
  const where = file.name.replace(/^.*?\/(?=(?:test|packages)\/)/, '');
  // A file that could not be read, or a hook that threw, has no failed test.
  if (failed.length === 0 && file.status === 'failed')
    return [`  ${where}\n${cause(file.message || 'a hook, or the file itself: its part above shows the cause')}`];
  return failed.map((test) => `  ${where} > ${test.fullName}\n${(test.failureMessages ?? []).map(cause).join('')}`);
});
process.stdout.write(
  `${report.numPassedTests} ${report.numFailedTests} ${report.numPendingTests}\n${failures.join('')}`,
);
