/**
 * Version of the drawing: raised whenever the pixels of any picture change and no number of `pictureSemantics` says so. Part of the toolchain, so of every action
 * key; the golden digests of `draw.test.ts` fail when pixels change and this number did not.
 */
export const drawingVersion = '1';
