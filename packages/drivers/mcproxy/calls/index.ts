export { type Connection, withConnection } from '../observe/ask.ts';
