import { PatchworkError } from '@patchwork/kernel';

/** How one of the system's error codes is told: our stable code, what happened, and what to do about it. */
interface FileFailure {
  readonly code: string;
  readonly what: string;
  readonly hint: string;
}

const failures: { readonly [systemCode: string]: FileFailure } = {
  ENOSPC: {
    code: 'PW_FILE_NO_SPACE',
    what: 'the disk is full',
    hint: 'Free some space on this disk, or choose another folder.',
  },
  EDQUOT: {
    code: 'PW_FILE_NO_SPACE',
    what: 'the disk quota is used up',
    hint: 'Free some space, or choose another folder.',
  },
  EFBIG: {
    code: 'PW_FILE_NO_SPACE',
    what: 'the file system allows no file of this size',
    hint: 'Choose a folder on another file system.',
  },
  EACCES: {
    code: 'PW_FILE_DENIED',
    what: 'permission denied',
    hint: 'Give this user access to the file and its folder, or choose another one.',
  },
  EPERM: {
    code: 'PW_FILE_DENIED',
    what: 'operation not permitted',
    hint: 'Give this user access to the file and its folder, or choose another one.',
  },
  EROFS: {
    code: 'PW_FILE_READ_ONLY',
    what: 'the file system is read-only',
    hint: 'Choose a folder on a disk that can be written.',
  },
  ENOENT: {
    code: 'PW_FILE_ABSENT',
    what: 'no such file or folder',
    hint: 'Check the path; the disk may not be mounted.',
  },
  ENOTDIR: { code: 'PW_FILE_ABSENT', what: 'a part of the path is a file, not a folder', hint: 'Check the path.' },
  EEXIST: {
    code: 'PW_FILE_EXISTS',
    what: 'the file exists already',
    hint: 'Choose another name, or remove the file first.',
  },
  EISDIR: { code: 'PW_FILE_IS_FOLDER', what: 'it is a folder, not a file', hint: 'Name a file.' },
  ENOTEMPTY: { code: 'PW_FILE_IS_FOLDER', what: 'a folder stands in its place', hint: 'Choose another name.' },
  ENAMETOOLONG: {
    code: 'PW_FILE_NAME',
    what: 'the name is too long for the file system',
    hint: 'Choose a shorter name.',
  },
  ELOOP: { code: 'PW_FILE_NAME', what: 'its symbolic links run in a circle', hint: 'Correct the links.' },
  ERR_INVALID_ARG_VALUE: {
    code: 'PW_FILE_NAME',
    what: 'the name holds a character that no file name can hold',
    hint: 'Correct the name.',
  },
  EMFILE: {
    code: 'PW_FILE_TOO_MANY',
    what: 'this process has too many files open',
    hint: 'Raise the limit (ulimit -n) and try again.',
  },
  ENFILE: {
    code: 'PW_FILE_TOO_MANY',
    what: 'the system has too many files open',
    hint: 'Close other programs and try again.',
  },
  EBUSY: { code: 'PW_FILE_BUSY', what: 'another program holds the file', hint: 'Close it there and try again.' },
  ETXTBSY: { code: 'PW_FILE_BUSY', what: 'another program holds the file', hint: 'Close it there and try again.' },
  EXDEV: { code: 'PW_FILE_OTHER_DISK', what: 'the two paths are on different disks', hint: 'Keep both on one disk.' },
  EIO: {
    code: 'PW_FILE_DEVICE',
    what: 'the disk reports an input/output error',
    hint: 'Check the disk and its connection.',
  },
  ESTALE: {
    code: 'PW_FILE_DEVICE',
    what: 'the network disk has lost the file',
    hint: 'Mount the disk again and retry.',
  },
};

/**
 * Turns what the system said about a file into a {@link PatchworkError} with a `PW_FILE_*` code.
 * `action` is what was being done (`write`, `rename to …`); it stands in the message. An error of ours passes unchanged.
 */
export function fileError(cause: unknown, action: string, path: string): PatchworkError {
  if (cause instanceof PatchworkError) return cause;
  const system = systemCodeOf(cause);
  const failure = system === null ? undefined : failures[system];
  const what = failure?.what ?? (cause instanceof Error ? cause.message : String(cause));
  return new PatchworkError(failure?.code ?? 'PW_FILE_FAILED', `cannot ${action} ${quoted(path)}: ${what}`, {
    hint: failure?.hint ?? 'See the cause for what the system said.',
    details: { path, system },
    cause,
  });
}

/** Tells whether a caught value is the system's "there is nothing at this path". */
export function isAbsence(cause: unknown): boolean {
  const system = systemCodeOf(cause);
  return system === 'ENOENT' || system === 'ENOTDIR';
}

function systemCodeOf(cause: unknown): string | null {
  if (!(cause instanceof Error) || !('code' in cause)) return null;
  return typeof cause.code === 'string' ? cause.code : null;
}

/** Paths may hold newlines and quotes; JSON's spelling keeps the message on one line. */
function quoted(path: string): string {
  return JSON.stringify(path);
}
