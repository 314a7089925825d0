import type { Command } from 'commander';
import { exitCodes, type Pick } from './word.ts';

/** The daemon. */
export function agentWords(root: Command, pick: Pick): void {
  const agent = root.command('agent').description('Watch and converge this node until told to end; containers go on');
  agent
    .addHelpText(
      'after',
      `
Example:
  reconcile agent          in the foreground; kill -HUP reads node.toml again
${exitCodes('0 told to end, 1 it could not go on')}`,
    )
    .action(() =>
      pick(agent, async (cx) => (await import('../commands/agent.ts')).runAgentCommand(cx), { staysHere: true }),
    );
}
