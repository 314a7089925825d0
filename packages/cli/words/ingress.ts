import type { Command } from 'commander';
import type { DnsCheckOptions } from '../commands/dns-check.ts';
import type { DnsListOptions } from '../commands/dns-list.ts';
import { exitCodes, type Pick, plainCodes } from './word.ts';

/** What makes a service reachable: routes, certificates, names. */
export function ingressWords(root: Command, pick: Pick): void {
  routeWords(root.command('route').description('Routes: whose they are, and where they lead'), pick);
  certWords(root.command('cert').description('Certificates: whose they are, and what is shown'), pick);
  dnsWords(root.command('dns').description('Names: whose they are, and what is answered'), pick);
}

function routeWords(route: Command, pick: Pick): void {
  const list = route.command('list').description('Every route: declared, configured, and served; ours or foreign');
  list.addHelpText('after', `\nExample:\n  reconcile route list${exitCodes(plainCodes)}`).action(() =>
    pick(list, async (cx) => (await import('../commands/route-list.ts')).runRouteList(cx), {
      isLooking: true,
      asksThere: true,
    }),
  );
}

function certWords(cert: Command, pick: Pick): void {
  const list = cert.command('list').description('Every certificate: declared, held, and shown, with the days left');
  list.addHelpText('after', `\nExample:\n  reconcile cert list${exitCodes(plainCodes)}`).action(() =>
    pick(list, async (cx) => (await import('../commands/cert-list.ts')).runCertList(cx), {
      isLooking: true,
      asksThere: true,
    }),
  );

  const rootWord = cert.command('root').description("Print this node's root: what others trust for its internal names");
  rootWord
    .addHelpText('after', `\nExample:\n  reconcile cert root >ca/rift.pem${exitCodes(plainCodes)}`)
    .action(() => pick(rootWord, async (cx) => (await import('../commands/cert-root.ts')).runCertRoot(cx)));
}

function dnsWords(dns: Command, pick: Pick): void {
  const list = dns
    .command('list')
    .description('Every name: declared, in its zone, and answered; ours, foreign or yours');
  list
    .option('--foreign', 'also records of our zones that are not ours')
    .option('--server <address>', 'ask this server (192.0.2.53:53) instead of the one of each zone')
    .addHelpText('after', `\nExample:\n  reconcile dns list --foreign${exitCodes(plainCodes)}`)
    .action((options: DnsListOptions) =>
      pick(list, async (cx) => (await import('../commands/dns-list.ts')).runDnsList(cx, options), {
        isLooking: true,
        // Whom else to ask is for the machine there to do.
        asksThere: options.foreign !== true && options.server === undefined,
      }),
    );

  const check = dns
    .command('check')
    .description('Try a DNS script (specs/dns-exec.md) on its zone, with names of its own');
  check
    .argument('<script...>', 'program and its arguments, after --')
    .requiredOption('--zone <zone>', 'zone that it writes')
    .addHelpText(
      'after',
      `\nExample:\n  reconcile dns check --zone example.com -- /srv/dns/mine token.txt${exitCodes(plainCodes)}`,
    )
    .action((script: string[], options: DnsCheckOptions) =>
      pick(check, async (cx) => (await import('../commands/dns-check.ts')).runDnsCheck(cx, script, options)),
    );
}
