import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startDns } from './demo/dns.ts';
import { ask, type Site, startLoad } from './demo/load.ts';
import { freePort } from './demo/port.ts';

// The main job, live: run by `./dev demo` inside a throw-away rootless world. Every command shown is really run.

const home = mkdtempSync(join(process.env.HOME ?? '.', 'demo-'));
const fleet = join(home, 'fleet');
const port = await freePort();
const dns = await startDns(join(home, 'dns'));
const env = {
  ...process.env,
  RECONCILE_CONFIG: join(home, 'node.toml'),
  GIT_AUTHOR_NAME: 'demo',
  GIT_AUTHOR_EMAIL: 'demo@example.net',
  GIT_COMMITTER_NAME: 'demo',
  GIT_COMMITTER_EMAIL: 'demo@example.net',
};
const bright = process.stdout.isTTY === true && !process.env.NO_COLOR;
let step = 0;

function say(text: string): void {
  step++;
  console.log(bright ? `\n\u001b[1;36m${step}. ${text}\u001b[0m` : `\n${step}. ${text}`);
}

function note(text: string): void {
  console.log(`   ${text}`);
}

function put(path: string, text: string): void {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o600 });
}

/** Shows a command, runs it, and insists on its exit code. Not synchronous: requests go on meanwhile. */
async function run(command: string, wanted = 0): Promise<void> {
  console.log(bright ? `\u001b[2m$ ${command}\u001b[0m` : `$ ${command}`);
  const child = spawn('sh', ['-c', command], {
    cwd: fleet,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: 60_000,
  });
  const status = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('exit', resolve),
  );
  if (status !== wanted) throw new Error(`${command} ended with ${status}, expected ${wanted}`);
}

function must(fact: boolean, what: string): void {
  if (!fact) throw new Error(`not so: ${what}`);
  note(`✔ ${what}`);
}

const update = '[components.update]\ndeadline = "5s"\nmin_ready = "500ms"\ndrain = "1s"\n';

function web(version: string, command: string): string {
  return `name = "web"
depends_on = ["store"]
path = "app"

[build.images]
demo-web = "Containerfile"

[[components]]
name = "main"
image = "localhost/demo-web:${version}"
env = { VERSION = "${version}" }
cmd = ["${command}"]
stop_timeout = "1s"

[[components.routes]]

[components.health]
type = "http"
path = "/"

${update}`;
}

const store = `name = "store"
path = "app"

[build.images]
demo-store = "Containerfile"

[[components]]
name = "main"
image = "localhost/demo-store:1"
env = { VERSION = "1" }
cmd = ["serve"]
volumes = ["demo-data:/data"]
stop_timeout = "1s"

[[components.routes]]

${update}`;

function site(host: string): Site {
  return { host, port, root: readFileSync(join(home, 'root.pem'), 'utf8'), lookup: dns.lookup };
}

const fleetToml = `name = "demo"
zone = "demo.example.net"

[[zones]]
zone = "demo.example.net"
driver = "hosts"
issuer = "internal-ca"

[[boot.sequence]]
stage = "data"
services = ["store"]
timeout = "20s"
`;

const nodeToml = `node = "demo"
state_dir = "${home}/state"
workspace = "${home}"

[addresses]
loopback = "127.0.0.1"

[source]
type = "git"
path = "${fleet}"

[drivers.hosts]
dir = "${dns.hostsDir}"
server = "${dns.server}"

[drivers.internal-ca]

[listeners]
443 = ["127.0.0.1:${port}"]
`;

async function demo(): Promise<void> {
  say(
    'A fleet is a git repository: fleet.toml and one file per service. This one has two services in two boot stages.',
  );
  put('app/Containerfile', 'FROM scratch\nCOPY busybox serve hang /bin/\nENTRYPOINT ["/bin/busybox", "sh", "-c"]\n');
  put(
    'app/serve',
    'mkdir -p /www && echo "$VERSION" >/www/index.html && exec /bin/busybox httpd -f -p "$PORT" -h /www\n',
  );
  put('app/hang', 'echo "cannot find my database" && exec /bin/busybox sleep 3600\n');
  spawnSync('cp', ['/bin/busybox', join(home, 'app/busybox')]);
  put('fleet/fleet.toml', fleetToml);
  put('fleet/services/store.toml', store.replace('"serve"', '". /bin/serve"'));
  put('fleet/services/web.toml', web('1', '. /bin/serve'));
  put('node.toml', nodeToml);
  await run('git init -q -b main && git add -A && git commit -qm "two services" && git log --oneline');

  say(
    'The plan: what would be done, why, and what it costs. It cannot write, because it is built from parts that cannot.',
  );
  await run('reconcile plan', 2);

  say(
    'The same plan, carried out: images, containers stage by stage, each gated on health, certificates, routes, then names.',
  );
  await run('reconcile apply -y');

  say(
    'Both answer over HTTPS, by name: the address from dnsmasq, the certificate believed by the root of this node alone.',
  );
  await run('reconcile cert root > ../root.pem');
  await run('reconcile route list && reconcile cert list && reconcile dns list');
  const webSite = site('web.demo.example.net');
  const storeSite = site('store.demo.example.net');
  must((await ask(webSite)).trim() === '1', `https://${webSite.host}:${port}/ answers 1, verified`);
  must((await ask(storeSite)).trim() === '1', `https://${storeSite.host}:${port}/ answers 1, verified`);

  say('Somebody kills a container. The next pass puts it back, and touches nothing else.');
  await run('podman kill $(podman ps -q --filter label=io.reconcile.slot=web/main)');
  await run('reconcile apply -y');
  must((await ask(webSite)).trim() === '1', `${webSite.host} answers 1 again`);

  say('A new version of web, under 200 requests a second: the new one beside the old, gate, switch, drain.');
  put('fleet/services/web.toml', web('2', '. /bin/serve'));
  await run('git commit -qam "web 2"');
  const load = startLoad(webSite, 200);
  await run('reconcile apply -y');
  const first = await load.stop();
  must(
    first.failed === 0 && first.answers.get('2') !== undefined,
    `${first.sent} requests, ${first.failed} failed, answered by version ${[...first.answers.keys()].join(' then ')}`,
  );

  say(
    'A new version of store. Its volume has one writer, so it is stopped first: requests wait at the proxy, none fails.',
  );
  put(
    'fleet/services/store.toml',
    store.replace('"serve"', '". /bin/serve"').replace('VERSION = "1"', 'VERSION = "2"'),
  );
  await run('git commit -qam "store 2"');
  const parked = startLoad(storeSite, 200);
  await run('reconcile apply -y');
  const second = await parked.stop();
  must(
    second.failed === 0 && second.answers.get('2') !== undefined,
    `${second.sent} requests, ${second.failed} failed, the longest waited ${second.slowestMs} ms`,
  );

  say(
    'A broken version: it never answers. Its gate expires, the good one serves on, the bad one is remembered and not retried.',
  );
  put('fleet/services/web.toml', web('3', '. /bin/hang'));
  await run('git commit -qam "web 3"');
  const broken = startLoad(webSite, 200);
  await run('reconcile apply -y', 3);
  const third = await broken.stop();
  must(
    third.failed === 0 && third.answers.get('3') === undefined,
    `${third.sent} requests, ${third.failed} failed, all answered by version 2`,
  );

  say('The mistake is reverted, and the node is what the repository says.');
  await run('git revert --no-edit HEAD >/dev/null && git log --oneline | head -n 1');
  await run('reconcile apply -y');
  await run('reconcile', 0);

  say('web goes: its name first, then route and certificate, then the container. Nothing of it is left.');
  await run('git rm -q services/web.toml && git commit -qm "web goes" -m "Reconcile-Allow: remove web"');
  await run('reconcile apply -y');
  must((await dns.resolve(webSite.host)).length === 0, `dnsmasq does not know ${webSite.host} any more`);
  must(
    !filesOf(home, 'state').some((name) => name.includes(webSite.host)),
    'no certificate and no file of it is on this machine',
  );
  must((await ask(storeSite)).trim() === '2', `${storeSite.host} answers 2`);
}

function filesOf(...path: readonly string[]): string[] {
  const dir = join(...path);
  return existsSync(dir) ? readdirSync(dir, { recursive: true }).map(String) : [];
}

const startedAt = Date.now();
try {
  await demo();
  console.log(`\ndone in ${Math.round((Date.now() - startedAt) / 1000)} s; nothing of this is left when ./dev returns`);
} finally {
  dns.stop();
  spawnSync('podman', ['rm', '-af', '-t', '0'], { env, stdio: 'ignore', timeout: 60_000 });
  rmSync(home, { recursive: true, force: true });
}
