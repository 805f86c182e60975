import { describe, expect, spyOn, test } from "bun:test";
import { Passwords } from "../../src/files/passwords.ts";

const CHEAP = { algorithm: "bcrypt", cost: 4 } as const;

async function bcryptLine(user: string, password: string): Promise<string> {
  return `${user}:${await Bun.password.hash(password, CHEAP)}`;
}

describe("Passwords.of()", () => {
  test.each([
    ["the user and the password", "ada", "secret", true],
    ["another password", "ada", "Secret", false],
    ["the beginning of the password", "ada", "secre", false],
    ["more than the password", "ada", "secret2", false],
    ["another user", "bob", "secret", false],
    ["nothing", "", "", false],
    ["the colon in another place", "ad", "a:secret", false],
  ])("takes or refuses at once: %s", (_, user, password, isGood) => {
    expect(Passwords.of("ada:secret").check(user, password)).toBe(isGood);
  });

  test("takes colons in a password, and letters however they are composed", () => {
    expect(Passwords.of("ada:a:b:").check("ada", "a:b:")).toBe(true);
    expect(Passwords.of("ren\u00e9:caf\u00e9").check("rene\u0301", "cafe\u0301")).toBe(true);
  });

  test.each(["ada", ":secret", "ada:", ":", ""])("refuses %p without repeating it", (pair) => {
    expect(() => Passwords.of(pair)).toThrow(new TypeError("Expected USER:PASSWORD, neither of them empty"));
  });
});

describe("Passwords.parse()", () => {
  test("takes argon2 and bcrypt, comments, empty lines and CRLF", async () => {
    const argon2 = await Bun.password.hash("one", { algorithm: "argon2id", memoryCost: 8, timeCost: 1 });
    const lines = ["# users", "", `ada:${argon2}`, await bcryptLine("bob", "two"), "  "];
    const passwords = Passwords.parse(lines.join("\r\n"));
    expect(await passwords.check("ada", "one")).toBe(true);
    expect(await passwords.check("bob", "two")).toBe(true);
    expect(await passwords.check("ada", "two")).toBe(false);
    expect(await passwords.check("bob", "one")).toBe(false);
    expect(await passwords.check("", "")).toBe(false);
  });

  test("takes what Apache's htpasswd makes of -nbB", async () => {
    const passwords = Passwords.parse("ada:$2y$04$hyJ5VXK0GwzUIZPi8sukG.Br.bqYmXR0gNhbb5bOGVTGt.Hoqc3pe\n\n");
    expect(await passwords.check("ada", "sesame: open")).toBe(true);
    expect(await passwords.check("ada", "sesame")).toBe(false);
  });

  test.each([
    ["a line without a colon", "ada", "Line 1 is not USER:HASH"],
    ["a line without a user", "# x\n:$2y$", "Line 2 is not USER:HASH"],
    ["a line without a hash", "ada:", "Line 1 is not USER:HASH"],
    ["a password as it is", "ada:secret", "Line 1 has no hash of argon2 or bcrypt (htpasswd -B makes one)"],
    ["Apache's MD5", "ada:$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/", /^Line 1 has no hash/],
    ["SHA-1", "ada:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", /^Line 1 has no hash/],
    ["a bcrypt that was cut", `ada:$2b$10$${"a".repeat(52)}`, /^Line 1 has no hash/],
    ["a bcrypt of an impossible cost", `ada:$2b$32$${"a".repeat(53)}`, /^Line 1 has no hash/],
    ["a user twice", `ada:$2b$04$${"a".repeat(53)}\nada:$2b$04$${"b".repeat(53)}`, /^Line 2 has a user that/],
    ["nothing", "", "There are no users in it"],
    ["comments alone", "# ada\n", "There are no users in it"],
  ])("refuses %s", (_, text, message) => {
    expect(() => Passwords.parse(text)).toThrow(message);
    expect(() => Passwords.parse(text)).toThrow(TypeError);
  });
});

describe("verifying", () => {
  /** Counts the verifications of hashes, and how many of them there are at a time. */
  function watchVerify() {
    const verify = Bun.password.verify;
    const counts = { calls: 0, now: 0, most: 0, hashes: new Set<string>() };
    const spy = spyOn(Bun.password, "verify").mockImplementation(async (password, hash, algorithm) => {
      counts.calls++;
      counts.hashes.add(String(hash));
      counts.most = Math.max(counts.most, ++counts.now);
      try {
        return await verify(password, hash, algorithm);
      } finally {
        counts.now--;
      }
    });
    return { counts, [Symbol.dispose]: () => spy.mockRestore() };
  }

  test("happens once for what is right, and each time for what is wrong", async () => {
    using watched = watchVerify();
    const passwords = Passwords.parse(await bcryptLine("ada", "one"));
    expect(await passwords.check("ada", "one")).toBe(true);
    expect(passwords.check("ada", "one")).toBe(true);
    expect(watched.counts.calls).toBe(1);
    expect(await passwords.check("ada", "two")).toBe(false);
    expect(await passwords.check("ada", "two")).toBe(false);
    expect(watched.counts.calls).toBe(3);
  });

  test("happens again when some minutes have passed", async () => {
    using watched = watchVerify();
    const passwords = Passwords.parse(await bcryptLine("ada", "one"));
    expect(await passwords.check("ada", "one")).toBe(true);
    const later = performance.now() + 5 * 60 * 1000 + 1;
    const clock = spyOn(performance, "now").mockImplementation(() => later);
    try {
      expect(await passwords.check("ada", "one")).toBe(true);
    } finally {
      clock.mockRestore();
    }
    expect(watched.counts.calls).toBe(2);
  });

  test("happens once for those who ask at the same time", async () => {
    using watched = watchVerify();
    const passwords = Passwords.parse(await bcryptLine("ada", "one"));
    const asked = Array.from({ length: 6 }, () => passwords.check("ada", "one"));
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 6 }, () => true));
    expect(watched.counts.calls).toBe(1);
  });

  test("happens two at a time, and for all that wait", async () => {
    using watched = watchVerify();
    const passwords = Passwords.parse(await bcryptLine("ada", "one"));
    const guesses = Array.from({ length: 20 }, (_, guess) => passwords.check("ada", String(guess)));
    expect((await Promise.all(guesses)).includes(true)).toBe(false);
    expect([watched.counts.calls, watched.counts.most]).toEqual([20, 2]);
    expect(await passwords.check("ada", "one")).toBe(true);
  });

  test("happens for a user who is not there as for one who is, with the hash of one", async () => {
    using watched = watchVerify();
    const line = await bcryptLine("ada", "one");
    const passwords = Passwords.parse(line);
    expect(await passwords.check("nobody", "one")).toBe(false);
    expect(await passwords.check("nobody", "one")).toBe(false);
    expect([watched.counts.calls, ...watched.counts.hashes]).toEqual([2, line.slice("ada:".length)]);
  });

  test("that fails is a wrong password", async () => {
    // Its form is right, what it holds is not.
    const passwords = Passwords.parse(`ada:$argon2id$v=19$m=1,t=0,p=0$${"A".repeat(12)}$${"A".repeat(17)}`);
    expect(await passwords.check("ada", "one")).toBe(false);
    expect(await passwords.check("ada", "one")).toBe(false);
  });

  test("is not needed for the user who is known as it is, beside others", async () => {
    using watched = watchVerify();
    const passwords = Passwords.of("ada:one").and(Passwords.parse(await bcryptLine("bob", "two")));
    expect(passwords.check("ada", "one")).toBe(true);
    expect(watched.counts.calls).toBe(0);
    expect(await passwords.check("bob", "two")).toBe(true);
    expect(await passwords.check("bob", "one")).toBe(false);
    expect(await passwords.check("ada", "two")).toBe(false);
  });

  test("is refused where too many wait, until they have had their turn", async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const spy = spyOn(Bun.password, "verify").mockImplementation(() => promise);
    try {
      const passwords = Passwords.parse(await bcryptLine("ada", "one"));
      const asked = Array.from({ length: 66 }, (_, guess) => passwords.check("ada", String(guess)));
      expect(asked.every((answer) => answer instanceof Promise)).toBe(true);
      expect(passwords.check("ada", "one more")).toBeNull();
      expect(passwords.check("ada", "65")).toBe(asked[65]!);
      resolve(true);
      await Promise.all(asked);
      expect(await passwords.check("ada", "one more")).toBe(true);
    } finally {
      spy.mockRestore();
    }
  });

  test("forgets the oldest of more than a thousand", async () => {
    const spy = spyOn(Bun.password, "verify").mockImplementation(async () => true);
    try {
      const passwords = Passwords.parse(await bcryptLine("ada", "one"));
      for (let index = 0; index <= 1024; index++) await passwords.check("ada", String(index));
      expect(passwords.check("ada", "1024")).toBe(true);
      expect(passwords.check("ada", "1")).toBe(true);
      expect(passwords.check("ada", "0")).toBeInstanceOf(Promise);
    } finally {
      spy.mockRestore();
    }
  });
});
