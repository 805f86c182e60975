/** Why an upload is not taken: what the client is told. The system's own words are kept from it. */

/** A status, and one sentence of ours about it. */
export interface UploadRejection {
  readonly status: number;
  readonly explain: string;
}

const rejection = (status: number, explain: string): UploadRejection => ({ status, explain });

export const BAD_NAME: UploadRejection = rejection(400, "A file cannot have this name");
export const NAME_TOO_LONG: UploadRejection = rejection(400, "The name of the file is too long");
export const PARTIAL_CONTENT: UploadRejection = rejection(400, "Files are only taken whole");
export const NO_FILE: UploadRejection = rejection(400, "There is no file in the form");
export const ELSEWHERE: UploadRejection = rejection(403, "Pages of other sites cannot store files here");
export const NOT_WRITABLE: UploadRejection = rejection(403, "No files can be stored here");
export const NO_FOLDER: UploadRejection = rejection(404, "There is no such folder");
export const IN_THE_WAY: UploadRejection = rejection(409, "There is something else of this name");
export const EXISTS: UploadRejection = rejection(409, "There is a file of this name already");
export const FOLDER_MOVED: UploadRejection = rejection(409, "The folder was moved meanwhile");
export const NOT_AS_EXPECTED: UploadRejection = rejection(412, "The file is not in the expected state");
export const NOT_A_FORM: UploadRejection = rejection(415, "Only forms with files are taken here");
export const ENCODED: UploadRejection = rejection(415, "Files are taken as they are, without a coding");
export const BROKEN: UploadRejection = rejection(500, "The file could not be stored");
export const NO_DESCRIPTORS: UploadRejection = rejection(503, "Too many files are open");
export const NO_SPACE: UploadRejection = rejection(507, "There is no room for the file");

/** What failing calls of the system mean. */
const BY_CODE: { readonly [code: string]: UploadRejection | undefined } = {
  EACCES: NOT_WRITABLE,
  EPERM: NOT_WRITABLE,
  EROFS: NOT_WRITABLE,
  ENOENT: NO_FOLDER,
  EEXIST: EXISTS,
  EISDIR: IN_THE_WAY,
  ENOTDIR: IN_THE_WAY,
  ENOTEMPTY: IN_THE_WAY,
  EINVAL: BAD_NAME,
  EILSEQ: BAD_NAME,
  ENAMETOOLONG: NAME_TOO_LONG,
  EMFILE: NO_DESCRIPTORS,
  ENFILE: NO_DESCRIPTORS,
  ENOSPC: NO_SPACE,
  EDQUOT: NO_SPACE,
  EFBIG: NO_SPACE,
};

/** What to tell of an error that a call of the system has thrown. */
export function rejectionOf(error: unknown): UploadRejection {
  return BY_CODE[codeOf(error)] ?? BROKEN;
}

/** The system's name for what went wrong; empty where it was not the system. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "";
}
