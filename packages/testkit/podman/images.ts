import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the test image understands; each as a variable of the container. */
export interface WebWords {
  /** serve (default) · silent: listens on nothing · loopback: listens on 127.0.0.1 only · exit: ends after $AFTER seconds with $CODE · broken: answers 404 to everything */
  readonly MODE?: 'serve' | 'silent' | 'loopback' | 'exit' | 'broken';
  readonly PORT?: string;
  /** Text it answers with; the image's tag without it. */
  readonly VERSION?: string;
  readonly AFTER?: string;
  readonly CODE?: string;
}

const script = `#!/bin/sh
trap 'echo reloaded' HUP
trap 'echo ended; exit 0' TERM INT
echo "web $VERSION \${MODE:-serve} on \${PORT:-8080}"
mkdir -p /tmp/www
echo "$VERSION" >/tmp/www/index.html
echo ok >/tmp/www/healthz
case \${MODE:-serve} in
  serve) httpd -f -p "\${PORT:-8080}" -h /tmp/www & ;;
  loopback) httpd -f -p "127.0.0.1:\${PORT:-8080}" -h /tmp/www & ;;
  broken) httpd -f -p "\${PORT:-8080}" -h /dev & ;;
  exit) sleep "\${AFTER:-0}"; exit "\${CODE:-1}" ;;
esac
while :; do sleep 1000 & wait $!; done
`;

const applets = [
  'sh',
  'httpd',
  'sleep',
  'echo',
  'mkdir',
  'true',
  'false',
  'cat',
  'nc',
  'wget',
  'ls',
  'touch',
  'id',
  'kill',
  'nslookup',
  'dd',
];

export const testImage = (tag: string) => `localhost/reconcile-test/web:${tag}`;

/** Builds the test image from nothing but busybox-static; without a RUN it needs no container. Returns its id. */
export async function buildTestImage(
  tag: string,
  options: { readonly labels?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const dir = await mkdtemp(`${tmpdir()}/reconcile-image-`);
  try {
    await mkdir(`${dir}/bin`);
    await mkdir(`${dir}/tmp`);
    await chmod(`${dir}/tmp`, 0o1777);
    await copyFile('/bin/busybox', `${dir}/bin/busybox`);
    for (const applet of applets) await symlink('busybox', `${dir}/bin/${applet}`);
    await writeFile(`${dir}/bin/web`, script, { mode: 0o755 });
    const labels = Object.entries(options.labels ?? {}).map(
      ([key, value]) => `LABEL ${key}=${JSON.stringify(value)}\n`,
    );
    const recipe = `FROM scratch\nCOPY bin /bin\nCOPY tmp /tmp\nENV VERSION=${tag}\n${labels.join('')}CMD ["/bin/web"]\n`;
    await writeFile(`${dir}/Containerfile`, recipe);
    const { stdout } = await podman(['build', '--quiet', `--tag=${testImage(tag)}`, '--', dir]);
    return stdout.trim().split('\n').at(-1) ?? '';
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** podman of the test's own user, with a deadline. */
export function podman(args: readonly string[], timeout = 60_000): Promise<{ stdout: string; stderr: string }> {
  return run('podman', [...args], { timeout, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 });
}

/** Why tests on real podman cannot run here; undefined when they can. They harm podman's database, so only in a world of their own. */
export function noRealPodman(): string | undefined {
  if (process.getuid?.() === 0) return 'real podman: not as root';
  if (process.env.RECONCILE_OUT === undefined) return 'real podman: only in a throw-away world (./dev test)';
  return undefined;
}
