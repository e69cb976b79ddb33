import type { FilePort } from '@patchwork/kernel';

/** A file port, and how many bytes of one file were read through it. */
export interface CountedFiles {
  readonly files: FilePort;
  readonly readBytes: () => number;
}

/** Counts the bytes that are read of a file; workers of the media library open files by themselves and are not counted. */
export function countedFiles(files: FilePort, path: string): CountedFiles {
  let total = 0;
  const counted: FilePort = {
    ...files,
    open: async (opened, mode) => {
      const file = await files.open(opened, mode);
      if (opened !== path) return file;
      return {
        read: async (into, position) => {
          const got = await file.read(into, position);
          total += got;
          return got;
        },
        write: (data, position) => file.write(data, position),
        truncate: (size) => file.truncate(size),
        sync: () => file.sync(),
        stat: () => file.stat(),
        close: () => file.close(),
      };
    },
  };
  return { files: counted, readBytes: () => total };
}
