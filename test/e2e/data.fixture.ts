import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { buildTestImage, podman, testImage } from '@reconcile/testkit/podman';

const run = promisify(execFile);

export const databaseImage = (tag: string) => `localhost/reconcile-test/database:${tag}`;

/** The test image with this machine's sqlite3 and the libraries it needs. */
export async function buildDatabaseImages(tags: readonly string[]): Promise<void> {
  await buildTestImage('1');
  const dir = await mkdtemp(join(tmpdir(), 'database-'));
  try {
    const { stdout } = await run('ldd', ['/usr/bin/sqlite3']);
    const files = ['/usr/bin/sqlite3', ...(stdout.match(/\/\S+(?= \()/g) ?? [])];
    for (const file of files) {
      await mkdir(join(dir, 'root', dirname(file)), { recursive: true });
      await copyFile(file, join(dir, 'root', file));
    }
    for (const tag of tags) {
      await writeFile(join(dir, 'Containerfile'), `FROM ${testImage('1')}\nCOPY root /\nENV VERSION=${tag}\n`);
      await podman(['build', '-q', '-t', databaseImage(tag), dir]);
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Writes rows as fast as it can. `bad`: spoils what is there, and never gets ready. */
const program = {
  good: 'while :; do sqlite3 /data/notes.db "PRAGMA journal_mode=WAL; CREATE TABLE IF NOT EXISTS note(text); INSERT INTO note VALUES (hex(randomblob(500)))" >/dev/null; done',
  bad: 'echo spoilt >/data/notes.db; exec sleep 1000',
};

export function databaseService(of: {
  readonly tag: string;
  readonly source: string;
  readonly does?: keyof typeof program;
  readonly more?: string;
}): string {
  const { does = 'good', more = '', source, tag } = of;
  const check = does === 'good' ? 'true' : 'false';
  return `name = "notes"
[[components]]
name = "db"
image = "${databaseImage(tag)}"
entrypoint = ["sh", "-c"]
cmd = [${JSON.stringify(program[does])}]
volumes = ["${source}:/data"]
stop_timeout = "1s"
${more}
[components.health]
type = "exec"
command = ["${check}"]
interval = "1s"
[components.update]
snapshot = true
deadline = "2s"
min_ready = "0s"
`;
}

/** What sqlite3 on this machine says of a file. */
export async function sqlite(file: string, statement: string): Promise<string> {
  const { stdout } = await run('sqlite3', ['-cmd', '.timeout 5000', file, statement]);
  return stdout.trim();
}
