import { isParseWorker, serveParse } from '../worker/serve.ts';

// Entry of the parser's thread. A failure reaches the main thread as the thread's error.
if (isParseWorker()) void serveParse();
