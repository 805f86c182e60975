/** Git, to which a server is a script of its own: `git http-backend`. */

import { expect, setDefaultTimeout, test } from "bun:test";
import { CGIHTTPRequestHandler } from "../../src/index.ts";
import { describeWith } from "../support/programs.ts";
import { type ScriptSite, type ScriptSiteOptions, serveScripts } from "../support/scripts.ts";
import { Tree } from "../support/tree.ts";
import { noise } from "./support/noise.ts";

// Each test starts programs, and shares the machine with tests that do the same.
setDefaultTimeout(120_000);

/** More than git sends with its length. */
const LARGE = noise(5_000_000);

describeWith(["git"], "git and scripts", (git) => {
  /** Runs git in a directory of its own, without what its user has configured. */
  function run(tree: Tree, ...args: string[]): { readonly exitCode: number; readonly said: string } {
    const { exitCode, stdout, stderr } = runSync(tree, args);
    return { exitCode, said: stdout.toString() + stderr.toString() };
  }

  function runSync(tree: Tree, args: readonly string[]) {
    return Bun.spawnSync([git, ...args], { cwd: tree.root, env: environment(tree) });
  }

  /** The same beside the event loop, on which the server is. */
  async function talk(
    tree: Tree,
    ...args: string[]
  ): Promise<{ readonly exitCode: number; readonly said: string }> {
    const child = Bun.spawn([git, ...args], {
      cwd: tree.root,
      env: environment(tree),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [exitCode, stdout, stderr] = await Promise.all([
      child.exited,
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    return { exitCode, said: stdout + stderr };
  }

  function environment(tree: Tree): Record<string, string> {
    return {
      PATH: process.env.PATH ?? "",
      HOME: tree.root,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_TERMINAL_PROMPT: "0",
      GIT_AUTHOR_NAME: "Ada",
      GIT_AUTHOR_EMAIL: "ada@example.org",
      GIT_COMMITTER_NAME: "Ada",
      GIT_COMMITTER_EMAIL: "ada@example.org",
      NO_PROXY: "*",
    };
  }

  /** A repository with a commit, bare, beside the directory that is served. */
  function makeRepository(tree: Tree): void {
    tree.add({ "work/hello.txt": "hello\n", "work/large": LARGE });
    for (const args of [
      ["init", "-q", "--bare", "-b", "main", "project.git"],
      ["init", "-q", "-b", "main", "work"],
      ["-C", "work", "add", "."],
      ["-C", "work", "commit", "-q", "-m", "one"],
      ["-C", "work", "push", "-q", tree.path("project.git"), "main"],
    ]) {
      expect([args, run(tree, ...args)]).toEqual([args, { exitCode: 0, said: "" }]);
    }
  }

  async function serveGit(tree: Tree, options: ScriptSiteOptions = {}): Promise<ScriptSite> {
    return await serveScripts(
      { git: `exec '${git}' http-backend` },
      { env: { GIT_PROJECT_ROOT: tree.root, GIT_HTTP_EXPORT_ALL: "1" }, ...options },
    );
  }

  test("git clones by its smart protocol", async () => {
    using tree = new Tree();
    makeRepository(tree);
    await using site = await serveGit(tree);
    const url = `http://127.0.0.1:${site.port}/cgi-bin/git/project.git`;
    expect(await talk(tree, "clone", "-q", url, "clone")).toEqual({ exitCode: 0, said: "" });
    expect(await Bun.file(tree.path("clone/hello.txt")).text()).toBe("hello\n");
    expect(Buffer.from(await Bun.file(tree.path("clone/large")).bytes()).equals(LARGE)).toBe(true);
    expect((await talk(tree, "-C", "clone", "fsck", "--full")).exitCode).toBe(0);
    expect(site.lines).toEqual([]);
  });

  test("git pushes, in chunks where it is much, and fetches what was pushed", async () => {
    using tree = new Tree();
    makeRepository(tree);
    run(tree, "-C", "project.git", "config", "http.receivepack", "true");
    const codings: (string | null)[] = [];
    class Noting extends CGIHTTPRequestHandler {
      override do_POST(): void | Promise<void> {
        codings.push(this.headers.get("Transfer-Encoding"));
        return super.do_POST();
      }
    }
    await using site = await serveGit(tree, { Handler: Noting });
    const url = `http://127.0.0.1:${site.port}/cgi-bin/git/project.git`;
    expect((await talk(tree, "clone", "-q", url, "clone")).exitCode).toBe(0);
    tree.add({ "clone/more": noise(3_000_000).reverse() });
    run(tree, "-C", "clone", "add", ".");
    run(tree, "-C", "clone", "commit", "-q", "-m", "two");
    expect(await talk(tree, "-C", "clone", "push", "-q", "origin", "main")).toEqual({
      exitCode: 0,
      said: "",
    });
    expect(codings).toContain("chunked");
    const head = (where: string) => run(tree, "-C", where, "rev-parse", "main").said;
    expect(head("project.git")).toBe(head("clone"));
    expect((await talk(tree, "-C", "work", "fetch", "-q", url, "main")).exitCode).toBe(0);
    expect(run(tree, "-C", "work", "rev-parse", "FETCH_HEAD").said).toBe(head("clone"));
  });

  test("git pushes as a user whom the server has let in, and as nobody else", async () => {
    using tree = new Tree();
    makeRepository(tree);
    await using open = await serveGit(tree);
    await using closed = await serveGit(tree, { auth: "ada:secret" });
    tree.add({ "work/more": "more" });
    run(tree, "-C", "work", "add", ".");
    run(tree, "-C", "work", "commit", "-q", "-m", "two");
    const push = async ({ port }: ScriptSite, credentials: string) =>
      (
        await talk(
          tree,
          "-C",
          "work",
          "push",
          "-q",
          `http://${credentials}127.0.0.1:${port}/cgi-bin/git/project.git`,
          "main",
        )
      ).exitCode;
    // What a client says of itself is no user: git takes REMOTE_USER for leave to write.
    expect(await push(open, "ada:secret@")).not.toBe(0);
    expect(await push(closed, "ada:wrong@")).not.toBe(0);
    expect(await push(closed, "ada:secret@")).toBe(0);
  });
});
