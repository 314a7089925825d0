import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTurns } from '../figures.ts';
import { freeRanges } from '../ports.ts';
import { besidePeer, type Row } from '../row.ts';
import { image, type Service } from '../services.ts';
import { Us } from '../sides/us.ts';
import type { World } from '../world.ts';

/**
 * A quiet pass over containers that are also reachable, each by a route and a record, beside a pass of the same node with the
 * same containers that drives podman alone.
 */
export async function reachable(world: World): Promise<Row[]> {
  const { options } = world;
  const size = Math.max(...options.sizes);
  const us = new Us('reachable', world);
  const { dir } = us.place;
  const [web = 0] = freeRanges(1, 1);
  const names = join(dir, 'names');
  mkdirSync(names);
  writeFileSync(
    join(dir, 'fleet', 'fleet.toml'),
    'name = "bench"\nzone = "bench.test"\n\n[[zones]]\nzone = "bench.test"\ndriver = "hosts"\naddress = "here"\n',
  );
  const node = (proxy: string) => `node = "bench"
state_dir = "${dir}/state"

[addresses]
here = "127.0.0.1"

[source]
type = "git"
path = "${dir}/fleet"

[listeners]
80 = ["127.0.0.1:${web}"]

[drivers]
containers = "podman"
proxy = "${proxy}"
`;
  const whole = join(dir, '.config/reconcile/node.toml');
  writeFileSync(whole, `${node('haproxy')}\n[drivers.hosts]\ndir = "${names}"\n`, { mode: 0o600 });
  const podmanOnly = join(dir, '.config/reconcile/podman.toml');
  writeFileSync(podmanOnly, node('none'), { mode: 0o600 });
  try {
    us.want(
      Array.from({ length: size }, (_, n) => ({ name: `s${n + 1}`, port: 0 })),
      definition,
    );
    us.apply();
    await us.place.endServices();
    const pass = (config: string) => us.pass('--config', config);
    pass(whole);
    pass(podmanOnly);
    const seen = await inTurns(options.runs, { peer: () => pass(podmanOnly), us: () => pass(whole) });
    const measure = `quiet pass, ${size} containers, routes, records`;
    return [besidePeer({ measure, limit: 1.5, peer: 'our podman-only pass' }, seen)];
  } finally {
    endProxy(join(dir, 'state/haproxy/haproxy.pid'));
    await us.place.empty();
  }
}

/** It is no child of anybody's: it would outlive the bench. */
function endProxy(pidFile: string): void {
  if (!existsSync(pidFile)) return;
  process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGTERM');
}

function definition({ name }: Service): string {
  return `name = "${name}"

[[components]]
name = "main"
image = "${image}"
stop_timeout = "1s"

[components.health]
type = "running"

[[components.routes]]
port = 80
container_port = 8080
`;
}
