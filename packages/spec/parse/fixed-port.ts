import { knownPort, readImage } from '../syntax/index.ts';
import type { ParsedComponent } from './parsed-component.ts';

/**
 * Everybody's second mistake: a route to a program that has never heard of `$PORT`. That cannot be known from outside, so
 * only what the definition itself or the image's documentation says counts, and it is a warning.
 */
export function warnFixedPort(component: ParsedComponent): void {
  const { place, routes } = component;
  for (const { value: route, path } of routes) {
    if (route.containerPort !== null) continue;
    const hint = evidence(component);
    if (hint === undefined) continue;
    const variable = route.name === '' ? '$PORT' : `$PORT_${route.name.toUpperCase().replaceAll('-', '_')}`;
    const alone = routes.filter((other) => other.value.containerPort === null).length === 1;
    place.report.warn('FixedPort', path, {
      message: `this route reaches a program that listens on ${variable}, but ${hint.says}`,
      at: 'key',
      hint: alone
        ? `if it has a port of its own, add container_port = ${hint.port}`
        : 'if it has ports of its own, add container_port to each route',
    });
  }
}

function evidence({ definition, routes }: ParsedComponent): { says: string; port: number } | undefined {
  if (mentionsPort(definition)) return undefined;
  const { port } = definition.health;
  const claimed = new Set(routes.map((route) => route.value.containerPort));
  if (typeof port === 'number' && !claimed.has(port))
    return { says: `health.port says that it listens on ${port}`, port };
  const image = readImage(definition.image);
  const known = image.ok ? knownPort(image.value) : undefined;
  if (known !== undefined && !claimed.has(known))
    return { says: `${definition.image} listens on ${known} by default`, port: known };
  const tcp = definition.ports.filter(
    (p) => p.protocol === 'tcp' && !definition.ports.some((q) => q.protocol === 'udp' && q.container === p.container),
  );
  const inside = [...new Set(tcp.map((p) => p.container))].filter((p) => !claimed.has(p));
  const [only] = inside;
  if (inside.length === 1 && only !== undefined)
    return { says: `\`ports\` says that it listens on ${only}`, port: only };
  return undefined;
}

/** A command or variable that hands `$PORT` on shows that somebody thought of it. */
function mentionsPort(definition: ParsedComponent['definition']): boolean {
  return [...definition.command, ...(definition.entrypoint ?? [])].some(
    (text) => text.includes('$PORT') || text.includes('${PORT'),
  );
}
