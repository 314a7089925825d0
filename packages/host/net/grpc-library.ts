/** By name, so that the bundle gives them names too: of a CommonJS module that is imported late it knows only the whole. */
export { Client, credentials } from '@grpc/grpc-js';
