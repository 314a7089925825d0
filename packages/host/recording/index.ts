export { type Call, type RecordingHost, type RecordingOptions, recordingHost } from './recording-host.ts';
