/** Drawings that lie below each other, each drawn as if it began at the top. */
import { element } from "./svg.ts";

export interface Block {
  readonly markup: string;
  readonly height: number;
}

/** One block of `blocks`, from `top` down with `gap` pixels between them. */
export function stacked(blocks: readonly Block[], gap: number, top: number): Block {
  let bottom = top;
  const parts = blocks.map(({ markup, height }, index) => {
    const start = index === 0 ? top : bottom + gap;
    bottom = start + height;
    return `${element("g", { transform: `translate(0 ${start})` }, markup)}\n`;
  });
  return { markup: parts.join(""), height: bottom };
}
