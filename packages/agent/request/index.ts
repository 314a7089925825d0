export { type Asker, askRestart, askRetry, askRun } from './ask.ts';
export { closeFulfilled, fulfilledRequests } from './fulfilled.ts';
export { type JobResult, jobResult, withdrawRun } from './job-result.ts';
export { fetchSource, takeChange, type Wanted } from './source.ts';
export { jobNames, jobTarget, requestTarget } from './target.ts';
export { lastGoodImages, type Verdict, versionJudge } from './versions.ts';
