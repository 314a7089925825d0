import { listenerActions, routeActions } from './actions.ts';
import { haproxyWorld } from './haproxy.ts';

// Started as a process of its own, to be killed at any moment: `tsx mortal.ts ROOT PORT SECOND TARGET`. Changes routes and
// listeners without end, so that whenever the end comes something is half done.

const [root = '', port = '0', second = '0', target = ''] = process.argv.slice(2);
const world = await haproxyWorld({}, root);
const extra = listenerActions(Number(second));
const routes = Array.from({ length: 20 }, (_, n) =>
  routeActions({ listener: Number(port), hostname: `m${n}.example.net` }),
);
await world.apply(listenerActions(Number(port)).create);
process.stdout.write('begun\n');
for (;;) {
  await world.applyTogether(...routes.map((route) => route.create([target])), extra.create);
  await world.applyTogether(...routes.map((route) => route.park([target])));
  await world.applyTogether(...routes.map((route) => route.unpark([target])));
  await world.applyTogether(...routes.map((route) => route.delete), extra.delete);
}
