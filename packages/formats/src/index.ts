export { readTimelineFile, formatOfText } from './read-timeline-file.ts';
export type { TimelineFile, TimelineFormat } from './read-timeline-file.ts';
export { readFcpxml } from './fcpxml/read.ts';
export type { ReadTimelines } from './fcpxml/read.ts';
export { listing, timelineRate } from './listing.ts';
export { writeFcpxml } from './fcpxml/writer/write.ts';
export type { FcpxmlProfile, WriteFcpxmlOptions, WrittenText } from './fcpxml/writer/options.ts';
