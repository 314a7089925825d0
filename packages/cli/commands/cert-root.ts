import { trustedRoots } from '@reconcile/agent/ingress';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { remember } from '../frame/node.ts';

/** The node's roots as PEM, for `ca/<node>.pem` and for whoever shall believe internal names. */
export async function runCertRoot(cx: CliContext): Promise<number> {
  const { config, registry } = await remember(cx);
  try {
    const { createReadHost } = await import('@reconcile/host/reading');
    const pem = await trustedRoots(config, createReadHost());
    if (cx.json) cx.printJson({ version: 1, node: config.node, pem });
    else cx.printText(pem);
    return exit.converged;
  } finally {
    await registry.close();
  }
}
