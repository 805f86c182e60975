/** What a program says and does that starts a server rather than being one. */
export interface StandIn {
  /** The process to be measured, with its descendants. */
  readonly pid: number;
  /** Ends it. */
  readonly end: () => Promise<void>;
}

/**
 * What a server of the bench does besides serving: it says where it listens, collects garbage when told to,
 * and ends when the bench does, however that ends. Over stdin and stdout, because every runtime has them.
 */
export function announce(port: number, collectGarbage: () => void, standIn?: StandIn): void {
  process.stdout.write(`listening ${[port, standIn?.pid ?? []].flat().join(" ")}\n`);
  process.stdin.on("data", () => {
    collectGarbage();
    process.stdout.write("collected\n");
  });
  process.stdin.on("end", async () => {
    await standIn?.end();
    process.exit(0);
  });
}
