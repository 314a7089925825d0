import { serveAgent, wellMoment } from '@reconcile/testkit/served';

// The HTTP API in a process of its own, so that its memory is its own. Prints one line of JSON, and ends when stdin does.

const served = await serveAgent(wellMoment(Date.now()));
const token = await served.token('admin');
process.stdout.write(`${JSON.stringify({ port: served.port, token })}\n`);
setInterval(() => served.agent.emit({ kind: 'state', phase: 'idle' }), 20);
process.stdin.resume();
process.stdin.on('end', () => void served.close().then(() => process.exit(0)));
