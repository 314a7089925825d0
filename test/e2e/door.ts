import { createServer } from 'node:net';
import { type Command, startHere } from './edge.fixture.ts';

// Stands in a network namespace that its caller cannot enter, and runs there what it is told at a unix socket, which knows no
// namespaces: one command as a line of JSON, its outcome as another. Only this user can open the socket.

const [path = ''] = process.argv.slice(2);

createServer((socket) => {
  let text = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (!text.endsWith('\n')) return;
    void startHere(JSON.parse(text) as Command).then((outcome) => socket.end(`${JSON.stringify(outcome)}\n`));
  });
}).listen(path);
