export { keepParachute, keptProxy, parachuteNote, parachuteOf, parachuteText } from './parachute.ts';
export * from './script.ts';
