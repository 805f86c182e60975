import { styleText } from "node:util";
import { type Scheme, urlOf } from "../server/url.ts";

/**
 * Python's line, which tools read: `Serving HTTP on :: port 8000 (http://[::]:8000/) ...`. An IPv6 host stands in
 * brackets only inside the URL.
 */
export function banner(host: string, port: number, isColoured: boolean, scheme: Scheme = "http"): string {
  const paint = (colour: "green" | "cyan", text: string) =>
    isColoured ? styleText(colour, text, { validateStream: false }) : text;
  const text = `Serving ${scheme.toUpperCase()} on ${host} port ${port}`;
  return `${paint("green", text)} (${paint("cyan", urlOf(scheme, host, port))}) ...\n`;
}
