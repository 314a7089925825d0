export * from './adopt.ts';
export { writeAdoptions } from './write.ts';
