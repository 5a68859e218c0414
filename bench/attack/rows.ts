import type { Row } from './row.ts';
import * as door from './rows/door.ts';
import * as enrolment from './rows/enrolment.ts';
import * as operation from './rows/operation.ts';
import { presentationRows } from './rows/presentations.ts';
import { recordingRows } from './rows/recordings.ts';

/** In the order in which they are reported. Whatever changes the service for others comes last. */
export const rows: readonly Row[] = [
  ...recordingRows,
  ...presentationRows,
  ...[door.omittedFrames, door.omittedDigits, door.oracle, door.enumeration, door.lockout],
  ...[door.manyNames, door.grinding],
  ...enrolment.rows,
  operation.rotatedToken,
  ...[operation.trickle, operation.giantImage, operation.overload, operation.nul],
];
