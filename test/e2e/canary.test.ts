import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentProcess } from '@reconcile/testkit/agent';
import { FleetHome } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// A canary in every place where a secret may lie; it sings in the container that asked for it, and nowhere else.

const reason = noRealPodman();
const bundle = join(import.meta.dirname, '..', '..', 'dist', 'bin', 'reconcile.js');
/** By the slot it lies in. */
const canaries = {
  nodeFile: 'canary-node-4c1e9',
  repository: 'canary-age-77b02',
  podman: 'canary-podman-e9d3f',
  environment: 'canary-env-2a86c',
  variable: 'canary-variable-90f1d',
  filled: 'canary-filled-c37e8',
} as const;
const env = { DEPLOY_TOKEN: canaries.environment, AGENT_PASSWORD: canaries.environment };

describe.skipIf(reason !== undefined)(`the canary ${reason ?? ''}`, () => {
  let home: FleetHome;
  let agent: AgentProcess | undefined;
  const sinks = new Map<string, string>();

  /** With every canary's forms that a text may carry it in. */
  function sung(): string[] {
    return [...sinks].flatMap(([sink, text]) =>
      Object.entries(canaries)
        .filter(([, value]) => formsOf(value).some((form) => text.includes(form)))
        .map(([slot]) => `${slot} in ${sink}`),
    );
  }
  const told = async (sink: string, ...args: string[]) => {
    const { stdout, stderr } = await home.runWith(env, ...args);
    expect(stdout + stderr, sink).not.toBe('');
    sinks.set(sink, stdout + stderr);
  };

  beforeAll(async () => {
    await buildTestImage('1');
    home = await FleetHome.make({ proxy: 'none', mounts: [tmpdir()], more: '[api]\nhttp = []\n' });
    await home.git('config', 'user.name', 'ops');
    await home.git('config', 'user.email', 'ops@example.net');
    await home.commit('a vault', {
      'fleet.toml': 'name = "home"\nzone = "example.net"\n',
      'services/vault.toml': `name = "vault"
image = "${testImage('1')}"
secrets = ["node", "aged", "hand", { name = "vari", env = "VARI" }]
files = [{ source = "a.ini", target = "/etc/a.ini" }]
volumes = ["${home.dir}/data:/data"]
stop_timeout = "1s"
`,
      'services/vault/a.ini': 'pass = {{secret:inner}}\n',
    });
    await mkdir(join(home.dir, 'data'));
    await mkdir(join(home.state, 'secrets'), { recursive: true, mode: 0o700 });
    await writeFile(join(home.state, 'secrets/node'), canaries.nodeFile, { mode: 0o600 });
    await writeFile(join(home.dir, 'hand'), canaries.podman, { mode: 0o600 });
    await podman(['secret', 'create', 'hand', join(home.dir, 'hand')]);
    await rm(join(home.dir, 'hand'));
    await secret('aged', canaries.repository);
    await secret('vari', canaries.variable);
    await secret('inner', canaries.filled);
  });
  afterAll(async () => {
    await agent?.end();
    await home?.close();
    await podman(['secret', 'rm', '-a']);
  });

  function secret(name: string, value: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = execFile(
        process.execPath,
        [bundle, 'secret', 'set', name],
        { cwd: home.fleet, env: { ...process.env, RECONCILE_CONFIG: home.config }, timeout: 60_000 },
        (error, stdout, stderr) => {
          sinks.set(`secret set ${name}`, stdout + stderr);
          if (error === null) resolve();
          else reject(error);
        },
      );
      child.stdin?.end(value);
    });
  }

  it('killed with the value in hand, and failed by it, it says nothing of it', async () => {
    await told('plan', 'plan');
    await told('plan -o json', 'plan', '-o', 'json');
    for (const [how, end, said] of [
      ['kill', -1, /^/],
      // Tried again in the same pass.
      ['error', 0, /failpoint after secret/],
    ] as const) {
      const failpoint = { ...env, RECONCILE_FAILPOINT: `after:${how}:secret.create` };
      const { code, stderr, stdout } = await home.runWith(failpoint, 'apply', '-y', '-v');
      expect(code, stdout + stderr).toBe(end);
      expect(stdout + stderr).toMatch(said);
      sinks.set(`a crash (${how})`, stdout + stderr);
    }
  });

  it('is in the container, for who asked for it', async () => {
    const until = Date.now() + 60_000;
    let code = -1;
    while (code !== 0 && Date.now() < until) {
      const outcome = await home.runWith(env, 'apply', '-y', '-v');
      code = outcome.code;
      sinks.set('apply', `${sinks.get('apply') ?? ''}${outcome.stdout}${outcome.stderr}`);
    }
    expect(code, sinks.get('apply')).toBe(0);
    const name = (await home.container('vault/vault')) ?? '';
    const files = ['node', 'aged', 'hand'].map((one) => `/run/secrets/${one}`);
    const { stdout } = await podman(['exec', name, '/bin/cat', ...files]);
    expect(stdout).toBe(canaries.nodeFile + canaries.repository + canaries.podman);
    expect((await podman(['exec', name, '/bin/cat', '/etc/a.ini'])).stdout).toBe(`pass = ${canaries.filled}\n`);
    const environment = (await podman(['exec', name, '/bin/busybox', 'env'])).stdout;
    const own = `VARI=${canaries.variable}`;
    expect(environment).toContain(own);
    sinks.set("the container's environment", environment.replace(own, ''));
    // podman shows its own user what it set (specs/0059); once, and nowhere else.
    sinks.set('podman inspect', (await podman(['inspect', name])).stdout.replace(JSON.stringify(own), ''));
  });

  it('killed with a filled file in hand, it says nothing of it', async () => {
    const name = (await home.container('vault/vault')) ?? '';
    const format = '{{range .Mounts}}{{if eq .Destination "/etc/a.ini"}}{{.Source}}{{end}}{{end}}';
    const copy = (await podman(['inspect', '--format', format, name])).stdout.trim();
    for (const [how, end] of [
      ['kill', -1],
      ['error', 1],
    ] as const) {
      await rm(copy);
      const failpoint = { ...env, RECONCILE_FAILPOINT: `after:${how}:file.create` };
      const { code, stderr, stdout } = await home.runWith(failpoint, 'apply', '-y', '-v');
      expect(code, stdout + stderr).toBe(end);
      sinks.set(`a crash at a file (${how})`, stdout + stderr);
    }
    expect(await readFile(copy, 'utf8')).toBe(`pass = ${canaries.filled}\n`);
  });

  it('no command tells it', async () => {
    await told('status', 'status', '-o', 'json');
    await told('status of the service', 'status', 'vault', '-o', 'json');
    await told('explain', 'explain', 'vault', '-o', 'json');
    await told('logs', 'logs', 'vault');
    await told('events', 'events', '-o', 'json');
    await told('history', 'history', 'vault', '-o', 'json');
    await told('secret list', 'secret', 'list', '-o', 'json');
    await told('runbook', 'runbook');
    await told('render', 'render', '--as', 'podman');
    await told('doctor', 'doctor');
    await told('snapshot', 'snapshot', 'vault', '--stopped', '--out', 'copy.tar.zst', '-o', 'json');
  });

  it('the agent, its pages and its numbers do not', async () => {
    agent = await AgentProcess.start(home, env);
    await agent.converged();
    for (const path of [
      ...['/', '/metrics', '/api/v1/state', '/api/v1/status', '/api/v1/services', '/api/v1/services/vault'],
      ...['/api/v1/services/vault/explain', '/api/v1/services/vault/history', '/api/v1/plan?fresh=1', '/api/v1/past'],
      ...['/api/v1/history', '/api/v1/audit', '/api/v1/tokens', '/api/v1/health'],
    ]) {
      const { body, status } = await page(join(home.state, 'http.sock'), path);
      expect(`${status} ${path}`).toBe(`200 ${path}`);
      sinks.set(`HTTP ${path}`, body);
    }
    await agent.end();
    sinks.set('log of the agent', agent.said);
  });

  it('no file of the node holds it but its own; nor does the history of the fleet', async () => {
    sinks.set('history of the fleet', await home.git('log', '-p', '--all'));
    const own = new Set(['state/secrets/node']);
    for (const name of await readdir(home.dir, { recursive: true })) {
      const path = join(home.dir, name);
      if (own.has(name) || !(await stat(path).catch(() => undefined))?.isFile()) continue;
      sinks.set(`file ${name}`, await readFile(path, 'latin1'));
    }
    expect([...sinks.keys()]).toEqual(
      expect.arrayContaining(['file state/registry.db', 'file state/parachute.sh', 'file fleet/copy.tar.zst']),
    );
    sinks.set('inside the snapshot', await unpacked(join(home.fleet, 'copy.tar.zst')));
    expect(sinks.size).toBeGreaterThan(30);
    expect(sung()).toEqual([]);
    // That it would be heard: the one place that was left out.
    sinks.set('its own file', await readFile(join(home.state, 'secrets/node'), 'utf8'));
    expect(sung()).toEqual(['nodeFile in its own file']);
  });
});

/** As it is, and as JSON, an URL or a Base64 text would carry it. */
function formsOf(value: string): string[] {
  return [value, Buffer.from(value).toString('base64').slice(0, -4), Buffer.from(value).toString('hex')];
}

function page(socketPath: string, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = get({ socketPath, path, timeout: 10_000 }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.on('error', reject);
  });
}

function unpacked(archive: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('tar', ['--zstd', '-xOf', archive], { encoding: 'latin1', timeout: 30_000 }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
  });
}
