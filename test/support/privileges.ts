/** Root may read everything, so that a test of what may not be read has to be somebody else. */

const NOBODY = 65_534;

/** Makes a process that runs as root nobody's until it is disposed of; any other stays whose it is. */
export function dropPrivileges(): Disposable {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(NOBODY);
  return {
    [Symbol.dispose](): void {
      if (isRoot) process.seteuid?.(0);
    },
  };
}
