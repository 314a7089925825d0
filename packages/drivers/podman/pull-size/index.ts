export { type PullWanted, pullSizes } from './pull-size.ts';
