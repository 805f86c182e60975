/**
 * What a server of the bench does besides serving: it says where it listens, collects garbage when told to,
 * and ends when the bench does, however that ends. Over stdin and stdout, because every runtime has them.
 */
export function announce(port: number, collectGarbage: () => void): void {
  process.stdout.write(`listening ${port}\n`);
  process.stdin.on("data", () => {
    collectGarbage();
    process.stdout.write("collected\n");
  });
  process.stdin.on("end", () => process.exit(0));
}
