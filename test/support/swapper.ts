/** A process that swaps a directory for a link, again and again, so that a server meets every moment of it. */

/** For a process of its own, which is killed in the end. */
const SWAP = `
  const { renameSync } = require("node:fs");
  process.chdir(process.argv[1]);
  console.log("started");
  for (;;) {
    renameSync("www/dir", "aside");
    renameSync("link-out", "www/dir");
    renameSync("www/dir", "link-out");
    renameSync("aside", "www/dir");
  }
`;

/** Makes `www/dir` in a tree itself and what `link-out` is in turn, until it is disposed of. */
export async function startSwapping(root: string): Promise<AsyncDisposable> {
  const swapper = Bun.spawn([process.execPath, "-e", SWAP, root], { stdout: "pipe" });
  await swapper.stdout.getReader().read();
  return {
    async [Symbol.asyncDispose]() {
      swapper.kill();
      await swapper.exited;
    },
  };
}
