export { comparable } from './equality.ts';
export { buildTestImage, noRealPodman, podman, testImage, type WebWords } from './images.ts';
