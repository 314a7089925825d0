import { type Command, Option } from 'commander';
import type { DashboardOptions } from '../commands/dashboard.ts';
import type { TokenOptions } from '../commands/token.ts';
import { exitCodes, type Pick, plainCodes, several } from './word.ts';

/** dashboard, token: ways in. */
export function doorWords(root: Command, pick: Pick): void {
  const dashboard = root.command('dashboard').description('A link that opens the dashboard once, here or through ssh');
  dashboard
    .argument('[host]', 'another machine, as ssh knows it')
    .option('--no-open', 'only print the link')
    .addHelpText('after', `\nExample:\n  reconcile dashboard ops@rift${exitCodes(plainCodes)}`)
    .action((host: string | undefined, options: DashboardOptions) =>
      pick(dashboard, async (cx) => (await import('../commands/dashboard.ts')).runDashboard(cx, host, options), {
        isLooking: true,
        staysHere: true,
      }),
    );

  const token = root
    .command('token')
    .description('Ways in for programs: what Prometheus or a script shows to the HTTP API');
  const create = token.command('create').description('A new token; printed once');
  create
    .argument('<name>', 'for whom it is: ci, prometheus')
    .addOption(new Option('--role <role>', 'what it may').choices(['guest', 'user', 'admin']).default('guest'))
    .option('--service <service>', 'held to this service; may be given again', several)
    .option('--for <span>', 'how long it lives: 12h, 90d', '90d')
    .addHelpText('after', `\nExample:\n  reconcile token create prometheus --for 365d${exitCodes(plainCodes)}`)
    .action((name: string, options: TokenOptions) =>
      pick(create, async (cx) => (await import('../commands/token.ts')).runTokenCreate(cx, name, options)),
    );
  const list = token.command('list').description('Tokens and logins, and how long they last');
  list
    .addHelpText('after', `\nExample:\n  reconcile token list${exitCodes(plainCodes)}`)
    .action(() => pick(list, async (cx) => (await import('../commands/token.ts')).runTokenList(cx)));
  const revoke = token.command('revoke').description('Ends a token or a login at once');
  revoke
    .argument('<name>', 'of a token, or the id of a login')
    .addHelpText('after', `\nExample:\n  reconcile token revoke ci${exitCodes(plainCodes)}`)
    .action((name: string) =>
      pick(revoke, async (cx) => (await import('../commands/token.ts')).runTokenRevoke(cx, name)),
    );
}
