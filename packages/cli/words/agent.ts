import type { Command } from 'commander';
import { exitCodes, type Pick, plainCodes } from './word.ts';

/** The daemon, and the pipe to it. */
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

  const stdio = root
    .command('stdio')
    .description("The agent's gRPC on stdin and stdout, for programs that come through ssh");
  stdio.addHelpText('after', `\nExample:\n  ssh rift reconcile stdio${exitCodes(plainCodes)}`).action(() =>
    pick(stdio, async (cx) => (await import('../commands/stdio.ts')).runStdio(cx), {
      isLooking: true,
      staysHere: true,
    }),
  );
}
