import { readFile } from 'node:fs/promises';
import { TestAuthority } from '@reconcile/testkit/certs';
import { freePorts, haproxyWorld, listenerActions, routeActions } from '@reconcile/testkit/proxy';
import { inTurns } from '../figures.ts';
import { handMade, plainConfig, program, tlsConfig } from '../load/hand-made.ts';
import { requests } from '../load/requests.ts';
import { besidePeer, type Row } from '../row.ts';
import type { World } from '../world.ts';

const name = 'web.example.net';

/** The same program, the same load: through our HAProxy, and through one whose configuration somebody wrote by hand. */
export async function traffic({ options }: World): Promise<Row[]> {
  const count = options.quick ? 2000 : 10_000;
  const world = await haproxyWorld();
  const [back = 0, plain = 0, tls = 0, handPlain = 0, handTls = 0] = await freePorts(5);
  const ca = new TestAuthority(world.host, { root: world.root, certificatesDir: world.settings.certificatesDir });
  await ca.sign(name);
  const running = [await handMade(program(back))];
  try {
    const secure = { listener: tls, hostname: name, mode: 'l7', tls: true, certificate: name } as const;
    const target = `127.0.0.1:${back}`;
    await world.apply(listenerActions(plain).create, listenerActions(tls, { tls: true }).create);
    await world.apply(
      routeActions({ listener: plain, hostname: name }).create([target]),
      routeActions(secure).create([target]),
    );
    const pem = await readFile(`${world.settings.dir}/${name}.pem`, 'utf8');
    running.push(
      await handMade(plainConfig(handPlain, back)),
      await handMade(tlsConfig(handTls, back), { 'web.pem': pem }),
    );
    const root = await ca.root();
    const compare = async (
      kind: string,
      [ours, theirs]: readonly [number, number],
      given: { readonly ca?: string },
    ) => {
      const us = () => requests(count, { port: ours, ...given });
      const peer = () => requests(count, { port: theirs, ...given });
      await us();
      await peer();
      const about = { measure: `${count} requests${kind}`, limit: 1.1, peer: 'HAProxy by hand' };
      return besidePeer(about, await inTurns(options.runs, { peer, us }));
    };
    return [await compare('', [plain, handPlain], {}), await compare(' over TLS', [tls, handTls], { ca: root })];
  } finally {
    await world.close();
    for (const one of running) await one.stop();
  }
}
