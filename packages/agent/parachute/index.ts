export { keepParachute, parachuteNote, parachuteText } from './parachute.ts';
export * from './script.ts';
