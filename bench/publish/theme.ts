/** The colours of the chart: text differs from its background by 4.5:1 at least, bars and lines by 3:1 (WCAG 2). */

export interface Theme {
  readonly background: string;
  readonly text: string;
  readonly mutedText: string;
  /** The bars of the subject, their text, and the line at their end. */
  readonly subject: string;
  readonly rival: string;
  readonly whisker: string;
}

export const THEMES: Readonly<Record<"light" | "dark", Theme>> = {
  light: {
    background: "#ffffff",
    text: "#1f2328",
    mutedText: "#59636e",
    subject: "#c2410c",
    rival: "#848f9c",
    whisker: "#1f2328",
  },
  dark: {
    background: "#0d1117",
    text: "#f0f6fc",
    mutedText: "#9198a1",
    subject: "#ff8a4c",
    rival: "#626e7c",
    whisker: "#f0f6fc",
  },
};
