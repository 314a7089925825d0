export { decodeDocument, encodeDocument } from './document.ts';
export {
  type DuplexMethod,
  type Method,
  methods,
  pathOf,
  type StreamMethod,
  service,
  type UnaryMethod,
} from './methods.ts';
export { errorOf, errorTrailer, statusOf } from './status.ts';
