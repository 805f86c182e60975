/**
 * Whether to colour what goes to a terminal, decided in Python's order (LOG-8): `PYTHON_COLORS`, `NO_COLOR`,
 * `FORCE_COLOR`, `TERM`, then whether it is a terminal at all. Empty variables count as unset.
 */
export function wantsColour(env: Readonly<NodeJS.ProcessEnv>, isTerminal: boolean): boolean {
  if (env.PYTHON_COLORS === "0") return false;
  if (env.PYTHON_COLORS === "1") return true;
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return true;
  return isTerminal && env.TERM !== "dumb";
}
