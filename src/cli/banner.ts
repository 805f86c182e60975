import { styleText } from "node:util";

/**
 * Python's line, which tools read: `Serving HTTP on :: port 8000 (http://[::]:8000/) ...`. An IPv6 host stands in
 * brackets only inside the URL.
 */
export function banner(host: string, port: number, isColoured: boolean): string {
  const paint = (colour: "green" | "cyan", text: string) =>
    isColoured ? styleText(colour, text, { validateStream: false }) : text;
  const urlHost = host.includes(":") ? `[${host}]` : host;
  const url = `http://${urlHost}:${port}/`;
  return `${paint("green", `Serving HTTP on ${host} port ${port}`)} (${paint("cyan", url)}) ...\n`;
}
